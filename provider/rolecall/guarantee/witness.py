"""Builds the request that a statement is made for, so that one thing can be left out of it and tried."""

from collections.abc import Iterable, Mapping
from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy import Arn, ContextValue, Policy, Principal, Statement
from rolecall.policy.conditions import ConditionTest

ANYONE: Final = "arn:aws:iam::999999999999:user/anyone"
"""Stands for a principal that no policy has a reason to name."""

_SOME_VALUE: Final = "some-value"
_ACCOUNT_DIGITS: Final = 12


def askers(statement: Statement) -> tuple[Principal, ...]:
    """One concrete asker for each AWS principal that a statement names: of an account, any user of it."""
    if statement.principals is None:
        return ()
    values = (entry.value for entry in statement.principals.entries if entry.kind == "AWS")
    return tuple(dict.fromkeys(Principal("AWS", _asker(value)) for value in values))


def satisfying(statement: Statement, *, without: Iterable[str] = ()) -> Mapping[str, ContextValue]:
    """Condition keys and values that meet a statement's conditions, as far as one value a key can.

    Args:
        statement: the statement to meet.
        without: condition keys, in lower case, that the request must not have.
    """
    left_out = frozenset(without)
    context: dict[str, ContextValue] = {}
    for test in statement.conditions:
        value = _meeting(test)
        if value is not None and test.lookup_key not in left_out:
            context.setdefault(test.lookup_key, value)
    return context


def allows(policy: Policy) -> tuple[tuple[int, Statement], ...]:
    """The Allow statements of a trust policy that let somebody call AssumeRole, with their places from 0."""
    return tuple(
        (index, statement)
        for index, statement in enumerate(policy.statements)
        if statement.effect == "Allow" and statement.covers_action("sts:AssumeRole")
    )


def account_of(principal: Principal) -> str:
    """The account of an AWS principal; ``""`` where it has none."""
    try:
        return Arn.parse(principal.value).account
    except DeclarationError:
        return ""


def _asker(value: str) -> str:
    if value == "*":
        return ANYONE
    if len(value) == _ACCOUNT_DIGITS and value.isdecimal():
        return f"arn:aws:iam::{value}:user/anyone"
    try:
        arn = Arn.parse(value)
    except DeclarationError:
        return ANYONE  # the id of a deleted principal: nobody can ask as it
    return f"arn:{arn.partition}:iam::{arn.account}:user/anyone" if arn.is_account_root else value


def _meeting(test: ConditionTest) -> ContextValue | None:
    """A value that meets a test; ``None`` where the key is best left out."""
    operator = test.use.operator
    if operator.tests_presence:
        return None if "true" in map(str.lower, test.values) else _SOME_VALUE
    if operator.negated or not test.values:
        return None
    value = test.values[0]
    if operator.name.startswith("Numeric"):
        return _number(operator.name, value)
    return value.replace("*", "x").replace("?", "x")


def _number(name: str, value: str) -> str:
    if not value.lstrip("-").isdecimal():
        return value
    step = {"NumericLessThan": -1, "NumericGreaterThan": 1}.get(name, 0)
    return str(int(value) + step)
