"""Writes docs/permissions.md: who needs which permissions, as the table says.

`python -m tools.permissions` rewrites the page; `tests/docs/` says so when it has fallen behind.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rolecall.verification.permissions import NEEDS, PARTIES, Need, On, Party

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/permissions.md"

_HEAD: Final = """# Permissions

The least that each party needs. `rolecall permissions` prints the same as identity policies; `--with` adds
what not everybody needs:

<!-- test: fleet 0 -->
```sh
rolecall permissions --for prober --role arn:aws:iam::222222222222:role/existing --with own-policies --json
```

GetCallerIdentity and GetSessionToken need no permission. What `can_do` calls, the role itself must be
allowed. Besides, who declares roles needs what pulumi-aws needs to manage them; `rolecall decode` needs
`sts:DecodeAuthorizationMessage`, `rolecall session --federated-user` `sts:GetFederationToken`, and
`rolecall whoami --key` `sts:GetAccessKeyInfo`.

This page is made from `rolecall/verification/permissions.py` by `python -m tools.permissions`.
"""

_ON: Final = {On.ROLES: "the roles", On.ANYTHING: "`*`"}


def page() -> str:
    """The whole page, as the table stands."""
    return _HEAD + "".join(line for party in Party for line in _section(party))


def _section(party: Party) -> Iterator[str]:
    yield f"\n## {party.capitalize()}: {PARTIES[party]}\n\n"
    yield "| what for | actions | on | `--with` |\n|---|---|---|---|\n"
    yield from (_row(need) for need in NEEDS if need.party is party)


def _row(need: Need) -> str:
    actions = ", ".join(f"`{action}`" for action in need.actions)
    feature = f"`{need.feature}`" if need.feature is not None else ""
    return f"| {need.why} | {actions} | {_ON[need.on]} | {feature} |\n"


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
