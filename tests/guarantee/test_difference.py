"""What two trust policies decide differently, case by case."""

import pytest
from tests.guarantee.support import ALICE, GITHUB, ID, ROLE, SUB, VENDOR, WEB, allow, deny, policy

from rolecall.guarantee import Difference, difference

EQUAL = [
    ([allow()], [allow(f"arn:aws:iam::{VENDOR}:root")], "an account by number or by its root"),
    ([allow([VENDOR, "111111111111"])], [allow(), allow("111111111111")], "one statement or two"),
    (
        [allow(StringLike={"sts:ExternalId": "a**"})],
        [allow(StringLike={"sts:ExternalId": ["a*", "ab*"]})],
        "needless patterns",
    ),
    (
        [allow(StringLike={"sts:ExternalId": "?*"})],
        [allow(StringLike={"sts:ExternalId": "*?"})],
        "patterns turned around",
    ),
    (
        [allow(StringEquals={"sts:ExternalId": ID})],
        [allow(StringEquals={"STS:externalid": [ID]})],
        "spelling of keys",
    ),
    (
        [allow(), deny(StringNotEquals={"sts:ExternalId": ID})],
        [allow(StringEquals={"sts:ExternalId": ID})],
        "Allow or Deny the rest",
    ),
    (
        [allow(Bool={"aws:MultiFactorAuthPresent": "true"})],
        [allow(), deny(BoolIfExists={"aws:MultiFactorAuthPresent": "false"})],
        "MFA by Allow or by Deny",
    ),
    (
        [allow(NumericLessThan={"aws:MultiFactorAuthAge": "60"})],
        [allow(NumericLessThan={"aws:MultiFactorAuthAge": ["5", "60.0"]})],
        "numbers",
    ),
    (
        [allow(IpAddress={"aws:SourceIp": "10.0.0.0/8"})],
        [allow(IpAddress={"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]})],
        "ranges",
    ),
    (
        [allow(DateLessThan={"aws:CurrentTime": "2030-01-01"})],
        [allow(DateLessThan={"aws:CurrentTime": "1893456000"})],
        "moments",
    ),
    (
        [allow("*", StringEquals={"aws:PrincipalAccount": VENDOR})],
        [allow("*", ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{VENDOR}:*"})],
        "account or ARN",
    ),
    (
        [allow(ForAnyValue__StringEquals={"aws:TagKeys": ["a", "b"]})],
        [
            allow(ForAnyValue__StringEquals={"aws:TagKeys": "a"}),
            allow(ForAnyValue__StringEquals={"aws:TagKeys": "b"}),
        ],
        "any of two",
    ),
    (
        [allow(StringLike={"sts:RoleSessionName": "${aws:username}"})],
        [
            allow(StringEquals={"sts:RoleSessionName": "x"}),
            allow(StringLike={"sts:RoleSessionName": "${aws:username}"}),
            deny(StringEquals={"sts:RoleSessionName": "x"}),
            allow(StringLike={"sts:RoleSessionName": "${aws:username}"}),
        ][1:2],
        "the same variable",
    ),
    ([allow(action="sts:assumerole")], [allow(action=["sts:AssumeRole"])], "letter case of actions"),
    ([allow(), deny(VENDOR)], [deny()], "nobody and nobody"),
]


@pytest.mark.parametrize(("one", "other"), [row[:2] for row in EQUAL], ids=[row[2] for row in EQUAL])
def test_equal_policies_written_differently(one: list, other: list) -> None:
    """What lets the same requests in is equal, however it is written."""
    assert difference(policy(*one), policy(*other)) == Difference(added=(), removed=())


def witnesses(found) -> list:
    return [(each.witness.principal.value, each.witness.action, dict(each.witness.context)) for each in found]


USER_X = f"arn:aws:iam::{VENDOR}:user/x"


@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [
        pytest.param(
            [allow(StringEquals={"sts:ExternalId": ID})],
            [allow()],
            [(USER_X, "sts:AssumeRole", {})],
            [],
            id="external ID dropped",
        ),
        pytest.param(
            [allow()],
            [allow(ALICE)],
            [(ALICE, "sts:AssumeRole", {})],
            [(USER_X, "sts:AssumeRole", {})],
            id="someone else",
        ),
        pytest.param(
            [allow(StringLike={"sts:ExternalId": "a*"})],
            [allow(StringLike={"sts:ExternalId": "*a"})],
            [(USER_X, "sts:AssumeRole", {"sts:ExternalId": "xa"})],
            [(USER_X, "sts:AssumeRole", {"sts:ExternalId": "ax"})],
            id="patterns",
        ),
        pytest.param(
            [allow()],
            [allow(action=["sts:AssumeRole", "sts:TagSession"])],
            [(USER_X, "sts:TagSession", {})],
            [],
            id="session tags",
        ),
        pytest.param(
            [allow(ForAllValues__StringEquals={"aws:TagKeys": ["a", "b"]})],
            [allow(ForAllValues__StringEquals={"aws:TagKeys": "a"})],
            [],
            [(USER_X, "sts:AssumeRole", {"aws:TagKeys": "b"})],
            id="values of a key with several",
        ),
        pytest.param(
            [allow({"Federated": GITHUB}, action=WEB, StringLike={SUB: "repo:acme/infra:*"})],
            [allow({"Federated": GITHUB}, action=WEB, StringLike={SUB: "repo:acme/*"})],
            [(GITHUB, WEB, {SUB: "repo:acme/x:x"})],
            [],
            id="all repositories",
        ),
        pytest.param(
            [allow(IpAddress={"aws:SourceIp": "10.0.0.0/8"})],
            [allow(IpAddress={"aws:SourceIp": "10.0.0.0/7"})],
            [(USER_X, "sts:AssumeRole", {"aws:SourceIp": "11.0.0.0"})],
            [],
            id="a wider range",
        ),
    ],
)
def test_differences_come_with_smallest_requests(old, new, added, removed) -> None:
    """What one policy lets in and the other doesn't is shown both ways."""
    found = difference(policy(*old), policy(*new), role=ROLE)

    assert (witnesses(found.added), witnesses(found.removed)) == (added, removed)
    assert not found.equal
    assert found.doubts == ()


def test_each_statement_that_opens_a_door_is_shown() -> None:
    """A change in several statements has a witness for each that lets somebody in."""
    found = difference(
        policy(allow()), policy(allow(), allow(ALICE), allow({"Service": "ec2.amazonaws.com"}))
    )

    assert sorted(each.statement for each in found.added) == [1, 2]


def test_several_values_are_shown_where_one_will_not_do() -> None:
    """A key with several values has as many as it takes."""
    both = {
        "ForAnyValue__StringEquals": {"aws:TagKeys": "a"},
        "ForAnyValue__StringLike": {"aws:TagKeys": "b"},
    }
    found = difference(policy(allow(ALICE)), policy(allow(**both)))

    assert [set(each.witness.context["aws:TagKeys"]) for each in found.added] == [{"a", "b"}]
