"""Whether the statements of policies apply to a request, and what stands in the way of those that don't."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from rolecall.errors import DeclarationError, Fault

from .arn import Arn
from .caller import Caller, identify
from .conditions import ConditionTest
from .decision import Bar, Mismatch, StatementRef
from .pattern import Context, Truth
from .principals import Match, Route
from .request import ContextValue, Principal, Request, Unknown, Use
from .statement import Policy, Statement


def both(one: Truth, other: Truth) -> Truth:
    """Join two answers by AND; unknown where it hangs on what can't be known."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def either(one: Truth, other: Truth) -> Truth:
    """Join two answers by OR; unknown where it hangs on what can't be known."""
    if one or other:
        return True
    return None if one is None or other is None else False


@dataclass(slots=True)
class Question:
    """A request made ready.

    Attributes:
        request: as asked.
        resource: ARN of what the action is done to.
        caller: the principal taken apart.
        context: all condition keys, in lower case.
        role_arn: the ARN, with path, of the role that calls, where the request tells it.
        same_account: whether caller and role share an account.
        bar: the rule of STS that denies whatever the policies say.
    """

    request: Request | Use
    resource: str | Unknown
    caller: Caller
    context: Context
    role_arn: str | None
    same_account: bool
    bar: Bar | None


def ask(request: Request) -> Question:
    """Make a request ready.

    Raises:
        DeclarationError: its principal or role is no ARN of its kind, or its context names a key twice.
    """
    between = _between(request.principal, request.role)
    given = _lowered(request.context)
    caller, bar = between.caller, between.bar
    if bar is None and request.action.lower() in caller.other_operations:
        bar = Bar.OTHER_OPERATION
    context = {**between.context, **given}
    return Question(request, request.role, caller, context, _role_arn(given), between.same_account, bar)


def ask_use(use: Use) -> Question:
    """Make a use ready.

    Raises:
        DeclarationError: its principal is no ARN of its kind, or its context names a key twice.
    """
    caller = identify(use.principal)
    given = _lowered(use.context)
    return Question(use, use.resource, caller, {**caller.context, **given}, _role_arn(given), True, None)


def _lowered(context: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    given = {key.lower(): value for key, value in context.items()}
    if len(given) < len(context):
        remedy = "Condition keys have no letter case; give each one once"
        raise DeclarationError([Fault("context", "a condition key is given twice", remedy)])
    return given


def _role_arn(context: Context) -> str | None:
    arn = context.get("aws:principalarn")
    return arn if isinstance(arn, str) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """What is so between a principal and a role, whatever is asked.

    Attributes:
        caller: the principal taken apart.
        context: the condition keys that follow from both ARNs.
        same_account: whether they share an account.
        bar: the rule of STS that denies whatever the policies say.
    """

    caller: Caller
    context: Context
    same_account: bool
    bar: Bar | None


@lru_cache(maxsize=1024)
def _between(principal: Principal, role_text: str) -> _Between:
    caller = identify(principal)
    role = Arn.parse(role_text, path="role")
    if not role.is_role:
        problem = f'"{role_text}" is not the ARN of a role'
        raise DeclarationError([Fault("role", problem, "Give a role's ARN")])
    bar = caller.bar
    if bar is None and caller.partition is not None and caller.partition != role.partition:
        bar = Bar.OTHER_PARTITION
    context = {"aws:resourceaccount": role.account, **caller.context}
    return _Between(caller, context, caller.account == role.account, bar)


@dataclass(slots=True)
class Reading:
    """What some policies say together, and why.

    Attributes:
        allow: whether a statement allows.
        deny: whether a statement denies.
        routes: for each Allow that applies, or may: whether it does, and how it names the caller.
        allows: the statements that allow.
        denies: the statements that deny.
        mismatches: why the others don't apply.
        doubts: why it can't be known whether some apply.
    """

    allow: Truth = False
    deny: Truth = False
    routes: list[tuple[Truth, Route]] = field(default_factory=list)
    allows: list[StatementRef] = field(default_factory=list)
    denies: list[StatementRef] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)
    doubts: list[Mismatch] = field(default_factory=list)

    def doubt(self, statement: Statement, route: Route, found: Mismatch) -> None:
        """Note that it can't be known whether a statement applies."""
        self.doubts.append(found)
        if statement.effect == "Allow":
            self.allow = either(self.allow, None)
            self.routes.append((None, route))
        else:
            self.deny = either(self.deny, None)

    def add(self, other: "Reading") -> None:
        """Take in another reading's reasons and denies; who allows depends on how the two are combined."""
        self.deny = either(self.deny, other.deny)
        self.allows += other.allows
        self.denies += other.denies
        self.mismatches += other.mismatches
        self.doubts += other.doubts


