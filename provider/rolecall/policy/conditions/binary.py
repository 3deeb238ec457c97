"""The operator that compares bytes in base64."""

from base64 import b64decode
from functools import partial

from ..pattern import Context, Truth
from .operator import Matcher, Operator, of_values


def _read(text: str) -> bytes:
    return b64decode(text.encode(), validate=True)


def _problem(value: str) -> str | None:
    try:
        _read(value)
    except ValueError:
        return "is not base64"
    return None


def _matcher(values: tuple[str, ...]) -> Matcher:
    return partial(_is_one_of, frozenset(map(_read, values)))


def _is_one_of(wanted: frozenset[bytes], given: str, _context: Context) -> Truth:
    try:
        return _read(given) in wanted
    except ValueError:
        return None


OPERATORS = (Operator(name="BinaryEquals", family="binary", matcher=of_values(_matcher), problem=_problem),)
