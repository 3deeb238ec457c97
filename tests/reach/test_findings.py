"""Who gets in from outside."""

from typing import Any

import pytest
from tests.reach.accounts import (
    PROD,
    TOOLS,
    VENDOR,
    account,
    arn,
    may,
    organization,
    policy,
    role,
    root,
    trusts,
    user,
)

from rolecall.policy import PolicyKind
from rolecall.reach import Graph, Organization, assumable_from_outside, build, third_party_without_external_id

EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}


def graph(*statements: Any, own: tuple[str, ...] = (), organization: Organization | None = None) -> Graph:
    return build(
        [account(PROD, role(PROD, "deploy", *statements), organization=organization)], own_accounts=own
    )


def outside(found: Graph) -> list[tuple[str, str]]:
    return [(edge.source.name, edge.answer.value) for edge in assumable_from_outside(found)]


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        (root(VENDOR), VENDOR),
        (VENDOR, VENDOR),
        ("*", "*"),
        (arn(VENDOR, "ci"), arn(VENDOR, "ci")),
        (arn(VENDOR, "ann", "user"), arn(VENDOR, "ann", "user")),
        (f"arn:aws:sts::{VENDOR}:assumed-role/ci/x", f"arn:aws:sts::{VENDOR}:assumed-role/ci/x"),
    ],
)
def test_who_is_outside(principal: str, named: str) -> None:
    """Accounts that weren't read, their principals, and everybody are outside."""
    assert outside(graph(trusts(principal))) == [(named, "allowed")]


def test_who_is_not() -> None:
    """Accounts that were read and accounts named as own aren't outside; nor are services."""
    found = graph(trusts([root(PROD), root(TOOLS)]), trusts({"Service": "ec2.amazonaws.com"}), own=(TOOLS,))

    assert outside(found) == []
    assert len(found.edges) == 2


@pytest.mark.parametrize(
    ("who", "condition", "found"),
    [
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-ours0000"}}, []),
        ("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}}, [("*", "unknown")]),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": ["o-ours0000", "o-theirs000"]}}, [("*", "unknown")]),
        ("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-ours0000"}}, [("*", "allowed")]),
        ("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-ours0000"}}, [("*", "allowed")]),
        ("*", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours0000/r-1/*"}}, []),
        ("*", {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-ours0000/r-1/*"}}, [("*", "allowed")]),
        ("*", {"StringEquals": {"aws:PrincipalAccount": PROD}}, []),
        ("*", {"StringEquals": {"aws:PrincipalAccount": [PROD, VENDOR]}}, [("*", "unknown")]),
        ("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{PROD}:role/*"}}, []),
        ("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, [("*", "unknown")]),
        ("*", {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{PROD}:role/*"}}, [("*", "allowed")]),
        ("*", {"StringLike": {"aws:PrincipalArn": "*"}}, [("*", "allowed")]),
        (VENDOR, {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{VENDOR}:role/ci"}}, [(VENDOR, "unknown")]),
        (VENDOR, {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{TOOLS}:role/ci"}}, []),
        (VENDOR, {"StringEquals": {"aws:PrincipalAccount": VENDOR}}, [(VENDOR, "allowed")]),
        (arn(VENDOR, "ci"), {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, []),
        (VENDOR, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, [(VENDOR, "unknown")]),
    ],
)
def test_conditions_that_keep_strangers_out(who: str, condition: Any, found: list[tuple[str, str]]) -> None:
    """A condition that only what is ours can meet keeps every stranger out; one of another kind is asked."""
    assert outside(graph(trusts(who, **condition), organization=organization())) == found


def test_a_resource_control_policy_keeps_strangers_out() -> None:
    """A data perimeter above the role's account is seen."""
    perimeter = policy(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sts:AssumeRole",
            "Resource": "*",
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-ours0000"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        kind=PolicyKind.RESOURCE_CONTROL,
    )
    ours = organization(resource_control_policies=((perimeter,),))

    assert outside(graph(trusts(root(VENDOR)), organization=ours)) == []
    assert outside(graph(trusts(root(VENDOR)), organization=organization())) == [(VENDOR, "allowed")]


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ([trusts(root(VENDOR), **EXTERNAL_ID)], None),
        ([trusts(root(VENDOR))], "allowed"),
        ([trusts(root(VENDOR), StringEqualsIfExists={"sts:ExternalId": "x"})], "allowed"),
        ([trusts(root(VENDOR), **{"ForAllValues:StringEquals": {"sts:ExternalId": "x"}})], "allowed"),
        ([trusts(root(VENDOR), **EXTERNAL_ID), trusts(arn(VENDOR, "ci"))], "allowed"),
        ([trusts(root(VENDOR), IpAddress={"aws:SourceIp": "192.0.2.0/24"})], "unknown"),
        ([trusts(root(VENDOR), **EXTERNAL_ID, IpAddress={"aws:SourceIp": "192.0.2.0/24"})], None),
        ([trusts(root(PROD))], None),
    ],
)
def test_third_parties_without_external_id(statements: list[Any], answer: str | None) -> None:
    """What counts is whether a call without an external ID gets in, not whether the key is mentioned."""
    found = third_party_without_external_id(graph(*statements))

    assert [edge.without_external_id.value for edge in found] == ([answer] if answer else [])


def test_a_deleted_principal_opens_nothing() -> None:
    """The id that stands for a deleted principal lets no stranger in beside what is asked of the others."""
    found = graph(trusts("AIDA1234567890ABCDEFG"), trusts(root(VENDOR), **EXTERNAL_ID))

    assert third_party_without_external_id(found) == ()


def test_insiders_need_no_external_id() -> None:
    """A user of an account that was read is no third party."""
    tools = account(TOOLS, user(TOOLS, "ci", may()))
    found = build([tools, account(PROD, role(PROD, "deploy", trusts(root(TOOLS))))])

    assert (len(found.edges), third_party_without_external_id(found)) == (1, ())
