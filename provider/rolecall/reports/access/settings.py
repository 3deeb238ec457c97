"""Reads what a user says about a caller, beside what the trust policy says, all faults at once."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn, Policy, WayIn, read_way_in
from rolecall.policy.formats import (
    CHAINED_SESSION_SECONDS,
    EXTERNAL_ID,
    MFA_SERIAL,
    SESSION_DURATION,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAG_KEY,
    TAG_VALUE,
    Format,
    Range,
    fault_of,
    range_fault_of,
    whole_number,
)
from rolecall.policy.operations import ASSUME_ROLE_WITH_WEB_IDENTITY
from rolecall.shapes import Faults, Read, fields, shown

from .model import Access

_SENT: Final = ("external_id", "session_name", "source_identity", "session_tags")
"""What a user may say in place of what is read off the trust policy."""


def read_access(raw: Mapping[str, object], policy: Policy, role_arn: str, *, longest: int) -> Access:
    """Join what a user says about a caller with what a trust policy asks of it.

    Args:
        raw: by the names of ``AccessArgs``'s fields; ``None`` means left out.
        policy: the role's trust policy.
        role_arn: ARN of the role, whose name is that of the access where none is given.
        longest: the role's longest session, in seconds.

    Raises:
        DeclarationError: any of it can't be right, or something is asked for that nobody says; lists all
            faults.
    """
    faults: Faults = []
    given = fields(raw, _FIELDS, "", faults)
    way = _way(policy, given, faults)
    seconds = given.get("duration_seconds")
    if way is not None and seconds is not None:
        faults.extend(_faults_of_duration(seconds, way, longest))
    if faults or way is None:
        raise DeclarationError(faults)
    rest = {name: value for name, value in given.items() if name not in (*_SENT, "trust", "name")}
    return Access(name=given.get("name", Arn.parse(role_arn).name), role_arn=role_arn, way=way, **rest)


def _way(policy: Policy, given: Mapping[str, Any], faults: Faults) -> WayIn | None:
    trust = given.get("trust", 0)
    if trust is None:
        return None
    try:
        way = read_way_in(policy, trust)
    except DeclarationError as error:
        faults.extend(error.faults)
        return None
    faults.extend(
        Fault(name, "is missing", f"Trust {trust} asks for it by a pattern: say what the caller sends")
        for name in sorted(way.unsaid)
        if given.get(name) is None
    )
    said = {name: given[name] for name in _SENT if given.get(name) is not None}
    if way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY:
        faults.extend(
            Fault(name, "isn't sent beside a token", "Remove it: the token holds what it says of its bearer")
            for name in said
            if name != "session_name"
        )
    return replace(way, **said)


def _faults_of_duration(seconds: int, way: WayIn, longest: int) -> list[Fault]:
    # AWS page: Roles terms and concepts (Role chaining).
    limit = min(longest, CHAINED_SESSION_SECONDS) if way.roles_only else longest
    if seconds <= limit:
        return []
    chained = "sessions that are assumed by roles last an hour at most"
    why = chained if limit < longest else f"the role's max_session_duration is {longest}"
    return [Fault("duration_seconds", f"{seconds} is too long", f"Give {limit} at most: {why}")]


def _limited(limit: Format | Range) -> Read:
    """Something that AWS has a limit for."""

    def read(value: object, path: str, faults: Faults) -> Any:
        fault = (
            range_fault_of(limit, value, path) if isinstance(limit, Range) else fault_of(limit, value, path)
        )
        if fault is not None:
            faults.append(fault)
            return None
        return whole_number(value) if isinstance(limit, Range) else value

    return read


def _shaped(pattern: str, remedy: str) -> Read:
    def read(value: object, path: str, faults: Faults) -> str | None:
        if isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII):
            return value
        faults.append(Fault(path, f"{shown(value)} isn't allowed", remedy))
        return None

    return read


def _place(value: object, path: str, faults: Faults) -> int | None:
    number = whole_number(value)
    if number is None:
        faults.append(Fault(path, f"{shown(value)} isn't allowed", "Give the place of a trust, from 0"))
    return number


def _tags(value: object, path: str, faults: Faults) -> dict[str, str] | None:
    if not isinstance(value, Mapping):
        faults.append(Fault(path, f"{shown(value)} isn't allowed", "Give a dictionary of texts"))
        return None
    for key, text in value.items():
        for format_, part in ((TAG_KEY, key), (TAG_VALUE, text)):
            fault = fault_of(format_, part, f"{path}.{key}")
            if fault is not None:
                faults.append(fault)
    return dict(value)


_PROFILE: Final = _shaped(
    r"[\w+=,.@:/-](?:[\w+=,.@:/ -]*[\w+=,.@:/-])?",
    "A profile's name has letters, digits and _+=,.@:/-, and spaces between them.",
)

_FIELDS: Final[Mapping[str, Read]] = MappingProxyType(
    {
        "trust": _place,
        "name": _PROFILE,
        "source_profile": _PROFILE,
        "mfa_serial": _limited(MFA_SERIAL),
        "duration_seconds": _limited(SESSION_DURATION),
        "external_id": _limited(EXTERNAL_ID),
        "session_name": _limited(SESSION_NAME),
        "source_identity": _limited(SOURCE_IDENTITY),
        "session_tags": _tags,
        "region": _shaped(r"[a-z]{2,}(-[a-z0-9]+)+", "Give a region, such as eu-west-1."),
        "token_file": _shaped(r"[^\x00-\x1f\x7f]+", "Give the path of a file."),
    }
)
