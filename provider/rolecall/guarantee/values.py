"""Values that stand for all values of a condition key: no condition tells others apart."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from rolecall.policy import ConditionTest
from rolecall.policy.conditions.date import read_moment
from rolecall.policy.conditions.ip import read_range
from rolecall.policy.conditions.numeric import read_number

from .forms import BOOLEAN_KEYS, form_of, is_free_text
from .languages import ANY, EVERYTHING, Language, at_least, shortest_texts
from .textual import is_textual, languages_of

_UNREADABLE: Final = "neither-this-nor-that"
_NANOSECONDS: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLEASANT_ADDRESSES: Final = ("203.0.113.1", "2001:db8::1")
_ADDRESSES: Final[Mapping[int, Callable[[int], object]]] = {4: IPv4Address, 6: IPv6Address}
_BITS: Final = {4: 32, 6: 128}
_NOT_EMPTY: Final[Language] = (at_least(1, ANY),)
_TEXTS: Final = frozenset({"string", "arn", "boolean"})


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a condition key.

    Attributes:
        text: as a request holds it.
        usual: whether it is what the key usually holds.
    """

    text: str
    usual: bool = True


def values_of(key: str, tests: Sequence[ConditionTest]) -> tuple[tuple[Value, ...], frozenset[ConditionTest]]:
    """Values that show all that conditions on one key can answer together, the pleasant ones first.

    Args:
        key: in lower case.
        tests: all conditions on it.

    Returns:
        The values, and the conditions to which these do no justice: those that are tied to other keys by
        policy variables, or read the key otherwise than the others do.

    Raises:
        TooManyCombinationsError: of patterns.
    """
    asking = [test for test in tests if not test.use.operator.tests_presence]
    families = {test.use.operator.family for test in asking}
    if key in BOOLEAN_KEYS or families == {"boolean"}:
        served, values = _TEXTS, _words(key)
    else:
        served, find = next(row for row in _READERS if not families or row[0] & families)
        values = find(key, [test for test in asking if test.use.operator.family in served])
    return tuple(values), frozenset(
        test
        for test in asking
        if test.use.operator.family not in served
        or (test.use.operator.family in _TEXTS and not is_textual(test))
    )


def _texts(key: str, tests: Sequence[ConditionTest]) -> Iterable[Value]:
    languages: list[Language] = [_NOT_EMPTY]
    for test in filter(is_textual, tests):
        languages.extend(language for language in languages_of(test) if language not in languages)
    form = form_of(key, is_arn=bool(tests) and all(test.use.operator.family == "arn" for test in tests))
    usual = shortest_texts(languages, domain=form.usual)
    for combination, text in shortest_texts(languages, domain=EVERYTHING).items():
        if combination in usual:
            yield Value(usual[combination])
        else:
            yield Value(text, usual=False)


def _words(key: str) -> Iterable[Value]:
    yield from (Value("true"), Value("false"))
    yield from _unreadable(key)


def _unreadable(key: str) -> Iterable[Value]:
    if is_free_text(key):
        yield Value(_UNREADABLE, usual=False)


def _ordered(
    read: Callable[[str], Any],
    beside: Callable[[Any, Any], str],
    key: str,
    tests: Sequence[ConditionTest],
) -> Iterable[Value]:
    """The limits, and something before, between and after them where the operator can read anything there."""
    written = {read(value): value for test in tests for value in test.values}
    limits: list[Any] = sorted(written)
    for before, after in zip([None, *limits], [*limits, None], strict=True):
        text = beside(before, after)
        try:
            found = read(text)
        except ValueError:
            found = None
        if found is not None and (before is None or before < found) and (after is None or found < after):
            yield Value(text, usual=not text.startswith("-"))
        if after is not None:
            yield Value(written[after])
    yield from _unreadable(key)


def _number_between(before: Any, after: Any) -> str:
    if before is None:
        return "0" if after > 0 else str(math.ceil(after) - 1)
    if after is not None and before < 0 < after:
        return "0"
    following = math.floor(before) + 1
    if after is None or following < after:
        return str(following)
    return _decimal((Fraction(before) + Fraction(after)) / 2)


def _decimal(number: Fraction) -> str:
    """A fraction whose denominator divides a power of ten, in full."""
    digits = 0
    while (number * 10**digits).denominator > 1:
        digits += 1
    sign, shifted = "-" if number < 0 else "", str(abs(int(number * 10**digits))).zfill(digits + 1)
    return f"{sign}{shifted[: len(shifted) - digits]}.{shifted[len(shifted) - digits :]}"


def _moment_between(before: Any, after: Any) -> str:
    if before is None:
        return _moment(after - _NANOSECONDS)
    if after is None:
        return _moment(before + _NANOSECONDS)
    return _moment(min(before + _NANOSECONDS, (before + after) // 2))


def _moment(nanoseconds: int) -> str:
    """A moment as AWS writes it, as far as the calendar reaches; beyond, seconds since 1970."""
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return str(seconds)
    fraction = f".{rest:09}".rstrip("0") if rest else ""
    return f"{moment.replace(tzinfo=None).isoformat()}{fraction}Z"


def _addresses(key: str, tests: Sequence[ConditionTest]) -> Iterable[Value]:
    """Where a range begins, or where one has just ended: between two such addresses nothing changes."""
    yield from map(Value, _PLEASANT_ADDRESSES)
    points = {(version, 0) for version in _BITS}
    for version, first, last in (read_range(value) for test in tests for value in test.values):
        points.add((version, first))
        if last + 1 < 1 << _BITS[version]:
            points.add((version, last + 1))
    yield from (Value(str(_ADDRESSES[version](number))) for version, number in sorted(points))
    yield from _unreadable(key)


def _bytes(key: str, tests: Sequence[ConditionTest]) -> Iterable[Value]:
    listed = dict.fromkeys(value for test in tests for value in test.values)
    yield from map(Value, listed)
    yield Value("AAAA" * (1 + max(map(len, listed))))
    yield from _unreadable(key)


_READERS: Final[
    Sequence[tuple[frozenset[str], Callable[[str, Sequence[ConditionTest]], Iterable[Value]]]]
] = (
    (_TEXTS, _texts),
    (frozenset({"numeric"}), partial(_ordered, read_number, _number_between)),
    (frozenset({"date"}), partial(_ordered, read_moment, _moment_between)),
    (frozenset({"ip"}), _addresses),
    (frozenset({"binary"}), _bytes),
)
"""What finds values for operators of some families; the first row that serves a condition serves its key."""
