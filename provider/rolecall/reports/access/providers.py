"""The aws provider that works as a role: in a Pulumi program, and in a Terraform configuration."""

import re
from collections.abc import Iterator, Mapping, Sequence

from rolecall.policy.operations import ASSUME_ROLE_WITH_WEB_IDENTITY

from .model import Access, Answer
from .quoting import quoted, quoted_for_hcl

_NO_CODES = (
    "a provider asks for no MFA codes: start it with credentials of GetSessionToken, which carry MFA for "
    "up to 36 hours"
)

_Value = str | Mapping[str, str] | Sequence[str]


def aws_provider(access: Access) -> Answer:
    """A line of a Python program, for pulumi-aws 7."""
    # The classes, not plain dictionaries: pulumi-aws 7.51 doesn't translate the keys of a provider's.
    one, many = "aws.ProviderAssumeRoleWithWebIdentityArgs", "[aws.ProviderAssumeRoleArgs"
    by_token = access.way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY
    opening, closing = (f"{one}(", ")") if by_token else (f"{many}(", ")]")
    lines = [
        "aws.Provider(",
        f"    {quoted(access.name)},",
        *(f"    {key}={quoted(value)}," for key, value in _whose(access).items()),
        f"    {_argument(access)}={opening}",
        *(f"        {key}={_python(value)}," for key, value in _role(access).items()),
        f"    {closing},",
        ")",
    ]
    return Answer("\n".join(lines), _note(access))


def terraform_provider(access: Access) -> Answer:
    """A block of a Terraform configuration, for its aws provider from 5 on."""
    alias = re.sub(r"\W", "_", access.name, flags=re.ASCII)
    lines = [
        'provider "aws" {',
        *_attributes({"alias": alias if alias[0].isalpha() else f"_{alias}", **_whose(access)}, "  "),
        "",
        f"  {_argument(access).removesuffix('s')} {{",
        *_attributes(_role(access), "    "),
        "  }",
        "}",
    ]
    return Answer("\n".join(lines), _note(access))


def _argument(access: Access) -> str:
    """What both providers call the role to assume; Pulumi in the plural where Terraform takes several."""
    by_token = access.way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY
    return "assume_role_with_web_identity" if by_token else "assume_roles"


def _whose(access: Access) -> dict[str, str]:
    """The provider's own settings; a token stands for the credentials of a profile."""
    profile = None if access.way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY else access.source_profile
    own = {"region": access.region, "profile": profile}
    return {key: value for key, value in own.items() if value is not None}


def _role(access: Access) -> dict[str, _Value]:
    """The settings of the role to assume, which both providers call the same."""
    way, seconds = access.way, access.duration_seconds
    token_file = access.token_file if way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY else None
    settings: dict[str, _Value | None] = {
        "role_arn": access.role_arn,
        "external_id": way.external_id,
        "session_name": way.session_name,
        "source_identity": way.source_identity,
        "duration": None if seconds is None else f"{seconds}s",
        "web_identity_token_file": token_file,
        "transitive_tag_keys": way.transitive_tag_keys,
        "tags": way.session_tags,
    }
    return {key: value for key, value in settings.items() if value}


def _python(value: _Value) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(key)}: {quoted(each)}" for key, each in value.items()) + "}"
    return f"[{', '.join(map(quoted, value))}]"


def _hcl(value: str | Sequence[str]) -> str:
    return quoted_for_hcl(value) if isinstance(value, str) else f"[{', '.join(map(quoted_for_hcl, value))}]"


def _attributes(values: Mapping[str, _Value], indent: str) -> Iterator[str]:
    """Attributes as `terraform fmt` lays them out: the signs of one-line ones in a column."""
    lines = {key: _hcl(value) for key, value in values.items() if not isinstance(value, Mapping)}
    width = max(map(len, lines))
    yield from (f"{indent}{key:{width}} = {value}" for key, value in lines.items())
    for key, value in values.items():
        if isinstance(value, Mapping):
            inner = {quoted_for_hcl(each): text for each, text in value.items()}
            yield from (f"{indent}{key} = {{", *_attributes(inner, f"{indent}  "), f"{indent}}}")


def _note(access: Access) -> str | None:
    if access.way.mfa:
        return _NO_CODES
    if access.way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY and access.token_file is None:
        return "give token_file, or set AWS_WEB_IDENTITY_TOKEN_FILE where the provider runs"
    return None
