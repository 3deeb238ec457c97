"""Deciding a request to assume a role: three sides have a say, and any explicit deny wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .decision import Answer, Decision, Mismatch, Permission, PolicyKind, StatementRef
from .judging import Question, Reading, ask, ask_use, both, either, read
from .pattern import Truth
from .principals import Route
from .request import Request, Unknown, Use
from .statement import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSide:
    """The policies of who asks; services and federated identities have none.

    Attributes:
        identity_policies: all of the caller's identity policies; ``None`` means that they allow everything.
        permissions_boundary: the caller's boundary; ``None`` where there is none.
        session_policies: passed when the caller's session was made; empty where there were none.
    """

    identity_policies: tuple[Policy, ...] | Unknown | None = None
    permissions_boundary: Policy | Unknown | None = None
    session_policies: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrails:
    """Policies of the organisation, as levels from its root to the account; empty means none.

    Attributes:
        service_control_policies: of the caller's account; each level has to allow.
        resource_control_policies: of the role's account; AWS allows everything at each level by itself.
    """

    service_control_policies: tuple[tuple[Policy, ...], ...] = ()
    resource_control_policies: tuple[tuple[Policy, ...], ...] = ()


# Members of enumerations are looked up slowly, and these are needed in every decision.
_ALLOWED: Final = Answer.ALLOWED
_DENIED: Final = Answer.DENIED
_UNKNOWN: Final = Answer.UNKNOWN
_TRUST: Final = PolicyKind.TRUST

_UNRESTRICTED: Final = CallerSide()
_NO_LEVELS: Final = Guardrails()


def decide(
    request: Request,
    trust: Policy,
    *,
    caller: CallerSide = _UNRESTRICTED,
    guardrails: Guardrails = _NO_LEVELS,
) -> Decision:
    """Decide a request (AWS pages: Policy evaluation logic; Cross-account policy evaluation logic).

    Condition keys that follow from the principal's and the role's ARNs are filled in where the request
    leaves them out: ``aws:PrincipalArn``, ``aws:PrincipalAccount``, ``aws:PrincipalType``,
    ``aws:PrincipalIsAWSService``, ``aws:username``, ``aws:userid``, ``aws:ResourceAccount``. A session's
    ARN lacks its role's path: give ``aws:PrincipalArn`` where the role has one.

    Args:
        request: who asks for what.
        trust: the role's trust policy.
        caller: the policies of who asks.
        guardrails: the policies of the organisations above.

    Raises:
        DeclarationError: the request's principal or role is no ARN of its kind, or its context names a
            key twice.
        ValueError: ``trust`` was read as another kind of policy.
    """
    if trust.kind is not _TRUST:
        raise ValueError(f"a policy read as {trust.kind} can't decide who may assume a role")
    question = ask(request)
    trusted = read((trust,), question)
    own = _own_side(question, caller)
    guard = _guardrails_side(question, guardrails)
    if own is _NO_POLICIES:
        allow, deny = trusted.allow, trusted.deny
    else:
        allow, deny = _with_own_side(trusted, own, question), either(trusted.deny, own.reading.deny)
    if guard is not _NO_GUARDRAILS:
        allow, deny = both(allow, guard.allow), either(deny, guard.reading.deny)
    answer = _DENIED if question.bar else _answer(allow, deny)
    readings = (trusted, own.reading, guard.reading)
    sides = (_answer(trusted.allow, trusted.deny), own.answer, guard.answer)
    return Decision(
        answer=answer,
        trust=sides[0],
        caller=sides[1],
        guardrails=sides[2],
        settled_by=_settled_by(answer, readings),
        mismatches=tuple(readings[_deciding(answer, sides, readings)].mismatches),
        doubts=_doubts(readings) if answer is _UNKNOWN else (),
        barred_by=question.bar,
    )


def permit(use: Use, caller: CallerSide) -> Permission:
    """Decide a use by the caller's own policies alone: policies of the resource are not asked.

    Raises:
        DeclarationError: the principal is no ARN of its kind, or the context names a key twice.
    """
    own = _own_side(ask_use(use), caller)
    allows = own.reading.allows if own.answer is _ALLOWED else ()
    return Permission(
        answer=own.answer, settled_by=(*own.reading.denies, *allows), doubts=tuple(own.reading.doubts)
    )


def _with_own_side(trusted: Reading, own: "_OwnSide", question: Question) -> Truth:
    """Say whether trust policy and the caller's own policies allow together."""
    allow: Truth = False
    for truth, route in trusted.routes:
        allow = either(allow, both(truth, _enough(own, route, question)))
    return allow


