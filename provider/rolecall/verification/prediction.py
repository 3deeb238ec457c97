"""Turns a call into the request that the evaluator decides, and says what can't be known about it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from rolecall.policy import (
    UNKNOWN,
    Answer,
    CallerSide,
    ContextValue,
    Decision,
    Policy,
    Request,
    decide,
)
from rolecall.policy.operations import SET_SOURCE_IDENTITY, TAG_SESSION

from .model import Call
from .ports import Identity

_NEVER_SENT = frozenset({
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths",
    "sts:requestcontextproviders",
})  # fmt: skip
"""Keys that a direct AssumeRole without provided contexts never carries."""
_SENT_BY_CALL = frozenset({
    "sts:externalid", "sts:sourceidentity", "aws:multifactorauthpresent", "aws:multifactorauthage",
    "aws:tagkeys", "sts:transitivetagkeys",
})  # fmt: skip
"""Keys that are there exactly when the call or its credentials bring them."""
_OF_WHAT_IS_SENT = ("aws:requesttag/", "sts:requestcontext/")
"""What the names of further keys begin with that only tags and contexts of the call fill in."""
_DERIVED = frozenset({"aws:principalarn", "aws:principaltype", "aws:username"})
"""Keys that the evaluator derives from the principal, where its ARN says all about them."""
_WORST_FIRST = (Answer.DENIED, Answer.UNKNOWN, Answer.ALLOWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Who calls and when, as far as it is known.

    Attributes:
        identity: the caller, as STS names it.
        now: UTC time of the call.
        region: region of the endpoint.
    """

    identity: Identity
    now: datetime
    region: str


def request_of(call: Call, situation: Situation, policy: Policy) -> Request:
    """The request that STS will decide for this call.

    A condition key that the policy tests or takes a variable's value from, and that the call doesn't settle
    (the caller's organisation, tags, address), is ``UNKNOWN``.
    """
    federation = situation.identity.federation
    is_absent = _absent if federation is None else federation.is_absent
    known = _around(call, situation) | (
        _of_caller(call, situation) if federation is None else federation.known(call)
    )
    unknown = {key: UNKNOWN for key in _tested_keys(policy) if key not in known and not is_absent(key)}
    return Request(
        role=call.role_arn,
        principal=situation.identity.principal,
        action=situation.identity.operation,
        context={**unknown, **known},
    )


def by_trust(call: Call, situation: Situation, policy: Policy) -> Decision:
    """What the trust policy says to the call, for a caller whose own side allows everything."""
    return _decided(call, situation, policy, CallerSide())


def by_both(call: Call, situation: Situation, policy: Policy, own_side: CallerSide) -> Decision:
    """What the trust policy and the caller's own policies say to the call."""
    return _decided(call, situation, policy, own_side)


def _decided(call: Call, situation: Situation, policy: Policy, own_side: CallerSide) -> Decision:
    """The decision on all that the call needs, which is allowed where each action is.

    AWS decides on session tags and the source identity by actions of their own, on both sides (AWS pages:
    Pass session tags in AWS STS; Monitor and control actions taken with assumed roles).
    """
    request = request_of(call, situation, policy)
    sent = {key for key, value in request.context.items() if value is not UNKNOWN}
    further = ((TAG_SESSION, "aws:tagkeys"), (SET_SOURCE_IDENTITY, "sts:sourceidentity"))
    actions = (request.action, *(action for action, key in further if key in sent))
    decisions = [decide(replace(request, action=action), policy, caller=own_side) for action in actions]
    worst = min(decisions, key=lambda each: (_badness(each.trust), _badness(each.answer)))
    return worst._replace(
        trust=_worst(each.trust for each in decisions), caller=_worst(each.caller for each in decisions)
    )


def _worst(answers: Iterable[Answer]) -> Answer:
    return min(answers, key=_badness)


def _badness(answer: Answer) -> int:
    return _WORST_FIRST.index(answer)


def tests_principal_arn(policy: Policy | None) -> bool:
    """Whether a policy asks for the caller's ``aws:PrincipalArn``, which has a path."""
    return policy is not None and "aws:principalarn" in _tested_keys(policy)


def _tested_keys(policy: Policy) -> frozenset[str]:
    tests = (test for statement in policy.statements for test in statement.conditions)
    return frozenset(key for test in tests for key in test.keys)


def _around(call: Call, situation: Situation) -> dict[str, ContextValue]:
    return {
        "sts:rolesessionname": call.session_name,
        "aws:currenttime": situation.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(situation.now.timestamp())),
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
        "aws:requestedregion": situation.region,
    }


def _of_caller(call: Call, situation: Situation) -> dict[str, ContextValue]:
    identity = situation.identity
    known: dict[str, ContextValue] = {
        "aws:principalaccount": identity.account,
        "aws:principalisawsservice": "false",
    }
    if identity.user_id:
        known["aws:userid"] = identity.user_id
    if identity.is_role_session:
        known["aws:principalarn"] = identity.role_arn or UNKNOWN
    if call.external_id is not None:
        known["sts:externalid"] = call.external_id
    if call.source_identity is not None:
        known["sts:sourceidentity"] = call.source_identity
    if call.tags:
        known |= {f"aws:requesttag/{key.lower()}": value for key, value in call.tags}
        known["aws:tagkeys"] = [key for key, _ in call.tags]
    if call.transitive_tag_keys:
        known["sts:transitivetagkeys"] = call.transitive_tag_keys
    if call.mfa:
        known["aws:multifactorauthpresent"] = "true"
        known["aws:multifactorauthage"] = "0"
    elif identity.may_carry_mfa:
        known |= dict.fromkeys(("aws:multifactorauthpresent", "aws:multifactorauthage"), UNKNOWN)
    elif _is_session(identity):
        known["aws:multifactorauthpresent"] = "false"
    return known


def _absent(key: str) -> bool:
    """Whether a key that isn't known is certain to be absent, or is derived by the evaluator."""
    return key in _NEVER_SENT or key in _SENT_BY_CALL or key in _DERIVED or key.startswith(_OF_WHAT_IS_SENT)


def _is_session(identity: Identity) -> bool:
    return ":assumed-role/" in identity.arn or ":federated-user/" in identity.arn