def read(policies: Sequence[Policy], question: Question, *, first: int = 0) -> Reading:
    """Judge every statement of policies that are read together.

    Args:
        policies: of one kind.
        question: the request.
        first: number of the first policy among those of its kind.
    """
    reading = Reading()
    for number, policy in enumerate(policies, start=first):
        for statement in policy.statements:
            truth, route, element, test = _judge(statement, question)
            if truth and statement.effect == "Allow":
                reading.allow = True
                reading.routes.append((truth, route))
                reading.allows.append(_placed(statement.ref, number))
            elif truth:
                reading.deny = True
                reading.denies.append(_placed(statement.ref, number))
            else:
                found = _mismatch(statement, _placed(statement.ref, number), question, element, test)
                if truth is False:
                    reading.mismatches.append(found)
                else:
                    reading.doubt(statement, route, found)
    return reading


_APPLIES_TO_ALL: Final[Match] = (True, Route.EVERYONE)
"""How a policy without principals names whoever it is attached to."""


def _placed(ref: StatementRef, number: int) -> StatementRef:
    """Return where a statement stands, as in the policy of that number."""
    return replace(ref, policy=number) if number else ref


def _judge(statement: Statement, question: Question) -> tuple[Truth, Route, str, ConditionTest | None]:
    """Say whether a statement applies, how it names the caller, and the first element that stands in the way.

    An element that can't be known is in the way only if no other one fails.
    """
    named, route = _APPLIES_TO_ALL
    if statement.principals is not None:
        named, route = statement.principals.match(question.caller, question.context, question.role_arn)
        if named is False:
            return False, route, "Principal", None
    met, element, test = _meets(statement, question)
    if named or met is False:
        return met, route, element, test
    return None, route, "Principal", None


def _meets(statement: Statement, question: Question) -> tuple[Truth, str, ConditionTest | None]:
    """Say whether a request meets all but the Principal; else the first element that fails, or may fail."""
    if not statement.covers_action(question.request.action):
        return False, "Action", None
    covered = statement.covers_resource(question.resource, question.context)
    if covered is False:
        return False, "Resource", None
    doubtful = None
    for test in statement.conditions:
        holds = test.holds(question.context)
        if holds is False:
            return False, "Condition", test
        if holds is None and doubtful is None:
            doubtful = test
    if covered is None:
        return None, "Resource", None
    return (True, "", None) if doubtful is None else (None, "Condition", doubtful)


def _mismatch(
    statement: Statement, ref: StatementRef, question: Question, element: str, test: ConditionTest | None
) -> Mismatch:
    if test is not None:
        given = question.context.get(test.lookup_key)
        values = (given,) if isinstance(given, str) else _as_tuple(given)
        return Mismatch(ref, statement.effect, element, test.operator, test.key, test.values, values)
    if element == "Principal" and statement.principals is not None:
        wanted, asked = statement.principals.values, question.request.principal.value
    elif element == "Action":
        wanted, asked = statement.actions or statement.not_actions, question.request.action
    else:
        wanted = statement.resources or statement.not_resources
        if isinstance(question.resource, Unknown):
            return Mismatch(ref, statement.effect, element, wanted=wanted, given=question.resource)
        asked = question.resource
    return Mismatch(ref, statement.effect, element, wanted=wanted, given=(asked,))


def _as_tuple(given: Sequence[str] | Unknown | None) -> tuple[str, ...] | Unknown | None:
    return given if given is None or isinstance(given, Unknown) else tuple(given)
