"""Turns a call into the request that the evaluator decides, and says what can't be known about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rolecall.policy import (
    UNKNOWN,
    CallerSide,
    ContextValue,
    Decision,
    Policy,
    Principal,
    Request,
    decide,
)

from .model import Call
from .ports import Identity

_NEVER_SENT = frozenset({
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths",
    "aws:tagkeys", "sts:transitivetagkeys",
})  # fmt: skip
"""Keys that a direct AssumeRole without tags never carries."""
_SENT_BY_CALL = frozenset({
    "sts:externalid", "sts:sourceidentity", "aws:multifactorauthpresent", "aws:multifactorauthage",
})  # fmt: skip
"""Keys that are there exactly when the call or its credentials bring them."""
_DERIVED = frozenset({"aws:principalarn", "aws:principaltype", "aws:username"})
"""Keys that the evaluator derives from the principal."""


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

    A condition key that the policy tests, and of which the call doesn't settle the value
    (the caller's organisation, tags, address), is ``UNKNOWN``.
    """
    known = _known(call, situation)
    unknown = {key: UNKNOWN for key in _tested_keys(policy) if key not in known and not _absent(key)}
    return Request(
        role=call.role_arn,
        principal=Principal("AWS", situation.identity.arn),
        context={**unknown, **known},
    )


def by_trust(call: Call, situation: Situation, policy: Policy) -> Decision:
    """What the trust policy says to the call, for a caller whose own side allows everything."""
    return decide(request_of(call, situation, policy), policy)


def by_both(call: Call, situation: Situation, policy: Policy, own_side: CallerSide) -> Decision:
    """What the trust policy and the caller's own policies say to the call."""
    return decide(request_of(call, situation, policy), policy, caller=own_side)


def _tested_keys(policy: Policy) -> frozenset[str]:
    return frozenset(test.lookup_key for statement in policy.statements for test in statement.conditions)


def _known(call: Call, situation: Situation) -> Mapping[str, ContextValue]:
    known: dict[str, ContextValue] = {
        "sts:rolesessionname": call.session_name,
        "aws:currenttime": situation.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(situation.now.timestamp())),
        "aws:securetransport": "true",
        "aws:principalaccount": situation.identity.account,
        "aws:principalisawsservice": "false",
        "aws:userid": situation.identity.user_id,
        "aws:viaawsservice": "false",
        "aws:requestedregion": situation.region,
    }
    if call.external_id is not None:
        known["sts:externalid"] = call.external_id
    if call.source_identity is not None:
        known["sts:sourceidentity"] = call.source_identity
    if call.mfa:
        known["aws:multifactorauthpresent"] = "true"
        known["aws:multifactorauthage"] = "0"
    elif _is_session(situation.identity):
        known["aws:multifactorauthpresent"] = "false"
    return known


def _absent(key: str) -> bool:
    """Whether a key that ``_known`` doesn't list is certain to be absent, or is derived by the evaluator."""
    return key in _NEVER_SENT or key in _SENT_BY_CALL or key in _DERIVED or key.startswith("aws:requesttag/")


def _is_session(identity: Identity) -> bool:
    return ":assumed-role/" in identity.arn or ":federated-user/" in identity.arn
