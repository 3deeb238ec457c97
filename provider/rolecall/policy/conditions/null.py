"""The operator that asks whether a key is absent."""

from ..pattern import Context, Truth
from .boolean import problem
from .operator import Matcher, Operator, of_values


def _matcher(values: tuple[str, ...]) -> Matcher:
    """Return the answer for a key that is present, whatever its value."""
    return _yes if "false" in map(str.lower, values) else _no


def _yes(_given: str, _context: Context) -> Truth:
    return True


def _no(_given: str, _context: Context) -> Truth:
    return False


OPERATORS = (
    Operator(name="Null", family="null", matcher=of_values(_matcher), problem=problem, tests_presence=True),
)
