"""The forms in which temporary credentials are handed on to shells, to AWS's tools and to a child process."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from rolecall.sts import Issued

OVERRIDING: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN")
"""Variables that some SDKs prefer to the credentials in the environment."""

Format = Callable[[Issued, str | None], str]
"""From credentials, and the region to work in where there is one, to text."""


@dataclass(frozen=True, slots=True)
class _Shell:
    """How a shell sets a variable to a value, and how it drops one: lines to fill in."""

    assign: str
    drop: str
    quote: Callable[[str], str]

    def lines(self, issued: Issued, region: str | None) -> str:
        set_ = (
            self.assign.format(name, self.quote(value)) for name, value in variables(issued, region).items()
        )
        return "\n".join([*set_, *(self.drop.format(name) for name in OVERRIDING)])


def variables(issued: Issued, region: str | None) -> dict[str, str]:
    """The environment variables that AWS's SDKs read credentials from."""
    regions = {} if region is None else {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return {
        "AWS_ACCESS_KEY_ID": issued.access_key_id,
        "AWS_SECRET_ACCESS_KEY": issued.secret_access_key,
        "AWS_SESSION_TOKEN": issued.session_token,
        "AWS_CREDENTIAL_EXPIRATION": _instant(issued.expires_at),
        **regions,
    }


def environment(issued: Issued, region: str | None, inherited: Mapping[str, str]) -> dict[str, str]:
    """A child's environment: the inherited one with these credentials, and nothing that overrides them."""
    kept = {name: value for name, value in inherited.items() if name not in OVERRIDING}
    return kept | variables(issued, region)


def _json(issued: Issued, _region: str | None) -> str:
    return json.dumps({"Credentials": _credentials(issued), **issued.about}, indent=2, ensure_ascii=False)


def _credential_process(issued: Issued, _region: str | None) -> str:
    return json.dumps({"Version": 1, **_credentials(issued)})


def _credentials(issued: Issued) -> dict[str, str]:
    return {
        "AccessKeyId": issued.access_key_id,
        "SecretAccessKey": issued.secret_access_key,
        "SessionToken": issued.session_token,
        "Expiration": _instant(issued.expires_at),
    }


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fish_quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _powershell_quoted(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "env": _Shell("export {}={}", "unset {}", shlex.quote).lines,
        "fish": _Shell("set -gx {} {}", "set -e {}", _fish_quoted).lines,
        "powershell": _Shell(
            "$Env:{} = {}", "Remove-Item Env:{} -ErrorAction SilentlyContinue", _powershell_quoted
        ).lines,
        "json": _json,
        "credential-process": _credential_process,
    }
)
"""Each format by its name on the command line."""
