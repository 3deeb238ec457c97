"""Requirements hold whatever a declaration says, and a broken one shows who gets in."""

from typing import Any

import pytest

from rolecall.errors import DeclarationError
from rolecall.guarantee import Requirements, read_requirements
from rolecall.policy import parse

ROLE = "arn:aws:iam::222222222222:role/deploy"
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ALICE = "arn:aws:iam::111111111111:user/alice"


def statement(principal: object, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    allow: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {**allow, "Condition": condition} if condition else allow


def broken(requirement: str, *statements: dict[str, Any]) -> list[str]:
    requirements = Requirements(own_accounts=("111111111111",), **{requirement: True})  # type: ignore[arg-type]
    policy = parse({"Version": "2012-10-17", "Statement": list(statements)})
    return [each.sentence for each in requirements.broken(policy, ROLE)]


@pytest.mark.parametrize(
    ("requirement", "statements", "count"),
    [
        pytest.param("third_party_external_id", [statement("333333333333")], 1, id="none asked"),
        pytest.param("third_party_external_id", [statement("333333333333", EXTERNAL_ID)], 0, id="asked"),
        pytest.param(
            "third_party_external_id",
            [statement("333333333333", {"StringEqualsIfExists": {"sts:ExternalId": "acme-3f1c9a0e7b52"}})],
            1,
            id="asked only if sent",
        ),
        pytest.param(
            "third_party_external_id",
            [
                statement(
                    "333333333333", {"ForAllValues:StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}
                )
            ],
            1,
            id="asked of all of none",
        ),
        pytest.param(
            "third_party_external_id",
            [statement("333333333333", {"StringLike": {"sts:ExternalId": "*"}})],
            0,
            id="any external ID is one",
        ),
        pytest.param(
            "third_party_external_id",
            [statement("333333333333", EXTERNAL_ID), statement(f"arn:aws:iam::{'3' * 12}:user/bob", MFA)],
            1,
            id="sibling statement",
        ),
        pytest.param(
            "third_party_external_id",
            [
                statement("333333333333"),
                {**statement("*", {"Null": {"sts:ExternalId": "true"}}), "Effect": "Deny"},
            ],
            0,
            id="asked by a Deny",
        ),
        pytest.param(
            "third_party_external_id", [statement(["333333333333", "444444444444"])], 2, id="each one is told"
        ),
        pytest.param("third_party_external_id", [statement("111111111111")], 0, id="own account"),
        pytest.param("third_party_external_id", [statement("222222222222")], 0, id="the role's account"),
        pytest.param("third_party_external_id", [statement("*")], 1, id="everyone is a third party"),
        pytest.param("humans_mfa", [statement(ALICE)], 1, id="user without MFA"),
        pytest.param("humans_mfa", [statement(ALICE, MFA)], 0, id="user with MFA"),
        pytest.param(
            "humans_mfa",
            [statement(ALICE, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})],
            1,
            id="MFA only if known",
        ),
        pytest.param(
            "humans_mfa", [statement("arn:aws:iam::111111111111:role/ci")], 0, id="roles are no humans"
        ),
        pytest.param("no_public", [statement("*")], 1, id="public"),
        pytest.param("no_public", [statement("*", EXTERNAL_ID)], 0, id="public behind an external ID"),
        pytest.param("no_public", [statement("111111111111")], 0, id="one account"),
    ],
)
def test_requirements(requirement: str, statements: list[dict[str, Any]], count: int) -> None:
    """A requirement is broken by a request that gets in, not by a word that is missing."""
    assert len(broken(requirement, *statements)) == count


def test_the_sentence_names_who_gets_in() -> None:
    """A person can act on it."""
    (sentence,) = broken("third_party_external_id", statement("333333333333"))
    assert sentence == "account 333333333333, a third party, gets in without an external ID (statement 1)"


def test_what_is_not_proved_is_not_met() -> None:
    """Where it can't be told, the requirement isn't met, and the sentence says why."""
    tied = {"Bool": {"aws:PrincipalTag/a": "true"}, "StringEquals": {"aws:PrincipalTag/a": "perhaps"}}
    [sentence] = broken("humans_mfa", statement(ALICE, tied))

    assert sentence.startswith(f"it can't be ruled out that {ALICE}, an IAM user, gets in without MFA: ")
    assert "aws:PrincipalTag/a" in sentence


def test_nothing_is_required_unless_it_is_said() -> None:
    """Without a word every trust policy passes."""
    policy = parse({"Version": "2012-10-17", "Statement": statement("*")})
    assert read_requirements(None, path="rolecall:require").broken(policy, ROLE) == ()


def test_faults_in_the_requirements_are_told_at_once() -> None:
    """Misspelt names and short account IDs are refused with their paths."""
    with pytest.raises(DeclarationError) as refused:
        read_requirements({"own_accounts": ["1"], "human_mfa": True}, path="rolecall:require")
    text = str(refused.value)
    assert "rolecall:require.own_accounts[0]" in text
    assert "Did you mean humans_mfa?" in text
