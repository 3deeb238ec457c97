"""What a principal's own policies permit beyond assuming roles."""

from typing import Any

import pytest

from rolecall.policy import (
    UNKNOWN,
    Answer,
    CallerSide,
    Policy,
    PolicyKind,
    Principal,
    Unknown,
    Use,
    parse,
    permit,
)

ALICE = "arn:aws:iam::111111111111:user/alice"
ONE, TWO = "arn:aws:s3:::one", "arn:aws:s3:::two"

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALLOW_ONE = {"Effect": "Allow", "Action": "s3:List*", "Resource": ONE}
DENY_TWO = {"Effect": "Deny", "Action": "s3:*", "Resource": TWO}
ALLOW_ALL_BUT_TWO = {"Effect": "Allow", "Action": "s3:*", "NotResource": TWO}
DENY_ALL = {"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "*"}
WITH_MFA = ALLOW_ALL | {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}


def policy(kind: PolicyKind, *statements: dict[str, Any]) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, kind=kind)


def use(resource: str | Unknown, action: str = "s3:ListBucket", **context: str) -> Use:
    return Use(principal=Principal("AWS", ALICE), action=action, resource=resource, context=context)


def identity(*statements: dict[str, Any]) -> CallerSide:
    return CallerSide(identity_policies=(policy(PolicyKind.IDENTITY, *statements),))


@pytest.mark.parametrize(
    ("statements", "resource", "answer"),
    [
        ([ALLOW_ONE], ONE, Answer.ALLOWED),
        ([ALLOW_ONE], TWO, Answer.DENIED),
        ([ALLOW_ALL, DENY_TWO], ONE, Answer.ALLOWED),
        ([ALLOW_ALL, DENY_TWO], TWO, Answer.DENIED),
        ([ALLOW_ALL_BUT_TWO], ONE, Answer.ALLOWED),
        ([ALLOW_ALL_BUT_TWO], TWO, Answer.DENIED),
        ([ALLOW_ALL], UNKNOWN, Answer.ALLOWED),
        ([ALLOW_ONE], UNKNOWN, Answer.UNKNOWN),
        ([ALLOW_ONE | {"Action": "s3:Get*"}], UNKNOWN, Answer.DENIED),
        ([ALLOW_ALL, DENY_TWO], UNKNOWN, Answer.UNKNOWN),
        ([ALLOW_ALL, DENY_ALL], UNKNOWN, Answer.DENIED),
        ([ALLOW_ALL_BUT_TWO], UNKNOWN, Answer.UNKNOWN),
        ([WITH_MFA], ONE, Answer.DENIED),
    ],
)
def test_identity_policies(statements: list[dict[str, Any]], resource: str | Unknown, answer: Answer) -> None:
    """A statement counts for its actions and resources; an unknown resource matters where a policy asks."""
    assert permit(use(resource), identity(*statements)).answer is answer


MEMBER = "arn:aws:iam::222222222222:root"
VISITOR = "arn:aws:sts::111111111111:federated-user/visitor"
AUDIENCE = {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://backup.example.com"}}
TASK = {"ArnEquals": {"sts:TaskPolicyArn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}


@pytest.mark.shows("AssumeRoot", "decided")
@pytest.mark.shows("DecodeAuthorizationMessage", "decided")
@pytest.mark.shows("GetAccessKeyInfo", "decided")
@pytest.mark.shows("GetFederationToken", "decided")
@pytest.mark.shows("GetWebIdentityToken", "decided")
@pytest.mark.parametrize(
    ("action", "resource", "condition", "context", "other"),
    [
        ("AssumeRoot", MEMBER, TASK, {"sts:TaskPolicyArn": TASK["ArnEquals"]["sts:TaskPolicyArn"]}, {}),
        ("DecodeAuthorizationMessage", "*", {}, {}, None),
        ("GetAccessKeyInfo", "*", {}, {}, None),
        ("GetFederationToken", VISITOR, {}, {}, None),
        (
            "GetWebIdentityToken",
            "*",
            AUDIENCE,
            {"sts:IdentityTokenAudience": "https://backup.example.com"},
            {"sts:IdentityTokenAudience": "https://other.example.com"},
        ),
    ],
)
def test_operations_of_sts_without_a_trust(
    action: str,
    resource: str,
    condition: dict[str, Any],
    context: dict[str, str],
    other: dict[str, str] | None,
) -> None:
    """Only the caller's own policies decide them, by the keys that AWS gives such a call."""
    allow = {"Effect": "Allow", "Action": f"sts:{action}", "Resource": resource, "Condition": condition}
    call = f"sts:{action}"

    assert permit(use(resource, call, **context), identity(allow)).answer is Answer.ALLOWED
    assert permit(use(resource, call, **context), identity(ALLOW_ONE)).answer is Answer.DENIED
    if other is not None:
        assert permit(use(resource, call, **other), identity(allow)).answer is Answer.DENIED


def test_conditions_see_the_principal_and_the_context() -> None:
    """Keys that follow from the principal are there by themselves, others where the use gives them."""
    side = identity(ALLOW_ALL | {"Condition": {"StringEquals": {"aws:username": "alice"}}})

    assert permit(use(ONE), side).answer is Answer.ALLOWED
    with_mfa = use(ONE, **{"aws:MultiFactorAuthPresent": "true"})
    assert permit(with_mfa, identity(WITH_MFA)).answer is Answer.ALLOWED


@pytest.mark.shows("AssumeRole: session policies", "decided")
@pytest.mark.parametrize(
    ("boundary", "sessions", "answer"),
    [
        (None, [], Answer.ALLOWED),
        (ALLOW_ONE, [], Answer.ALLOWED),
        (DENY_TWO, [], Answer.DENIED),
        (None, [ALLOW_ONE], Answer.ALLOWED),
        (None, [ALLOW_ONE | {"Resource": TWO}], Answer.DENIED),
        (ALLOW_ONE, [ALLOW_ONE | {"Resource": TWO}], Answer.DENIED),
        (None, [ALLOW_ALL, DENY_ALL], Answer.DENIED),
    ],
)
def test_the_intersection(
    boundary: dict[str, Any] | None, sessions: list[dict[str, Any]], answer: Answer
) -> None:
    """Identity policies, boundary and session policies each have to allow, and none may deny."""
    side = CallerSide(
        identity_policies=(policy(PolicyKind.IDENTITY, ALLOW_ALL),),
        permissions_boundary=policy(PolicyKind.BOUNDARY, boundary) if boundary else None,
        session_policies=tuple(policy(PolicyKind.SESSION, each) for each in sessions),
    )

    assert permit(use(ONE), side).answer is answer


def test_what_settled_it() -> None:
    """A permission names the statements that allowed or denied; a doubt, those that can't be decided."""
    side = identity(ALLOW_ALL, DENY_TWO)

    denied = permit(use(TWO), side)
    assert [(ref.kind, ref.index) for ref in denied.settled_by] == [(PolicyKind.IDENTITY, 1)]
    allowed = permit(use(ONE), side)
    assert [ref.index for ref in allowed.settled_by] == [0]
    doubtful = permit(use(UNKNOWN), side)
    assert [(doubt.statement.index, doubt.element, doubt.given) for doubt in doubtful.doubts] == [
        (1, "Resource", UNKNOWN)
    ]
