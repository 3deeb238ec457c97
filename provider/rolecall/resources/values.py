"""Plain data in which some values are outputs, not known before they resolve."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import isawaitable
from itertools import count
from types import MappingProxyType
from typing import Any, Final

import pulumi

_STAND_INS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accounts": "{:012}",
        "users": "arn:aws:iam::{:012}:user/output",
        "roles": "arn:aws:iam::{:012}:role/output",
        "sessions": "arn:aws:sts::{:012}:assumed-role/output/output",
        "permission_sets": "output-{}",
        "organization_ids": "o-{:010}",
        "organization_paths": "o-{:010}/*",
        "services": "output-{}.amazonaws.com",
        "external_ids": "output-{}",
        "source_identity": "output-{}",
        "source_ips": "2001:db8::{:x}",
        "source_accounts": "{:012}",
        "source_arns": "arn:aws:output:::{}",
        "oidc_subjects": "output-{}",
        "oidc_audiences": "output-{}",
        "saml_endpoints": "https://output-{}.example.com/saml",
    }
)
"""Right values for entries of a trust's lists; a number keeps them apart."""

_OIDC: Final = "arn:aws:iam::{:012}:oidc-provider/output.example.com"
_SAML: Final = "arn:aws:iam::{:012}:saml-provider/output"
_NAMED: Final = ("session_tags", "oidc_claims", "saml_claims")


def is_output(value: object) -> bool:
    """Whether a value isn't there yet."""
    return isinstance(value, pulumi.Output) or isawaitable(value)


def has_outputs(value: object) -> bool:
    """Whether anything in plain data isn't there yet."""
    if isinstance(value, Mapping):
        return any(map(has_outputs, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return any(map(has_outputs, value))
    return is_output(value)


def with_stand_ins(trusts: Any) -> Any:
    """Trusts in which each output is replaced by a value that is right, so that the rest can be checked.

    An output whose right value depends on what it turns out to be (``requires_mfa``) is left out.
    """
    numbers = count(1)
    if not isinstance(trusts, Sequence) or isinstance(trusts, str):
        return [_any_trust(numbers)] if is_output(trusts) else trusts
    return [_trust(each, numbers) for each in trusts]


def _trust(trust: Any, numbers: Iterator[int]) -> Any:
    if not isinstance(trust, Mapping):
        return _any_trust(numbers) if is_output(trust) else trust
    if has_outputs(trust.get("statement")):
        return _any_trust(numbers)
    fields = {name: _field(name, value, numbers) for name, value in trust.items() if not _open(name, value)}
    if is_output(trust.get("requires_mfa")):
        fields.pop("mfa_age", None)
    if is_output(trust.get("provider_arn")):
        is_oidc = any(name.startswith("oidc_") for name in trust)
        fields["provider_arn"] = (_OIDC if is_oidc else _SAML).format(next(numbers))
        if is_oidc:
            # Whether the claims that are known narrow it enough hangs on which provider it is.
            fields.setdefault("oidc_subjects", [_STAND_INS["oidc_subjects"].format(next(numbers))])
    return fields


def _open(name: str, value: object) -> bool:
    """Whether a field is left out: what its right value is depends on what it turns out to be."""
    return (has_outputs(value) if name == "conditions" else is_output(value)) and name not in _STAND_INS


def _field(name: str, value: Any, numbers: Iterator[int]) -> Any:
    if name in _NAMED and isinstance(value, Mapping):
        return {key: _entries(values) for key, values in value.items()}
    if name not in _STAND_INS:
        return value
    if is_output(value):
        return [_STAND_INS[name].format(next(numbers))]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_STAND_INS[name].format(next(numbers)) if is_output(each) else each for each in value]
    return value


def _entries(values: Any) -> Any:
    """The values of a tag or claim, in which any text is right."""
    if isinstance(values, Sequence) and not isinstance(values, str):
        return [f"output-{index}" if is_output(each) else each for index, each in enumerate(values)]
    return ["output"] if is_output(values) else values


def _any_trust(numbers: Iterator[int]) -> dict[str, list[str]]:
    return {"accounts": [_STAND_INS["accounts"].format(next(numbers))]}
