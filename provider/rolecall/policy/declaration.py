"""Who may assume a role, as users declare it: read, checked, and every fault told at once."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Final

from rolecall.errors import DeclarationError, Fault, PolicyError

from .building import build_statement
from .conditions.date import read_moment
from .document import parse
from .fields import READERS
from .formats import SESSION_TAGS, shown
from .trust import CONDITION_RULES, NOUNS, Kind, Trust

_FIELDS: Final = tuple(field.name for field in fields(Trust))
_WHO: Final = (
    "accounts, users, roles, sessions, permission_sets, organization_ids, organization_paths, services, "
    "provider_arn, statement"
)
_LISTS: Final = frozenset(
    name
    for name in CONDITION_RULES
    if name not in {"requires_mfa", "mfa_age", "role_session_name", "not_before", "not_after"}
)


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
    if not faults:
        faults = _refused_by_aws(trusts, path)
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
    given = {name: value for name, value in raw.items() if value is not None}
    for name in given:
        if name not in _FIELDS:
            close = get_close_matches(str(name), _FIELDS, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"A trust has {', '.join(_FIELDS)}"
            faults.append(Fault(f"{path}.{name}", f"{shown(name)} is no field of a trust", remedy))
    before = len(faults)
    values = {
        name: read(given[name], f"{path}.{name}", faults) for name, read in READERS.items() if name in given
    }
    if len(faults) > before:
        return Trust()
    trust = Trust(**values)
    faults.extend(_contradictions(trust, given, path))
    return trust


def _contradictions(trust: Trust, given: Mapping[str, object], path: str) -> list[Fault]:
    if trust.statement is not None:
        others = [name for name in _FIELDS if name in given and name != "statement"]
        remedy = "A whole statement says everything itself; remove them, or write a trust of its own"
        return [Fault(path, f"{', '.join(others)} beside a statement", remedy)] if others else []
    faults = _faults_of_who(trust, path)
    for kind in trust.kinds:
        faults.extend(_faults_of_conditions(trust, kind, path))
    faults.extend(
        Fault(f"{path}.{name}", "the list is empty", "Name a value, or leave the field out")
        for name in _LISTS
        if given.get(name) is not None and not getattr(trust, name)
    )
    if trust.mfa_age is not None and not trust.requires_mfa:
        faults.append(
            Fault(f"{path}.mfa_age", "it stands without requires_mfa", "Add requires_mfa=True, or remove it")
        )
    if len(trust.session_tags) > SESSION_TAGS:
        problem = f"{len(trust.session_tags)} tags are demanded"
        faults.append(
            Fault(f"{path}.session_tags", problem, f"A session carries at most {SESSION_TAGS} tags")
        )
    if trust.not_before and trust.not_after and read_moment(trust.not_before) >= read_moment(trust.not_after):
        problem = f"{trust.not_after} is not after {trust.not_before}"
        faults.append(Fault(f"{path}.not_after", problem, "Let it end after not_before"))
    return faults + _faults_of_own_conditions(trust, path)


def _faults_of_who(trust: Trust, path: str) -> list[Fault]:
    faults = []
    kinds = trust.kinds
    if not kinds:
        faults.append(Fault(path, "it trusts nobody", f"Give one of {_WHO}"))
    elif len(kinds) > 1:
        remedy = "Write one trust for each kind: each has conditions of its own"
        faults.append(Fault(path, f"it names {' and '.join(kinds)} together", remedy))
    if trust.permission_sets and not trust.accounts:
        remedy = "Add accounts: those in which it is assigned"
        faults.append(Fault(f"{path}.permission_sets", "it stands without accounts", remedy))
    narrowed = trust.oidc_subjects or trust.oidc_claims or trust.conditions or trust.deny
    if kinds == (Kind.OIDC,) and not narrowed:
        remedy = "Add oidc_subjects, or oidc_claims"
        faults.append(Fault(path, "everybody with a token of that provider would get in", remedy))
    return faults


def _faults_of_conditions(trust: Trust, kind: Kind, path: str) -> list[Fault]:
    faults = []
    for name, rule in CONDITION_RULES.items():
        if not getattr(trust, name):
            continue
        if kind not in rule.kinds:
            problem = f"{name} can't be asked of {NOUNS[kind]}"
            faults.append(Fault(f"{path}.{name}", problem, rule.why))
        elif trust.deny and rule.by_choice:
            remedy = "Remove it, or write the Deny that you mean as a statement"
            problem = "callers choose what it looks at, so denying it keeps nobody out"
            faults.append(Fault(f"{path}.{name}", problem, remedy))
    return faults


def _faults_of_own_conditions(trust: Trust, path: str) -> list[Fault]:
    """Find the conditions of the user's own that a field of the trust writes too."""
    if not trust.conditions or len(trust.kinds) != 1:
        return []
    bare = build_statement(_without_conditions(trust), partition="aws")
    written = {
        (operator, key.lower())
        for operator, keys in _mapping(bare.get("Condition")).items()
        for key in _mapping(keys)
    }
    return [
        Fault(f"{path}.conditions.{operator}.{key}", "another field of the trust says it too", "Give it once")
        for operator, keys in trust.conditions.items()
        for key in keys
        if (operator, key.lower()) in written
    ]


def _without_conditions(trust: Trust) -> Trust:
    return Trust(**{name: getattr(trust, name) for name in _FIELDS if name != "conditions"})


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _refused_by_aws(trusts: Sequence[Trust], path: str) -> list[Fault]:
    """Find what AWS would refuse to store of the user's own words, and trust in shared identity providers."""
    statements = [build_statement(trust, partition="aws") for trust in trusts]
    try:
        parse({"Version": "2012-10-17", "Statement": statements})
    except PolicyError as error:
        return [replace(fault, path=f"{path}{_place(trusts, fault.path)}") for fault in error.faults]
    return []


def _place(trusts: Sequence[Trust], pointer: str) -> str:
    """Turn a pointer into the document into a place in the declaration."""
    _, _, number, *inside = pointer.split("/")
    trust = trusts[int(number)]
    names = [name.replace("~1", "/").replace("~0", "~") for name in inside]
    if trust.statement is not None:
        names.insert(0, "statement")
    elif trust.conditions and names[:1] == ["Condition"]:
        names[0] = "conditions"
    else:
        names.clear()
    return f"[{number}]" + "".join(f".{name}" for name in names)
