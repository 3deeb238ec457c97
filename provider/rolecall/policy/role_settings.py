"""A role's own settings as users declare them: read, checked, and every fault told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault

from .formats import (
    DESCRIPTION,
    MAX_SESSION_DURATION,
    PATH,
    ROLE_NAME,
    Format,
    Range,
    fault_of,
    range_fault_of,
    shown,
    whole_number,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSettings:
    """Settings of a role beside its trust policy; the defaults are IAM's (AWS page: CreateRole).

    Attributes:
        name: the role's name; ``None`` where something else names it.
        path: with a slash at both ends.
        description: for people.
        max_session_duration: longest session, in seconds.
    """

    name: str | None = None
    path: str = "/"
    description: str = ""
    max_session_duration: int = 3600


_LIMITS: Final[Mapping[str, Format | Range]] = {
    "name": ROLE_NAME,
    "path": PATH,
    "description": DESCRIPTION,
    "max_session_duration": MAX_SESSION_DURATION,
}


def read_role_settings(raw: Mapping[str, object], *, path: str = "") -> RoleSettings:
    """Check what a user declared.

    Args:
        raw: by the names of ``RoleSettings``'s attributes; ``None`` means left out, and a float without
            a fraction counts as an int.
        path: what stands before the names in faults.

    Raises:
        DeclarationError: any of it can't be right; lists all faults.
    """
    faults: list[Fault] = []
    known = [field.name for field in fields(RoleSettings)]
    values: dict[str, Any] = {}
    for name, value in raw.items():
        where = f"{path}.{name}" if path else name
        limit = _LIMITS.get(name)
        if limit is None:
            close = get_close_matches(name, known, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"A role has {', '.join(known)}"
            faults.append(Fault(where, f"{shown(name)} is no setting of a role", remedy))
        elif value is not None:
            fault = _fault(limit, value, where)
            if fault is not None:
                faults.append(fault)
            values[name] = whole_number(value) if isinstance(limit, Range) else value
    if faults:
        raise DeclarationError(faults)
    return RoleSettings(**values)


def _fault(limit: Format | Range, value: object, path: str) -> Fault | None:
    if isinstance(limit, Range):
        return range_fault_of(limit, value, path)
    return fault_of(limit, value, path)
