"""Guarantees about every possible request, case by case."""

import pytest
from tests.guarantee.support import ALICE, GITHUB, ID, ROLE, SUB, VENDOR, WEB, allow, deny, policy

from rolecall.errors import DeclarationError
from rolecall.guarantee import (
    Broken,
    CouldNotTell,
    Guarantee,
    Holds,
    check,
    external_id,
    mfa,
    only,
    only_repo,
    within_org,
)

ASKED = {"sts:ExternalId": ID}
MFA = {"aws:MultiFactorAuthPresent": "true"}
NO_MFA = {"aws:MultiFactorAuthPresent": "false"}
AGE = "aws:MultiFactorAuthAge"
ORG = "o-a1b2c3d4e5"
USER_X = f"arn:aws:iam::{VENDOR}:user/x"


def github(sub: str | list[str], operator: str = "StringLike") -> object:
    return allow({"Federated": GITHUB}, action=WEB, **{operator: {SUB: sub}})


HOLDING = [
    # guarantee, statements, why it holds
    (external_id(), [allow(StringEquals=ASKED)], "asked of everybody"),
    (external_id(), [allow(StringLike={"sts:ExternalId": "*"})], "any external ID is one"),
    (external_id(), [allow(), deny(Null={"sts:ExternalId": "true"})], "who sends none is denied"),
    (external_id(), [allow({"Service": "ec2.amazonaws.com"})], "services send none"),
    (external_id(own_accounts=[VENDOR]), [allow()], "own account"),
    (external_id([ID, "other-1"]), [allow(StringEquals=ASKED)], "one of those listed"),
    (
        external_id([ID]),
        [allow(StringLike={"sts:ExternalId": "acme-*"}), deny(StringNotEquals=ASKED)],
        "all but the listed one is denied",
    ),
    (
        external_id(),
        [allow(StringEquals={"sts:ExternalId": "a"}, Null={"sts:ExternalId": "true"})],
        "nobody gets in at all",
    ),
    (mfa(), [allow(Bool=MFA)], "asked of everybody"),
    (mfa(), [allow(NumericLessThan={AGE: "3600"})], "who has an MFA age has MFA"),
    (mfa(), [allow(), deny(BoolIfExists=NO_MFA)], "plain keys lack the key, and are denied too"),
    (mfa(), [allow(StringEquals={"aws:MultiFactorAuthPresent": "true"})], "true as a text"),
    (only([VENDOR]), [allow(), allow(USER_X)], "the account and a user of it"),
    (only([VENDOR]), [allow("*", StringEquals={"aws:PrincipalAccount": VENDOR})], "by its account"),
    (only([VENDOR]), [allow("*", ArnLike={"aws:PrincipalArn": f"arn:*:iam::{VENDOR}:*"})], "by its ARN"),
    (
        only([f"arn:aws:iam::{VENDOR}:root", "ec2.amazonaws.com"]),
        [allow(), allow({"Service": "ec2.amazonaws.com"})],
        "both",
    ),
    (
        only(["arn:aws:iam::*:role/ci-*"]),
        [allow("*", ArnLike={"aws:PrincipalArn": "arn:aws:iam::333333333333:role/ci-prod"})],
        "a role within the pattern",
    ),
    (only([ALICE]), [allow(ALICE)], "one user"),
    (only([GITHUB]), [github("repo:acme/infra:*")], "one provider"),
    (only_repo(["acme/infra"]), [github("repo:acme/infra:ref:refs/heads/main")], "one branch"),
    (only_repo(["acme/*"]), [github(["repo:acme/infra:*", "repo:acme/web:*"])], "all of an owner"),
    (only_repo(["acme/infra"]), [allow("*")], "no federated identity can call AssumeRole"),
    (within_org([ORG]), [allow("*", StringEquals={"aws:PrincipalOrgID": ORG})], "asked of everybody"),
    (within_org([ORG], own_accounts=[VENDOR]), [allow()], "an account that is known to belong to it"),
    (within_org([ORG]), [allow("*", StringLike={"aws:PrincipalOrgID": ORG})], "a pattern without wildcard"),
]


@pytest.mark.parametrize(
    ("guarantee", "statements"), [row[:2] for row in HOLDING], ids=[row[2] for row in HOLDING]
)
def test_holds(guarantee: Guarantee, statements: list) -> None:
    """What no request can break holds."""
    assert check(policy(*statements), guarantee, role=ROLE) == Holds()


