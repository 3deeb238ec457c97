"""How each field of a declared trust is read: its shape, its format, and its faults."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from rolecall.errors import Fault

from . import saml
from .arn import Arn
from .conditions.date import read_moment
from .conditions.ip import read_range
from .formats import (
    ACCOUNT_ID,
    EXTERNAL_ID,
    MFA_AGE,
    ORGANIZATION_ID,
    ORGANIZATION_PATH,
    PERMISSION_SET,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAG_KEY,
    Format,
    fault_of,
    range_fault_of,
    shown,
    whole_number,
)
from .pattern import ARN_PARTS, VariableSyntaxError, Wildcard, split_arn, tokenize
from .request import Principal
from .trust_rules import principal_fault

Read = Callable[[Any, str, list[Fault]], Any]
"""Turns a value into its checked form; adds to the faults where it can't."""

_Check = Callable[[object, str], Fault | None]

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_CLAIM: Final = re.compile(r"[\w./-]+", re.ASCII)


def _texts(check: _Check) -> Read:
    def read(raw: object, path: str, faults: list[Fault]) -> tuple[str, ...]:
        if isinstance(raw, str):
            raw = (raw,)
        if not isinstance(raw, Sequence) or isinstance(raw, bytes):
            faults.append(Fault(path, f"{shown(raw)} is not a list", "Give a list of texts"))
            return ()
        for index, value in enumerate(raw):
            fault = check(value, f"{path}[{index}]")
            if fault is None and value in raw[:index]:
                fault = Fault(f"{path}[{index}]", "it stands in the list already", "Remove it")
            if fault is not None:
                faults.append(fault)
        return tuple(raw)

    return read


