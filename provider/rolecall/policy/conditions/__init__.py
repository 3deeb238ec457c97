"""The condition operators in one table, with what is common to all of them: sets, absence, negation."""

from .condition import OPERATORS, ConditionTest, OperatorUse, Quantifier, read_operator

__all__ = ["OPERATORS", "ConditionTest", "OperatorUse", "Quantifier", "read_operator"]