BROKEN = [
    # guarantee, statements, who breaks it, with what, statement, why
    (external_id(), [allow()], USER_X, {}, 0, "not asked"),
    (external_id(), [allow(StringEqualsIfExists=ASKED)], USER_X, {}, 0, "asked only if sent"),
    (external_id(), [allow(ForAllValues__StringEquals=ASKED)], USER_X, {}, 0, "all of none"),
    (
        external_id(),
        [allow(StringNotEquals={"sts:ExternalId": "b"})],
        USER_X,
        {},
        0,
        "negated: absent is true",
    ),
    (external_id(), [allow(StringEquals=ASKED), allow(USER_X)], USER_X, {}, 1, "a sibling lets in without"),
    (
        external_id([ID]),
        [allow(StringLike={"sts:ExternalId": "acme-*"})],
        USER_X,
        {"sts:ExternalId": "acme-"},
        0,
        "wildcard",
    ),
    (
        external_id([ID]),
        [allow(StringEqualsIgnoreCase={"sts:ExternalId": "ab"})],
        USER_X,
        {"sts:ExternalId": "ab"},
        0,
        "another one",
    ),
    (mfa(), [allow(BoolIfExists=MFA)], USER_X, {}, 0, "plain keys lack the key"),
    (mfa(), [allow(), deny(Bool=NO_MFA)], USER_X, {}, 0, "a Deny that plain keys escape"),
    (mfa(), [allow(NumericLessThanIfExists={AGE: "60"})], USER_X, {}, 0, "an age only if there is one"),
    (
        only([VENDOR]),
        [allow(), allow({"Service": "ec2.amazonaws.com"})],
        "ec2.amazonaws.com",
        {},
        1,
        "a service",
    ),
    (only(["arn:aws:iam::*:role/*"]), [allow(USER_X)], USER_X, {}, 0, "a user is no role"),
    (
        only([f"arn:aws:iam::{VENDOR}:role/ci-??"]),
        [allow("*", ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{VENDOR}:role/ci-*"})],
        f"arn:aws:sts::{VENDOR}:assumed-role/ci-/session",
        {},
        0,
        "too short for the pattern",
    ),
    (
        only_repo(["acme/infra"]),
        [github("repo:acme/infra*")],
        GITHUB,
        {SUB: "repo:acme/infrax:x"},
        0,
        "no colon behind the name",
    ),
    (only_repo(["acme/infra"]), [github("repo:acme/infra:*", "StringLikeIfExists")], GITHUB, {}, 0, "no sub"),
    (
        within_org([ORG]),
        [allow(StringLike={"aws:PrincipalOrgID": "o-*"})],
        USER_X,
        {"aws:PrincipalOrgID": "o-xxxxxxxxxx"},
        0,
        "any organization",
    ),
]


@pytest.mark.parametrize(
    ("guarantee", "statements", "who", "context", "statement"),
    [row[:5] for row in BROKEN],
    ids=[row[5] for row in BROKEN],
)
def test_broken_by_a_smallest_request(guarantee, statements, who, context, statement) -> None:
    """The witness has what it needs to get in, and nothing else."""
    answer = check(policy(*statements), guarantee, role=ROLE)

    assert isinstance(answer, Broken)
    assert (answer.witness.principal.value, dict(answer.witness.context)) == (who, context)
    assert (answer.witness.role, answer.statement) == (ROLE, statement)


def test_a_witness_shows_the_path_of_a_role_where_its_session_does_not() -> None:
    """A session's ARN lacks its role's path, so the request tells it."""
    answer = check(policy(allow("arn:aws:iam::333333333333:role/ops/ci")), mfa())

    assert isinstance(answer, Broken)
    assert answer.witness.principal.value == "arn:aws:sts::333333333333:assumed-role/ci/session"
    assert answer.witness.context == {"aws:PrincipalArn": "arn:aws:iam::333333333333:role/ops/ci"}


def test_an_mfa_age_comes_with_mfa() -> None:
    """A witness looks like a request that somebody can make."""
    answer = check(policy(allow(NumericGreaterThan={AGE: "60"})), external_id())

    assert isinstance(answer, Broken)
    assert answer.witness.context == {AGE: "61", "aws:MultiFactorAuthPresent": "true"}


def test_a_variable_is_settled_where_that_shows_a_request() -> None:
    """A key that is tied to another one gets the value that it must have."""
    named = allow(StringLike={"sts:RoleSessionName": "${aws:username}-*"})
    answer = check(policy(named), mfa())

    assert isinstance(answer, Broken)
    assert answer.witness.context == {"sts:RoleSessionName": "x-"}


def test_a_variable_without_value_lets_nobody_in() -> None:
    """Roles have no user name, so no role session meets a condition that wants one."""
    named = allow("arn:aws:iam::333333333333:role/ci", StringLike={"sts:RoleSessionName": "${aws:username}"})

    assert check(policy(named), mfa()) == Holds()


def test_tied_keys_are_told_as_the_reason() -> None:
    """Where a guarantee hangs on a variable and no request can be made, it could not be told."""
    tied = allow(
        StringEquals={"sts:ExternalId": "${aws:PrincipalTag/a}"}, Null={"aws:PrincipalTag/a": "true"}
    )
    answer = check(policy(tied), mfa())

    assert isinstance(answer, CouldNotTell)
    assert answer.reason.startswith("sts:ExternalId is compared with a policy variable")


def test_the_roles_account_counts_where_it_is_known() -> None:
    """A condition on the role's account is about one account only."""
    asked = policy(allow(StringEquals={"aws:ResourceAccount": "111111111111"}))

    assert check(asked, mfa(), role=ROLE) == Holds()
    assert isinstance(check(asked, mfa()), Broken)


def test_too_many_combinations_are_told() -> None:
    """Work is bounded: a policy that means too much is answered so, soon."""
    letters = "abcdefghijklmnop"
    wide = allow(
        **{
            operator: {"sts:ExternalId": [f"*{c}*" for c in half]}
            for operator, half in (("StringLike", letters), ("StringNotLike", letters.upper()))
        }
    )
    many = [allow(StringLike={"sts:ExternalId": f"*{c}*"}) for c in letters]
    answer = check(policy(wide, *many), mfa())

    assert isinstance(answer, CouldNotTell)
    assert answer.reason == "there are too many combinations: its patterns of sts:ExternalId"


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: only(["*"]), "is everyone"),
        (lambda: only(["arn:aws:iam::1*"]), "no pattern for ARNs"),
        (lambda: only(["12345"]), "has 5 digits"),
        (lambda: only_repo(["acme"]), "no repository"),
        (lambda: only_repo(["ac*/infra"]), "no repository"),
        (lambda: within_org(["a1b2"]), "no organization ID"),
        (lambda: external_id(own_accounts=["1"]), "own_accounts[0]"),
    ],
)
def test_senseless_guarantees_are_refused(ask, told) -> None:
    """A guarantee that can't be meant is a fault, not an answer."""
    with pytest.raises(DeclarationError) as refused:
        ask()
    assert told in str(refused.value)
