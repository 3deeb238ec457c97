"""One condition of a statement: an operator, a key and values, tested against a request."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ..pattern import Context, Truth, Variable, tokenize
from ..request import Unknown
from . import arn, binary, boolean, date, ip, null, numeric, string
from .operator import Matcher, Operator

OPERATORS: Final = MappingProxyType({
    operator.name: operator
    for family in (string, numeric, date, boolean, binary, ip, arn, null)
    for operator in family.OPERATORS
})  # fmt: skip
"""Every operator that IAM knows, by name."""

_IF_EXISTS: Final = "IfExists"


class Quantifier(StrEnum):
    """The prefix by which an operator tests a key with several values."""

    ANY = "ForAnyValue"
    ALL = "ForAllValues"


@dataclass(frozen=True, slots=True)
class OperatorUse:
    """An operator as a policy writes it, with its prefix and suffix."""

    operator: Operator
    quantifier: Quantifier | None
    if_exists: bool


@lru_cache(maxsize=512)
def read_operator(text: str) -> OperatorUse | None:
    """Take ``ForAnyValue:StringLikeIfExists`` apart; ``None`` where IAM does not know such an operator.

    ``Null`` takes neither prefix nor suffix.
    """
    prefix, colon, name = text.rpartition(":")
    if_exists = name.endswith(_IF_EXISTS)
    operator = OPERATORS.get(name.removesuffix(_IF_EXISTS))
    if operator is None or (colon and prefix not in list(Quantifier)):
        return None
    if operator.tests_presence and (colon or if_exists):
        return None
    return OperatorUse(operator, Quantifier(prefix) if colon else None, if_exists)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTest:
    """One operator and key of a Condition block, with its values.

    Attributes:
        operator: as written, such as ``ForAllValues:StringLikeIfExists``.
        use: the operator taken apart.
        key: the condition key as written.
        values: the policy's values, as text.
        lookup_key: the key in lower case: keys have no case, values do.
        when_absent: the answer for a request that lacks the key.
        variables: whether ``${…}`` in values are policy variables.
    """

    operator: str
    use: OperatorUse
    key: str
    values: tuple[str, ...]
    variables: bool
    lookup_key: str = field(init=False)
    when_absent: bool = field(init=False)
    _matches: Matcher = field(init=False, repr=False, compare=False)
    _negated: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        operator = self.use.operator
        variables = self.variables and operator.takes_variables
        matches = operator.matcher(self.values, variables=variables, negated=operator.negated)
        object.__setattr__(self, "lookup_key", self.key.lower())
        object.__setattr__(self, "when_absent", self._answer_for_absence())
        object.__setattr__(self, "_matches", matches)
        object.__setattr__(self, "_negated", operator.negated)

    def _answer_for_absence(self) -> bool:
        # AWS pages: Single-valued vs. multivalued context keys; Condition operators (…IfExists, Null).
        if self.use.operator.tests_presence:
            return "true" in map(str.lower, self.values)
        if self.use.if_exists or self.use.quantifier is Quantifier.ALL:
            return True
        return self.use.operator.negated and self.use.quantifier is None

    @property
    def keys(self) -> frozenset[str]:
        """The keys, in lower case, that the answer depends on: the one tested, and those of variables."""
        if not (self.variables and self.use.operator.takes_variables):
            return frozenset({self.lookup_key})
        tokens = (token for value in self.values for token in tokenize(value, wildcards=True, variables=True))
        return frozenset({self.lookup_key, *(token.key for token in tokens if isinstance(token, Variable))})

    def holds(self, context: Context) -> Truth:
        """Whether the condition holds for a request; ``None`` where that can't be known."""
        given = context.get(self.lookup_key)
        if given is None:
            return self.when_absent
        quantified = self.use.quantifier is not None
        if isinstance(given, str):
            if quantified:
                return self._quantified((given,), context)
            truth = self._matches(given, context)
            return truth if not self._negated or truth is None else not truth
        if isinstance(given, Unknown):
            return self._for_unknown()
        values = tuple(given)
        return self._quantified(values, context) if quantified else self._unquantified(values, context)

    def _for_unknown(self) -> Truth:
        if self.use.operator.tests_presence and {"true", "false"} <= set(map(str.lower, self.values)):
            return True
        return None

    def _of_each(self, given: tuple[str, ...], context: Context) -> set[Truth]:
        truths = {self._matches(value, context) for value in given}
        return {None if truth is None else not truth for truth in truths} if self._negated else truths

    def _unquantified(self, given: tuple[str, ...], context: Context) -> Truth:
        # What an operator without set prefix makes of several values is not documented
        # beyond "use a set operator", so it is known only where all values agree.
        if not given:
            return self.when_absent
        truths = self._of_each(given, context)
        return truths.pop() if len(truths) == 1 else None

    def _quantified(self, given: tuple[str, ...], context: Context) -> Truth:
        if not any(given):  # an empty text is a null data set, as an empty list is
            return self.when_absent
        truths = self._of_each(given, context)
        settled = self.use.quantifier is Quantifier.ANY
        if settled in truths:
            return settled
        return None if None in truths else not settled
