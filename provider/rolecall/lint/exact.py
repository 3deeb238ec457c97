"""Asks about every possible request, for what a search alone can't answer: that there is none."""

from collections.abc import Iterable
from dataclasses import replace

from rolecall.guarantee import difference
from rolecall.policy import Policy, Statement


def keeping(policy: Policy, statements: Iterable[Statement]) -> Policy:
    """The policy with these of its statements only."""
    return replace(policy, statements=tuple(statements))


def lets_nobody_in(policy: Policy, role_arn: str | None) -> bool:
    """Whether no request whatever gets in; false where that can't be told."""
    return says_the_same(policy, keeping(policy, ()), role_arn)


def says_the_same(one: Policy, other: Policy, role_arn: str | None) -> bool:
    """Whether two trust policies let the same requests in; false where that can't be told."""
    return difference(one, other, role=role_arn).equal
