"""Rules on where and when: addresses that AWS never sees, and windows of time that are closed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from rolecall.policy import Statement
from rolecall.policy.conditions.date import read_moment
from rolecall.policy.conditions.ip import read_range

from .model import Found, Rule, Severity, allow, example
from .subject import Subject, tests_of

_ALICE: Final = "arn:aws:iam::111111111111:user/alice"
_TIME: Final = frozenset({"aws:currenttime", "aws:epochtime"})
_NANOSECONDS: Final = 1_000_000_000
_GLOBAL: Final = "AWS global condition context keys"


def _private_address(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests("aws:sourceip"):
        if test.use.operator.family != "ip":
            continue
        for value in test.values:
            if _is_private(value):
                yield Found(
                    pointer,
                    f"{value} is private: AWS sees the public address, or none from within a VPC endpoint.",
                    "Use public ranges, or aws:SourceVpc, aws:SourceVpce or aws:VpcSourceIp.",
                )


_PRIVATE: Final = tuple(
    map(
        read_range,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7"),
    )
)


def _is_private(value: str) -> bool:
    version, first, last = read_range(value)
    return any(
        version == of_private and least <= first and last <= most for of_private, least, most in _PRIVATE
    )


class _Window(NamedTuple):
    """The moments that a statement's conditions allow, in nanoseconds since 1970; ``None`` on an open side.

    The place and the words are those of its end.
    """

    first: int | None
    last: int | None
    pointer: str
    words: str


def _window(statement: Statement) -> _Window:
    first: int | None = None
    last: int | None = None
    pointer, words = statement.pointer, ""
    for place in tests_of(statement):
        name = place.test.use.operator.name
        if place.test.lookup_key not in _TIME or not name.startswith("Date") or not place.test.values:
            continue
        moments = {
            read_moment(value): value for value in place.test.values
        }  # alternatives: the widest counts
        if "LessThan" in name:
            end = max(moments) - (0 if name.endswith("Equals") else 1)
            if last is None or end < last:
                last, pointer, words = end, place.pointer, moments[max(moments)]
        elif "GreaterThan" in name:
            start = min(moments) + (0 if name.endswith("Equals") else 1)
            first = start if first is None else max(first, start)
    return _Window(first, last, pointer, words)


def _past(subject: Subject) -> Iterator[Found]:
    now = subject.context.now
    for statement in subject.policy.statements:
        window = _window(statement)
        if now is not None and window.last is not None and window.last < int(now.timestamp()) * _NANOSECONDS:
            yield Found(
                window.pointer,
                f"The statement's time is over since {window.words}.",
                "Remove the statement, or give it more time.",
            )


def _empty(subject: Subject) -> Iterator[Found]:
    for statement in subject.policy.statements:
        window = _window(statement)
        if window.first is not None and window.last is not None and window.first > window.last:
            yield Found(
                window.pointer,
                "The statement's time ends before it begins.",
                "Swap the moments: DateGreaterThan the first, DateLessThan the last.",
            )


def _between(first: str, last: str) -> dict[str, dict[str, str]]:
    return {"DateGreaterThan": {"aws:CurrentTime": first}, "DateLessThan": {"aws:CurrentTime": last}}


_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

RULES: Final = (
    Rule(
        id="private-source-ip",
        severity=Severity.ERROR,
        title="Private address in aws:SourceIp",
        why="aws:SourceIp is the address that reaches AWS, and is absent for calls through a VPC endpoint.",
        page=_GLOBAL,
        check=_private_address,
        bad=example(allow(_ALICE, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
        good=example(allow(_ALICE, {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})),
    ),
    Rule(
        id="time-window-past",
        severity=Severity.WARNING,
        title="Time window in the past",
        why="A statement whose time is over does nothing but look as if it did.",
        page=_GLOBAL,
        check=_past,
        bad=example(allow(_ALICE, {"DateLessThan": {"aws:CurrentTime": "2025-07-01T00:00:00Z"}}), now=_NOW),
        good=example(allow(_ALICE, {"DateLessThan": {"aws:CurrentTime": "2026-07-01T00:00:00Z"}}), now=_NOW),
    ),
    Rule(
        id="time-window-empty",
        severity=Severity.ERROR,
        title="Time window without a moment in it",
        why="All conditions have to hold at once.",
        page="IAM JSON policy elements: Condition operators",
        check=_empty,
        bad=example(allow(_ALICE, _between("2026-07-01", "2026-06-01"))),
        good=example(allow(_ALICE, _between("2026-06-01", "2026-07-01"))),
    ),
)
