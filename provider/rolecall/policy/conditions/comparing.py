"""How operators on numbers and dates compare: both sides are read, then set against each other."""

import operator
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from ..pattern import Context, Truth
from .operator import Matcher, Operator, of_values

Read = Callable[[str], Any]
"""Reads a text as something that can be ordered; raises ``ValueError`` where it is none."""

_COMPARISONS: Final = (
    ("Equals", operator.eq, False),
    ("NotEquals", operator.eq, True),
    ("LessThan", operator.lt, False),
    ("LessThanEquals", operator.le, False),
    ("GreaterThan", operator.gt, False),
    ("GreaterThanEquals", operator.ge, False),
)


def ordered_operators(*, prefix: str, family: str, read: Read, expected: str) -> tuple[Operator, ...]:
    """Return the six rows of a family whose values are ordered.

    Args:
        prefix: how the operators' names begin.
        family: the family's name.
        read: reads a value, on either side.
        expected: what a value has to be, for the fault of one that isn't.
    """
    return tuple(
        Operator(
            name=prefix + suffix,
            family=family,
            matcher=of_values(partial(_matcher, read, compare)),
            negated=negated,
            problem=partial(_problem, read, expected),
        )
        for suffix, compare, negated in _COMPARISONS
    )


def _matcher(read: Read, compare: Callable[[Any, Any], bool], values: tuple[str, ...]) -> Matcher:
    return partial(_any_stands, read, compare, tuple(map(read, values)))


def _any_stands(
    read: Read, compare: Callable[[Any, Any], bool], wanted: tuple[Any, ...], given: str, _context: Context
) -> Truth:
    try:
        value = read(given)
    except ValueError:
        return None  # the request holds something that this operator can't read
    return any(compare(value, limit) for limit in wanted)


def _problem(read: Read, expected: str, value: str) -> str | None:
    try:
        read(value)
    except ValueError:
        return f"is not {expected}"
    return None
