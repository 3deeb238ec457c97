"""The shape that every condition operator has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from ..pattern import Context, Truth

Matcher = Callable[[str, Context], Truth]
"""Whether one value of the request is among the policy's values; ``None`` where that can't be known."""


class MakeMatcher(Protocol):
    """Reads an operator's values once, so that comparing is cheap."""

    def __call__(self, values: tuple[str, ...], *, variables: bool, negated: bool) -> Matcher:
        """Return what compares one value of a request with the policy's values.

        Args:
            values: the policy's values, each of which the operator takes.
            variables: whether the policy's version has policy variables.
            negated: whether the outcome will be turned around.
        """
        ...


def of_values(read: Callable[[tuple[str, ...]], Matcher]) -> MakeMatcher:
    """Make a matcher's maker out of one that needs nothing but the values: they hold no variables."""
    return partial(_of_values, read)


def _of_values(
    read: Callable[[tuple[str, ...]], Matcher], values: tuple[str, ...], **_for_texts: bool
) -> Matcher:
    return read(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One row of the table of operators (AWS page: IAM JSON policy elements: Condition operators).

    Attributes:
        name: as AWS writes it, without set prefix and ``IfExists``.
        family: what the operator compares, such as ``string``.
        matcher: reads the values; always in the positive sense.
        negated: whether the answer is turned around: true where no value matches.
        problem: what is wrong with a value in the policy, or ``None``; texts take any value.
        takes_variables: whether values may hold policy variables.
        tests_presence: whether the operator asks for the key's presence instead of its value.
    """

    name: str
    family: str
    matcher: MakeMatcher = field(repr=False, compare=False)
    negated: bool = False
    problem: Callable[[str], str | None] | None = field(default=None, repr=False, compare=False)
    takes_variables: bool = False
    tests_presence: bool = False