def _settled_by(answer: Answer, readings: Sequence[Reading]) -> tuple[StatementRef, ...]:
    trusted, own, guard = readings
    if answer is _ALLOWED:
        return (*trusted.allows, *own.allows)
    return (*trusted.denies, *own.denies, *guard.denies)


def _doubts(readings: Sequence[Reading]) -> tuple[Mismatch, ...]:
    doubts = tuple(doubt for reading in readings for doubt in reading.doubts)
    # Without any, it is open whether what the caller's own policies lack is needed at all.
    return doubts or tuple(readings[1].mismatches)


def _deciding(answer: Answer, sides: Sequence[Answer], readings: Sequence[Reading]) -> int:
    """Return the side that settled it: the first with an explicit deny, else that denies, else trust."""
    if answer is _DENIED:
        for number, reading in enumerate(readings):
            if reading.denies:
                return number
        if _DENIED in sides:
            return sides.index(_DENIED)
    return 0


def _answer(allow: Truth, deny: Truth) -> Answer:
    if deny or allow is False:
        return _DENIED
    return _UNKNOWN if allow is None or deny is None else _ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnSide:
    """What the caller's own policies say.

    Attributes:
        allow: whether identity policies, boundary and session policies each allow.
        limited: whether boundary and session policies each allow.
        reading: the denies and reasons of all of them.
        answer: what they say together.
    """

    allow: Truth
    limited: Truth
    reading: Reading
    answer: Answer


_NO_POLICIES: Final = _OwnSide(allow=True, limited=True, reading=Reading(), answer=_ALLOWED)


def _own_side(question: Question, side: CallerSide) -> _OwnSide:
    if question.caller.account is None or side is _UNRESTRICTED:
        return _NO_POLICIES
    together = Reading()
    boundary = side.permissions_boundary
    gates = (
        side.identity_policies,
        boundary if boundary is None or isinstance(boundary, Unknown) else (boundary,),
        side.session_policies or None,
    )
    allows: list[Truth] = []
    for policies in gates:
        if policies is None:
            allows.append(True)
        elif isinstance(policies, Unknown):
            allows.append(None)
            together.deny = either(together.deny, None)
        else:
            reading = read(policies, question)
            allows.append(reading.allow)
            together.add(reading)
    identity, boundary_allows, session = allows
    limited = both(boundary_allows, session)
    allow = both(identity, limited)
    return _OwnSide(allow=allow, limited=limited, reading=together, answer=_answer(allow, together.deny))


def _enough(own: _OwnSide, route: Route, question: Question) -> Truth:
    """Say whether the caller's own side adds what a trust statement that names the caller so leaves open.

    Within one account a statement that names a session, a role or a user grants by itself: a role stays
    limited by boundary and session policies, a session by nothing. Whether a boundary limits a named user,
    and whether ``{"AWS": "*"}`` grants by itself, is not documented clearly enough to be known.
    """
    if not question.same_account or route is Route.ACCOUNT:
        return own.allow
    if route is Route.SESSION:
        return True
    if route is Route.ROLE:
        return own.limited
    if route is Route.USER:
        return either(own.limited, None)
    return either(own.allow, both(own.limited, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _GuardSide:
    """What the organisations' policies say: whether each level allows, their denies, and both together."""

    allow: Truth
    reading: Reading
    answer: Answer


_NO_GUARDRAILS: Final = _GuardSide(allow=True, reading=Reading(), answer=_ALLOWED)


def _guardrails_side(question: Question, guardrails: Guardrails) -> _GuardSide:
    if guardrails is _NO_LEVELS:
        return _NO_GUARDRAILS
    together = Reading()
    allow: Truth = True
    number = 0
    # Service control policies bind an account's principals: neither services nor federated identities.
    for level in guardrails.service_control_policies if question.caller.account else ():
        reading = read(level, question, first=number)
        allow = both(allow, reading.allow)
        number += len(level)
        together.add(reading)
    for number, policy in enumerate(p for level in guardrails.resource_control_policies for p in level):
        together.add(read((policy,), question, first=number))
    return _GuardSide(allow=allow, reading=together, answer=_answer(allow, together.deny))