def _named(check_name: _Check, noun: str) -> Read:
    """Read an object of lists, such as tags with their values."""
    read_values = _texts(_pattern)

    def read(raw: object, path: str, faults: list[Fault]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if not isinstance(raw, Mapping):
            faults.append(Fault(path, f"{shown(raw)} is no object", f"Give {noun} with their values"))
            return ()
        found = []
        seen: set[str] = set()
        for name, values in raw.items():
            fault = check_name(name, f"{path}.{name}")
            if fault is None and str(name).lower() in seen:
                remedy = "Condition keys have no letter case; give it once"
                fault = Fault(f"{path}.{name}", "it differs from another one in letter case only", remedy)
            if fault is not None:
                faults.append(fault)
                continue
            seen.add(name.lower())
            read_texts = read_values(values, f"{path}.{name}", faults)
            if not read_texts and isinstance(values, Sequence):
                faults.append(Fault(f"{path}.{name}", "the list is empty", 'Name a value; "*" is any'))
            found.append((name, read_texts))
        return tuple(found)

    return read


def _of_format(format_: Format) -> _Check:
    return lambda value, path: fault_of(format_, value, path)


def _one(check: _Check) -> Read:
    def read(raw: object, path: str, faults: list[Fault]) -> str | None:
        fault = check(raw, path)
        if fault is not None:
            faults.append(fault)
        return raw if isinstance(raw, str) else None

    return read


def _user(value: object, path: str) -> Fault | None:
    remedy = "Give the ARN of one IAM user, such as arn:aws:iam::111111111111:user/alice"
    return _arn(value, path, remedy, lambda arn: arn.is_user)


def _role(value: object, path: str) -> Fault | None:
    remedy = "Give the ARN of one role, such as arn:aws:iam::111111111111:role/ci"
    return _arn(value, path, remedy, lambda arn: arn.is_role)


def _session(value: object, path: str) -> Fault | None:
    remedy = "Give the ARN of one session, such as arn:aws:sts::111111111111:assumed-role/ci/run-7"
    return _arn(value, path, remedy, lambda arn: arn.is_role_session)


def _arn(value: object, path: str, remedy: str, is_right: Callable[[Arn], bool]) -> Fault | None:
    if not isinstance(value, str):
        return Fault(path, f"{shown(value)} is not a text", remedy)
    if value.startswith("arn:"):
        fault = principal_fault(Principal("AWS", value), path)
        if fault is not None:
            return fault
        if is_right(Arn.parse(value)):
            return None
    return Fault(path, f"{shown(value)} does not belong here", remedy)


def _service(value: object, path: str) -> Fault | None:
    if isinstance(value, str):
        return principal_fault(Principal("Service", value), path)
    return Fault(path, f"{shown(value)} is not a text", "Give a host such as ec2.amazonaws.com")


def _provider(value: object, path: str) -> Fault | None:
    if isinstance(value, str):
        return principal_fault(Principal("Federated", value), path)
    return Fault(path, f"{shown(value)} is not a text", "Give the ARN of an OIDC or SAML provider")


def _flag(raw: object, path: str, faults: list[Fault]) -> bool:
    if not isinstance(raw, bool):
        faults.append(Fault(path, f"{shown(raw)} is neither true nor false", "Give True or False"))
    return raw is True


def _age(raw: object, path: str, faults: list[Fault]) -> int | None:
    fault = range_fault_of(MFA_AGE, raw, path)
    if fault is not None:
        faults.append(fault)
    return whole_number(raw)


def _matched_by(format_: Format) -> _Check:
    """Check a pattern that some value of a format has to fit."""
    remedy = f"{format_.allowed}; *, ? and variables such as ${{aws:username}} stand for others"

    def check(value: object, path: str) -> Fault | None:
        if not isinstance(value, str):
            return Fault(path, f"{shown(value)} is not a text", remedy)
        problem = _unmatched(value, format_)
        return Fault(path, problem, remedy) if problem else None

    return check


def _unmatched(pattern: str, format_: Format) -> str | None:
    """Say why no value of a format can match a pattern."""
    try:
        tokens = tokenize(pattern, wildcards=True, variables=True)
    except VariableSyntaxError as error:
        return str(error)
    literal = "".join(token for token in tokens if isinstance(token, str))
    shortest = len(literal) + tokens.count(Wildcard.ONE)
    is_fixed = all(isinstance(token, str) or token is Wildcard.ONE for token in tokens)
    if shortest > format_.maximum or (is_fixed and shortest < format_.minimum):
        return f"{shown(pattern)} is matched by no {format_.name} of an allowed length"
    if not format_.takes_characters(literal):
        return f"{shown(pattern)} has a character that no {format_.name} has"
    return None


def _pattern(value: object, path: str) -> Fault | None:
    remedy = "Write ${key}, ${key, 'default'}, or ${$} for a dollar sign"
    if not isinstance(value, str) or not value:
        return Fault(path, "it is empty" if value == "" else f"{shown(value)} is not a text", "Give a text")
    try:
        tokenize(value, wildcards=True, variables=True)
    except VariableSyntaxError as error:
        return Fault(path, str(error), remedy)
    return None


def _arn_pattern(value: object, path: str) -> Fault | None:
    fault = _pattern(value, path)
    if fault is not None or not isinstance(value, str):
        return fault
    parts = split_arn(tokenize(value, wildcards=True, variables=True))
    if len(parts) == ARN_PARTS and parts[0] == ("arn",):
        return None
    remedy = "It has six parts, such as arn:aws:sns:eu-west-1:111111111111:*"
    return Fault(path, f"{shown(value)} fits no ARN", remedy)


def _address(value: object, path: str) -> Fault | None:
    remedy = "Give an IPv4 or IPv6 address or a CIDR range, such as 203.0.113.0/24"
    if isinstance(value, str):
        try:
            read_range(value)
        except ValueError:
            return Fault(path, f"{shown(value)} is no address", remedy)
        return None
    return Fault(path, f"{shown(value)} is not a text", remedy)


def _moment(value: object, path: str) -> Fault | None:
    remedy = "Give a date, a time and a zone, such as 2026-01-31T18:00:00Z"
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            read_moment(value)
        except ValueError:
            return Fault(path, f"{shown(value)} is no moment", remedy)
        return None
    return Fault(path, f"{shown(value)} is no moment", remedy)


def _endpoint(value: object, path: str) -> Fault | None:
    if isinstance(value, str) and value.startswith("https://") and not any(c in value for c in "*? "):
        return None
    remedy = "Give the whole URL, such as https://signin.aws.amazon.com/saml"
    return Fault(path, f"{shown(value)} is no URL of a sign-in", remedy)


def _claim(value: object, path: str) -> Fault | None:
    remedy = "Give the name without the provider's host, such as job_workflow_ref"
    if not isinstance(value, str) or not _CLAIM.fullmatch(value):
        return Fault(path, f"{shown(value)} is no name of a claim", remedy)
    if value.lower() in {"sub", "aud"}:
        field = {"sub": "oidc_subjects", "aud": "oidc_audiences"}[value.lower()]
        return Fault(path, "it has a field of its own", f"Give {field}")
    return None


def _saml_claim(value: object, path: str) -> Fault | None:
    """Check a claim that is to be tested; AWS has keys for a fixed set of them."""
    if isinstance(value, str) and value.lower() in saml.CLAIMS:
        return None
    if isinstance(value, str) and value.lower() == "aud":
        return Fault(path, "it has a field of its own", "Give saml_endpoints")
    close = get_close_matches(str(value).lower(), saml.CLAIMS, n=1)
    remedy = f"Did you mean {close[0]}?" if close else f"There are {', '.join(sorted(saml.CLAIMS))}"
    return Fault(path, f"{shown(value)} is no claim that AWS has a condition key for", remedy)


def _conditions(raw: object, path: str, faults: list[Fault]) -> Mapping[str, Mapping[str, object]]:
    remedy = 'Give operators with keys and values, such as {"StringEquals": {"aws:PrincipalTag/team": "ops"}}'
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, f"{shown(raw)} is no object", remedy))
        return {}
    faults.extend(
        Fault(f"{path}.{operator}", f"{shown(keys)} is no object", remedy)
        for operator, keys in raw.items()
        if not isinstance(keys, Mapping) or not all(isinstance(key, str) for key in keys)
    )
    return raw


