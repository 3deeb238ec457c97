"""Whether the statements of policies apply to a request, and what stands in the way of those that don't."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rolecall.errors import DeclarationError, Fault

from .arn import Arn
from .caller import Caller, identify
from .conditions import ConditionTest
from .decision import Bar, Mismatch, StatementRef
from .pattern import Context, Truth
from .principals import Route
from .request import Request, Unknown
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
        caller: the principal taken apart.
        context: all condition keys, in lower case.
        role_arn: the ARN, with path, of the role that calls, where the request tells it.
        same_account: whether caller and role share an account.
        bar: the rule of STS that denies whatever the policies say.
    """

    request: Request
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
    caller = identify(request.principal)
    role = _role(request.role)
    given = {key.lower(): value for key, value in request.context.items()}
    if len(given) < len(request.context):
        remedy = "Condition keys have no letter case; give each one once"
        raise DeclarationError([Fault("context", "a condition key is given twice", remedy)])
    context: Context = {"aws:resourceaccount": role.account, **caller.context, **given}
    role_arn = given.get("aws:principalarn")
    bar = caller.bar
    if bar is None:
        if caller.partition is not None and caller.partition != role.partition:
            bar = Bar.OTHER_PARTITION
        elif request.action.lower() in caller.other_operations:
            bar = Bar.OTHER_OPERATION
    role_arn = role_arn if isinstance(role_arn, str) else None
    return Question(request, caller, context, role_arn, caller.account == role.account, bar)


@lru_cache(maxsize=1024)
def _role(text: str) -> Arn:
    arn = Arn.parse(text, path="role")
    if not arn.is_role:
        raise DeclarationError([Fault("role", f'"{text}" is not the ARN of a role', "Give a role's ARN")])
    return arn


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
            ref = replace(statement.ref, policy=number) if number else statement.ref
            truth, route, mismatch = _judge(statement, ref, question)
            if mismatch is not None:
                (reading.doubts if truth is None else reading.mismatches).append(mismatch)
            if truth is False:
                continue
            if statement.effect == "Allow":
                reading.allow = either(reading.allow, truth)
                reading.routes.append((truth, route))
                if truth:
                    reading.allows.append(ref)
            else:
                reading.deny = either(reading.deny, truth)
                if truth:
                    reading.denies.append(ref)
    return reading


def _judge(
    statement: Statement, ref: StatementRef, question: Question
) -> tuple[Truth, Route, Mismatch | None]:
    """Say whether a statement applies, how it names the caller, and the first element that stands in the way.

    An element that can't be known is in the way only if no other one fails.
    """
    named: Truth = True
    route = Route.EVERYONE
    if statement.principals is not None:
        named, route = statement.principals.match(question.caller, question.context, question.role_arn)
        if named is False:
            return False, route, _mismatch(statement, ref, question, "Principal", None)
    met, element, test = _meets(statement, question)
    if met is False or (met is None and named):
        return met, route, _mismatch(statement, ref, question, element, test)
    if named:
        return True, route, None
    return None, route, _mismatch(statement, ref, question, "Principal", None)


def _meets(statement: Statement, question: Question) -> tuple[Truth, str, ConditionTest | None]:
    """Say whether a request meets all but the Principal; else the first element that fails, or may fail."""
    request = question.request
    if not statement.covers_action(request.action):
        return False, "Action", None
    covered = statement.covers_resource(request.role, question.context)
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
        return Mismatch(
            statement=ref,
            effect=statement.effect,
            element=element,
            operator=test.operator,
            key=test.key,
            wanted=test.values,
            given=(given,) if isinstance(given, str) else _as_tuple(given),
        )
    request = question.request
    principals = statement.principals
    wanted, asked = {
        "Principal": (principals.values if principals else (), request.principal.value),
        "Action": (statement.actions or statement.not_actions, request.action),
        "Resource": (statement.resources or statement.not_resources, request.role),
    }[element]
    return Mismatch(statement=ref, effect=statement.effect, element=element, wanted=wanted, given=(asked,))


def _as_tuple(given: Sequence[str] | Unknown | None) -> tuple[str, ...] | Unknown | None:
    return given if given is None or isinstance(given, Unknown) else tuple(given)
