"""Draws lint results for a terminal: a heading a role, a few lines a finding, the count at the end."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rolecall.lint import Severity, Weighed

from .linted import LintedRole, counts, witness_sentence
from .safe import safe

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_INDENT: Final = 2


def draw_lint(roles: Sequence[LintedRole], console: Console, *, hidden: int = 0) -> None:
    """Print findings; roles without any are counted only.

    Args:
        roles: what was linted.
        console: where to; texts are wrapped for terminals only, so that a pipe gets one line each.
        hidden: how many findings are less bad than what is shown.
    """
    for role in roles:
        if role.weighed:
            _print(console, _heading(role), indent=0)
            for each in role.weighed:
                for indent, line in _lines(each):
                    _print(console, line, indent=indent)
            console.print()
    _print(console, Text(_summary(roles, hidden)), indent=0)


def _print(console: Console, text: Text, *, indent: int) -> None:
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
    else:
        console.print(Text(" " * indent) + text, soft_wrap=True)


def _heading(role: LintedRole) -> Text:
    where = "standard input" if role.file == "-" else role.file
    place = f"{where}#{role.pointer}" if role.pointer else where
    known = [safe(each) for each in (role.arn, place) if each]
    return Text.assemble((f'role "{safe(role.name)}"', "bold"), "  ", "  ".join(known))


def _lines(weighed: Weighed) -> Iterator[tuple[int, Text]]:
    finding = weighed.finding
    style = "dim" if weighed.accepted else _STYLES[finding.severity]
    word = "accepted" if weighed.accepted else str(finding.severity)
    yield _INDENT, Text.assemble((f"{word}  ", style), (finding.rule, "bold"), f"  {safe(finding.path)}")
    yield 2 * _INDENT, Text(safe(finding.sentence))
    if finding.witness is not None:
        yield 2 * _INDENT, Text(safe(witness_sentence(finding.witness)))
    yield 2 * _INDENT, Text(safe(finding.fix))
    if weighed.accepted is not None:
        until = f" until {weighed.accepted.until}" if weighed.accepted.until else ""
        yield 2 * _INDENT, Text(f"Accepted{until}: {safe(weighed.accepted.reason)}")
    if weighed.expired is not None:
        ended = f"It was accepted until {weighed.expired.until}, and counts again"
        yield 2 * _INDENT, Text(f"{ended}: {safe(weighed.expired.reason)}")


def _summary(roles: Sequence[LintedRole], hidden: int) -> str:
    looked_at = sum(role.looked_at for role in roles)
    accepted = sum(1 for role in roles for each in role.weighed if each.accepted)
    found = [_counted(count, str(severity)) for severity, count in counts(roles).items() if count]
    parts = [_counted(looked_at, "trust policy", "trust policies") + ":", ", ".join(found) or "nothing found"]
    if accepted:
        parts.append(f"({accepted} accepted)")
    if hidden:
        parts.append(f"({hidden} below the level not shown)")
    if looked_at < len(roles):
        parts.append(f"({len(roles) - looked_at} not known yet)")
    return " ".join(parts)


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