def _statement(raw: object, path: str, faults: list[Fault]) -> Mapping[str, object]:
    if isinstance(raw, Mapping):
        return raw
    faults.append(Fault(path, f"{shown(raw)} is no statement", "Give an object, as in a policy"))
    return {}


READERS: Final[Mapping[str, Read]] = {
    "accounts": _texts(_of_format(ACCOUNT_ID)),
    "users": _texts(_user),
    "roles": _texts(_role),
    "sessions": _texts(_session),
    "permission_sets": _texts(_of_format(PERMISSION_SET)),
    "organization_ids": _texts(_of_format(ORGANIZATION_ID)),
    "organization_paths": _texts(_of_format(ORGANIZATION_PATH)),
    "services": _texts(_service),
    "provider_arn": _one(_provider),
    "external_ids": _texts(_of_format(EXTERNAL_ID)),
    "requires_mfa": _flag,
    "mfa_age": _age,
    "role_session_name": _one(_matched_by(SESSION_NAME)),
    "source_identity": _texts(_matched_by(SOURCE_IDENTITY)),
    "session_tags": _named(_of_format(TAG_KEY), "tags"),
    "source_ips": _texts(_address),
    "not_before": _one(_moment),
    "not_after": _one(_moment),
    "source_accounts": _texts(_of_format(ACCOUNT_ID)),
    "source_arns": _texts(_arn_pattern),
    "oidc_subjects": _texts(_pattern),
    "oidc_audiences": _texts(_pattern),
    "oidc_claims": _named(_claim, "claims"),
    "saml_endpoints": _texts(_endpoint),
    "saml_claims": _named(_saml_claim, "claims"),
    "conditions": _conditions,
    "deny": _flag,
    "statement": _statement,
}
"""How to read each field, by its name."""
