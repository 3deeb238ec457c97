"""What a caller sends to get in by one statement."""

from typing import Any

import pytest

from rolecall.errors import DeclarationError
from rolecall.policy import WayIn, build_trust_policy, parse, read_trusts, read_way_in

GITHUB = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"
ALICE = "arn:aws:iam::111111111111:user/alice"
CI = "arn:aws:iam::111111111111:role/ci"


def way(*trusts: dict[str, Any], index: int = 0) -> WayIn:
    return read_way_in(parse(build_trust_policy(read_trusts(trusts))), index)


@pytest.mark.parametrize(
    ("trust", "sent"),
    [
        ({"accounts": ["111111111111"]}, {}),
        ({"accounts": ["111111111111"], "external_ids": ["acme-1", "acme-2"]}, {"external_id": "acme-1"}),
        ({"users": [ALICE], "requires_mfa": True, "mfa_age": 900}, {"mfa": True}),
        ({"users": [ALICE], "role_session_name": "alice"}, {"session_name": "alice"}),
        ({"users": [ALICE], "role_session_name": "ops-*"}, {"unsaid": frozenset({"session_name"})}),
        ({"users": [ALICE], "source_identity": ["${saml:sub}"]}, {"unsaid": frozenset({"source_identity"})}),
        ({"users": [ALICE], "source_identity": ["a-*", "alice"]}, {"source_identity": "alice"}),
        (
            {"users": [ALICE], "session_tags": {"team": ["infra", "ops"]}},
            {"session_tags": {"team": "infra"}, "may_tag": True},
        ),
        (
            {"users": [ALICE], "session_tags": {"ticket": ["OPS-*"]}},
            {"unsaid": frozenset({"session_tags"}), "may_tag": True},
        ),
        ({"roles": [CI]}, {"roles_only": True}),
        (
            {
                "provider_arn": GITHUB,
                "oidc_subjects": ["repo:a/b:*"],
                "session_tags": {"team": ["infra"]},
                "source_identity": ["ci-*"],
            },
            {
                "operation": "sts:AssumeRoleWithWebIdentity",
                "provider_arn": GITHUB,
                "audience": "sts.amazonaws.com",
            },
        ),
    ],
)  # fmt: skip
def test_a_statement_as_instructions(trust: dict[str, Any], sent: dict[str, Any]) -> None:
    """The first value that will do is sent; what is asked for by a pattern is left open, by name."""
    assert way(trust) == WayIn(**{"operation": "sts:AssumeRole", **sent})


def test_each_statement_has_its_own() -> None:
    """What one statement asks for isn't asked of those who get in by another."""
    vendor = {"accounts": ["333333333333"], "external_ids": ["acme-1"]}

    assert way(vendor, {"users": [ALICE]}, index=1).external_id is None


@pytest.mark.parametrize(
    ("trust", "index", "why"),
    [
        ({"accounts": ["111111111111"]}, 2, "there is no trust 2"),
        ({"accounts": ["111111111111"]}, -1, "there is no trust -1"),
        ({"accounts": ["111111111111"], "deny": True}, 0, "keeps its principals out"),
        ({"services": ["ec2.amazonaws.com"]}, 0, "a service"),
        ({"provider_arn": "arn:aws:iam::222222222222:saml-provider/idp"}, 0, "SAML"),
    ],
)
def test_who_gets_in_by_other_means(trust: dict[str, Any], index: int, why: str) -> None:
    """Where there is no such caller the fault says why."""
    with pytest.raises(DeclarationError, match=why):
        way(trust, {"accounts": ["111111111111"]}, index=index)
