"""Operators that compare moments."""

import re
from datetime import UTC, datetime, timedelta, timezone

from .comparing import ordered_operators

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[Tt](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?)?)?",
    re.ASCII,
)
_SECONDS = re.compile(r"\d{1,18}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = 1_000_000_000


def read_moment(text: str) -> int:
    """Read an ISO 8601 date or time, or whole seconds since 1970, as nanoseconds since 1970 (UTC).

    A time without a zone is UTC. Digits alone are seconds, never a year.

    Raises:
        ValueError: the text is no moment.
    """
    if _SECONDS.fullmatch(text):
        return int(text) * _NANOSECONDS
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("not a moment")
    parts = found.groupdict()
    moment = datetime(
        int(parts["year"]),
        int(parts["month"] or 1),
        int(parts["day"] or 1),
        int(parts["hour"] or 0),
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        tzinfo=_zone(parts["zone"]),
    )
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return seconds * _NANOSECONDS + int((parts["fraction"] or "").ljust(9, "0"))


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


OPERATORS = ordered_operators(
    prefix="Date", family="date", read=read_moment, expected="an ISO 8601 date or whole seconds since 1970"
)
