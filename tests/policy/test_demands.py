"""What a trust policy asks of its callers, as far as it can be read off."""

import pytest
from tests.policy.support import ALICE, ROOT_1, policy, statement

from rolecall.policy import Principal, demands

ID, NAME, SOURCE = "sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity"
MFA, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
TAG, KEYS, TRANSITIVE = "aws:RequestTag/", "aws:TagKeys", "sts:TransitiveTagKeys"


def deny(**condition):
    return statement("*", "Deny", **condition)


ASKED = [
    # conditions of the Allow statement, a Deny beside it, what is asked
    ({}, None, {}),
    ({"StringEquals": {ID: "a1"}}, None, {"external_ids": ("a1",), "mentions_external_id": True}),
    (
        {"StringEquals": {"STS:EXTERNALID": ["b2", "a1", "b2"]}},
        None,
        {"external_ids": ("b2", "a1"), "mentions_external_id": True},
    ),
    (
        {"ForAnyValue:StringLikeIfExists": {ID: ["a1", "a*", "${aws:username}"]}},
        None,
        {"external_ids": ("a1",), "mentions_external_id": True},
    ),
    ({"StringEquals": {ID: "a*"}}, None, {"external_ids": ("a*",), "mentions_external_id": True}),
    ({"StringNotEquals": {ID: "a1"}}, None, {"mentions_external_id": True}),
    ({"Null": {ID: "false"}}, None, {"mentions_external_id": True}),
    ({}, {"StringNotEquals": {ID: "a1"}}, {"external_ids": ("a1",), "mentions_external_id": True}),
    ({}, {"StringEquals": {ID: "a1"}}, {}),
    ({}, {"Null": {ID: "true"}}, {"mentions_external_id": True}),
    ({}, {"Null": {ID: "false"}}, {}),
    ({"Bool": {MFA: "true"}}, None, {"mentions_mfa": True}),
    ({}, {"BoolIfExists": {MFA: "false"}}, {"mentions_mfa": True}),
    ({}, {"Bool": {MFA: "true"}}, {}),
    ({"NumericLessThan": {AGE: "3600"}}, None, {"mentions_mfa": True, "mfa_age_seconds": 3600}),
    (
        {"NumericLessThan": {AGE: ["60", "3600"]}, "NumericLessThanEquals": {AGE: "900"}},
        None,
        {"mentions_mfa": True, "mfa_age_seconds": 900},
    ),
    (
        {"Bool": {MFA: "true"}},
        {"NumericGreaterThanIfExists": {AGE: "600"}},
        {"mentions_mfa": True, "mfa_age_seconds": 600},
    ),
    ({"NumericGreaterThan": {AGE: "1"}}, None, {"mentions_mfa": True}),
    (
        {"StringLike": {NAME: "${aws:username}-*"}},
        None,
        {"session_names": ("${aws:username}-*",), "mentions_session_name": True},
    ),
    ({"StringEquals": {f"{TAG}Team": ["blue", "red"]}}, None, {"session_tags": (("Team", ("blue", "red")),)}),
    ({"StringLikeIfExists": {f"{TAG}team": "b*"}}, None, {"session_tags": (("team", ("b*",)),)}),
    ({"StringNotEquals": {f"{TAG}team": "blue"}}, None, {}),
    ({"Null": {f"{TAG}team": "false"}}, None, {"session_tags": (("team", ()),)}),
    ({"Null": {f"{TAG}team": "true"}}, None, {}),
    ({}, {"StringNotEquals": {f"{TAG}team": "blue"}}, {"session_tags": (("team", ("blue",)),)}),
    ({}, {"Null": {f"{TAG}team": "true"}}, {"session_tags": (("team", ()),)}),
    (
        {"StringEquals": {f"{TAG}team": "blue"}, "ForAllValues:StringEquals": {KEYS: ["team", "cost"]}},
        None,
        {"session_tags": (("team", ("blue",)),), "other_tags_allowed": False},
    ),
    ({"ForAnyValue:StringEquals": {KEYS: "team"}}, None, {"session_tags": (("team", ()),)}),
    (
        {"ForAnyValue:StringEquals": {TRANSITIVE: "Team"}, "StringEquals": {f"{TAG}team": "blue"}},
        None,
        {"session_tags": (("team", ("blue",)),), "transitive_tag_keys": ("Team",)},
    ),
    ({"ForAllValues:StringEquals": {TRANSITIVE: "team"}}, None, {}),
    ({}, {"ForAllValues:StringNotEquals": {KEYS: "team"}}, {"session_tags": (("team", ()),)}),
    ({}, {"ForAnyValue:StringNotEquals": {KEYS: "team"}}, {"other_tags_allowed": False}),
    (
        {"StringEquals": {SOURCE: "alice"}},
        None,
        {"source_identities": ("alice",), "mentions_source_identity": True},
    ),
]

NOTHING = {
    "external_ids": (),
    "mentions_external_id": False,
    "mentions_mfa": False,
    "mfa_age_seconds": None,
    "session_names": (),
    "mentions_session_name": False,
    "source_identities": (),
    "mentions_source_identity": False,
    "session_tags": (),
    "other_tags_allowed": True,
    "transitive_tag_keys": (),
}


@pytest.mark.parametrize(("allowing", "denying", "asked"), ASKED)
def test_asked(allowing, denying, asked):
    """Positive operators of an Allow and negated ones of a Deny say what to send."""
    beside = [deny(**denying)] if denying else []
    (found,) = demands(policy(statement(**allowing), *beside))

    assert {name: getattr(found, name) for name in NOTHING} == {**NOTHING, **asked}


def test_one_for_each_statement():
    """Only Allow statements that allow sts:AssumeRole count, each with its place and its principals."""
    trust = policy(
        statement(action="sts:TagSession"),
        deny(),
        statement([ROOT_1, ALICE], action="sts:Assume*"),
        statement({"Service": "ec2.amazonaws.com"}),
    )
    found = demands(trust)

    assert [each.statement for each in found] == [2, 3]
    assert found[0].principals == (Principal("AWS", ROOT_1), Principal("AWS", ALICE))
    assert found[1].principals == (Principal("Service", "ec2.amazonaws.com"),)
