"""The operator that compares truth values."""

from functools import partial

from ..pattern import Context, Truth
from .operator import Matcher, Operator, of_values

WORDS = frozenset({"true", "false"})


def problem(value: str) -> str | None:
    """Say that a value is neither true nor false."""
    return None if value.lower() in WORDS else "is neither true nor false"


def _matcher(values: tuple[str, ...]) -> Matcher:
    return partial(_is_one_of, frozenset(map(str.lower, values)))


def _is_one_of(wanted: frozenset[str], given: str, _context: Context) -> Truth:
    word = given.lower()
    return word in wanted if word in WORDS else None


OPERATORS = (Operator(name="Bool", family="boolean", matcher=of_values(_matcher), problem=problem),)
