"""Who may assume a role, as users declare it: read, checked, and every fault told at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault

from .arn import Arn
from .formats import (
    ACCOUNT_ID,
    EXTERNAL_ID,
    MFA_AGE,
    SESSION_NAME,
    Format,
    fault_of,
    range_fault_of,
    shown,
    whole_number,
)
from .pattern import VariableSyntaxError, Wildcard, tokenize
from .request import Principal
from .trust_rules import principal_fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """One entry of ``trusts``: principals of one kind and the conditions that they must meet.

    Attributes:
        accounts: account IDs; each delegates to the policies of that account.
        users: ARNs of IAM users.
        roles: ARNs of roles, for all their sessions, or of single role sessions.
        services: hosts of AWS services, such as ``ec2.amazonaws.com``.
        external_ids: one of these has to be sent; empty where none is asked for.
        requires_mfa: whether the caller has to be authenticated with MFA.
        mfa_age: the age, in seconds, that the MFA authentication must not reach.
        role_session_name: the session name to use; may hold ``*``, ``?`` and policy variables.
    """

    accounts: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    requires_mfa: bool = False
    mfa_age: int | None = None
    role_session_name: str | None = None


@dataclass(frozen=True, slots=True)
class PrincipalRule:
    """What goes with one kind of principal.

    Attributes:
        noun: what sentences call one such principal.
        conditions: the fields of a trust that can narrow it.
        without: why the other fields can't.
    """

    noun: str
    conditions: frozenset[str]
    without: str = ""


_NAMES: Final = frozenset({"external_ids", "role_session_name"})
_MFA: Final = frozenset({"requires_mfa", "mfa_age"})

PRINCIPAL_RULES: Final = {
    "accounts": PrincipalRule("account", _NAMES | _MFA),
    "users": PrincipalRule("user", _NAMES | _MFA),
    "roles": PrincipalRule(
        "role", _NAMES, "Only IAM users carry MFA into AssumeRole; sessions of roles never do"
    ),
    "services": PrincipalRule(
        "service", frozenset(), "AWS services send neither MFA nor external IDs; remove it"
    ),
}
"""Which conditions go with which kind of principal; one trust has principals of one kind."""


def read_trusts(raw: Sequence[Mapping[str, object]], *, path: str = "trusts") -> tuple[Trust, ...]:
    """Check what a user declared.

    Args:
        raw: one mapping an entry, with the names of ``Trust``'s attributes; ``None`` means left out,
            a single text stands for a list of one, a float without a fraction for an int.
        path: what the user calls the list.

    Raises:
        DeclarationError: any of it can't be right; lists all faults.
    """
    faults: list[Fault] = []
    entries = _entries(raw, path, faults)
    trusts = [_read_trust(entry, f"{path}[{index}]", faults) for index, entry in enumerate(entries)]
    if faults:
        raise DeclarationError(faults)
    return tuple(trusts)


def _entries(raw: object, path: str, faults: list[Fault]) -> Sequence[object]:
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        faults.append(Fault(path, f"{shown(raw)} is not a list", "Give a list of trusts"))
        return ()
    if not raw:
        faults.append(Fault(path, "the list is empty", "Give at least one trust; a role trusts somebody"))
    return raw


def _read_trust(raw: object, path: str, faults: list[Fault]) -> Trust:
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, f"{shown(raw)} is not a trust", "Give an object with named fields"))
        return Trust()
    known = [field.name for field in fields(Trust)]
    given = {name: value for name, value in raw.items() if value is not None}
    for name in given:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"A trust has {', '.join(known)}"
            faults.append(Fault(f"{path}.{name}", f"{shown(name)} is no field of a trust", remedy))
    before = len(faults)
    values = {
        name: read(given[name], f"{path}.{name}", faults) for name, read in _READERS.items() if name in given
    }
    if len(faults) > before:
        return Trust()
    trust = Trust(**values)
    faults.extend(_contradictions(trust, given, path))
    return trust


def _contradictions(trust: Trust, given: Mapping[str, object], path: str) -> list[Fault]:
    faults = []
    kinds = [kind for kind in PRINCIPAL_RULES if getattr(trust, kind)]
    if not kinds:
        remedy = f"Give one of {', '.join(PRINCIPAL_RULES)}"
        faults.append(Fault(path, "it trusts nobody", remedy))
    elif len(kinds) > 1:
        remedy = "Write one trust for each kind: each has conditions of its own"
        faults.append(Fault(path, f"it names {' and '.join(kinds)} together", remedy))
    for kind in kinds:
        rule = PRINCIPAL_RULES[kind]
        for name in _CONDITIONS:
            if getattr(trust, name) and name not in rule.conditions:
                problem = f"{name} can't be asked of a {rule.noun}"
                faults.append(Fault(f"{path}.{name}", problem, rule.without))
    if trust.mfa_age is not None and not trust.requires_mfa:
        faults.append(
            Fault(f"{path}.mfa_age", "it stands without requires_mfa", "Add requires_mfa=True, or remove it")
        )
    if given.get("external_ids") is not None and not trust.external_ids:
        faults.append(
            Fault(f"{path}.external_ids", "the list is empty", "Name an external ID, or leave the field out")
        )
    return faults


_CONDITIONS: Final = ("external_ids", "requires_mfa", "mfa_age", "role_session_name")

_Read = Callable[[Any, str, list[Fault]], Any]
_Check = Callable[[object, str], Fault | None]


def _texts(check: _Check) -> _Read:
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


def _of_format(format_: Format) -> _Check:
    return lambda value, path: fault_of(format_, value, path)


def _user(value: object, path: str) -> Fault | None:
    remedy = "Give the ARN of one IAM user, such as arn:aws:iam::111111111111:user/alice"
    return _arn(value, path, remedy, lambda arn: arn.is_user)


def _role(value: object, path: str) -> Fault | None:
    remedy = "Give the ARN of one role, such as arn:aws:iam::111111111111:role/ci"
    return _arn(value, path, remedy, lambda arn: arn.is_role or arn.is_role_session)


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


def _flag(raw: object, path: str, faults: list[Fault]) -> bool:
    if not isinstance(raw, bool):
        faults.append(Fault(path, f"{shown(raw)} is neither true nor false", "Give True or False"))
    return raw is True


def _age(raw: object, path: str, faults: list[Fault]) -> int | None:
    fault = range_fault_of(MFA_AGE, raw, path)
    if fault is not None:
        faults.append(fault)
    return whole_number(raw)


_SESSION_NAME_REMEDY: Final = (
    "Give 2 to 64 characters out of letters, digits and _+=,.@-; "
    "*, ? and variables such as ${aws:username} stand for others"
)


def _session_name(raw: object, path: str, faults: list[Fault]) -> str | None:
    if not isinstance(raw, str):
        faults.append(Fault(path, f"{shown(raw)} is not a text", _SESSION_NAME_REMEDY))
        return None
    problem = _session_name_problem(raw)
    if problem:
        faults.append(Fault(path, problem, _SESSION_NAME_REMEDY))
    return raw


def _session_name_problem(pattern: str) -> str | None:
    """Say why no session name can match a pattern."""
    try:
        tokens = tokenize(pattern, wildcards=True, variables=True)
    except VariableSyntaxError as error:
        return str(error)
    literal = "".join(token for token in tokens if isinstance(token, str))
    shortest = len(literal) + tokens.count(Wildcard.ONE)
    is_fixed = all(isinstance(token, str) or token is Wildcard.ONE for token in tokens)
    if shortest > SESSION_NAME.maximum or (is_fixed and shortest < SESSION_NAME.minimum):
        return f"{shown(pattern)} is matched by no name of an allowed length"
    if not SESSION_NAME.takes_characters(literal):
        return f"{shown(pattern)} has a character that no session name has"
    return None


_READERS: Final[Mapping[str, _Read]] = {
    "accounts": _texts(_of_format(ACCOUNT_ID)),
    "users": _texts(_user),
    "roles": _texts(_role),
    "services": _texts(_service),
    "external_ids": _texts(_of_format(EXTERNAL_ID)),
    "requires_mfa": _flag,
    "mfa_age": _age,
    "role_session_name": _session_name,
}
