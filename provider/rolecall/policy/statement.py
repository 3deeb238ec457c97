"""A policy and its statements, read and ready to be evaluated."""

from dataclasses import dataclass, field
from typing import Literal

from .conditions import ConditionTest
from .conditions.arn import arn_matcher
from .conditions.operator import Matcher
from .decision import PolicyKind, StatementRef
from .pattern import Context, Glob, Truth, tokenize, without_variables
from .principals import Principals
from .request import Unknown

Effect = Literal["Allow", "Deny"]
Version = Literal["2008-10-17", "2012-10-17"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy. An element that isn't there is empty, or ``None``.

    Attributes:
        ref: where it stands, as in a policy that is the first of its kind.
        pointer: JSON pointer of the statement.
        effect: ``Allow`` or ``Deny``.
        principals: the Principal element.
        actions: the Action element, as written.
        not_actions: the NotAction element, as written.
        resources: the Resource element, as written.
        not_resources: the NotResource element, as written.
        conditions: all conditions; every one has to hold.
        variables: whether ``${…}`` are policy variables.
    """

    ref: StatementRef
    pointer: str
    effect: Effect
    principals: Principals | None = None
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[ConditionTest, ...] = ()
    variables: bool = False
    _action_names: frozenset[str] = field(init=False, repr=False, compare=False)
    _action_globs: tuple[Glob, ...] = field(init=False, repr=False, compare=False)
    _resource: Matcher | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lowered = tuple(map(str.lower, self.actions or self.not_actions))
        globs = tuple(_glob(action) for action in lowered if "*" in action or "?" in action)
        object.__setattr__(self, "_action_names", frozenset(lowered))
        object.__setattr__(self, "_action_globs", globs)
        object.__setattr__(self, "_resource", self._resource_matcher())

    def _resource_matcher(self) -> Matcher | None:
        values = self.resources or self.not_resources
        if not values:
            return None
        negated = bool(self.not_resources)
        return arn_matcher(values, variables=self.variables, negated=negated)

    def covers_action(self, action: str) -> bool:
        """Whether Action lists the action, or NotAction doesn't; letter case has no meaning here."""
        lowered = action.lower()
        listed = lowered in self._action_names or any(glob.matches(lowered) for glob in self._action_globs)
        return listed != bool(self.not_actions)

    def covers_resource(self, arn: str | Unknown, context: Context) -> Truth:
        """Whether Resource covers an ARN, or NotResource doesn't; true where there is neither."""
        if self._resource is None:
            return True
        if isinstance(arn, Unknown):
            everything = "*" in (self.resources or self.not_resources)
            return bool(self.resources) if everything else None
        listed = self._resource(arn, context)
        return listed if listed is None or not self.not_resources else not listed


def _glob(action: str) -> Glob:
    tokens = tokenize(action, wildcards=True, variables=False)
    return Glob(without_variables(tokens))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy document that AWS would store.

    Attributes:
        kind: what it is attached to.
        version: of the policy language; a document without Version counts as ``2008-10-17``.
        id: the Id element.
        statements: in the order of the document.
    """

    kind: PolicyKind
    version: Version
    id: str | None
    statements: tuple[Statement, ...]
