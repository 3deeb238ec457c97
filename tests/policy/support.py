"""What tests of policies share: short ways to write a policy and a request, and the conformance cases."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from rolecall.policy import CallerSide, Guardrails, Policy, PolicyKind, Principal, Request, parse

CASES = Path(__file__).parents[1] / "cases" / "trust_cases.jsonl"

ROLE = "arn:aws:iam::222222222222:role/deploy"
ALICE = "arn:aws:iam::111111111111:user/alice"
DEV = "arn:aws:iam::222222222222:user/dev"
SESSION = "arn:aws:sts::111111111111:assumed-role/ci/run-7"
ROOT_1 = "arn:aws:iam::111111111111:root"
ROOT_2 = "arn:aws:iam::222222222222:root"


@cache
def cases() -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines())


def policy(*statements: Mapping[str, Any], kind: PolicyKind = PolicyKind.TRUST) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, kind=kind)


def statement(
    who: object = ROOT_1, effect: str = "Allow", action: object = "sts:AssumeRole", **condition: object
) -> dict[str, Any]:
    """A trust statement; ``condition`` maps operators to keys and values."""
    principal = who if isinstance(who, Mapping) else {"AWS": who}
    base = {"Effect": effect, "Principal": principal, "Action": action}
    return {**base, "Condition": condition} if condition else base


def identity(
    effect: str = "Allow", action: object = "sts:AssumeRole", resource: object = "*", **condition: object
) -> dict[str, Any]:
    """A statement of a policy without principal."""
    base = {"Effect": effect, "Action": action, "Resource": resource}
    return {**base, "Condition": condition} if condition else base


def request(
    who: str = ALICE, context: Mapping[str, Any] | None = None, *, kind: Any = "AWS", **others: Any
) -> Request:
    return Request(**{"role": ROLE, "principal": Principal(kind, who), "context": context or {}, **others})


def request_of(case: Mapping[str, Any]) -> Request:
    asked = case["request"]
    ((kind, value),) = asked["principal"].items()
    return Request(
        role=asked["role"],
        principal=Principal(kind, value),
        action=asked["action"],
        context=asked["context"],
    )


def caller_of(case: Mapping[str, Any]) -> CallerSide:
    policies, boundary = case.get("identity_policies"), case.get("permissions_boundary")
    return CallerSide(
        identity_policies=None
        if policies is None
        else tuple(parse(document, kind=PolicyKind.IDENTITY) for document in policies),
        permissions_boundary=boundary and parse(boundary, kind=PolicyKind.BOUNDARY),
        session_policies=tuple(
            parse(document, kind=PolicyKind.SESSION) for document in case.get("session_policies", ())
        ),
    )


def guardrails_of(case: Mapping[str, Any]) -> Guardrails:
    def levels(name: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
        return tuple(tuple(parse(document, kind=kind) for document in level) for level in case.get(name, ()))

    return Guardrails(
        service_control_policies=levels("service_control_policies", PolicyKind.SERVICE_CONTROL),
        resource_control_policies=levels("resource_control_policies", PolicyKind.RESOURCE_CONTROL),
    )
