"""The identity policy that lets a caller assume roles."""

import pytest
from tests.policy.support import ROLE, policy, request, statement

from rolecall.errors import DeclarationError
from rolecall.policy import (
    Answer,
    CallerSide,
    PolicyKind,
    RoleToAssume,
    caller_policy,
    check_inline_size,
    check_role_arns,
    decide,
    parse,
)

OTHER = "arn:aws:iam::333333333333:role/ops/other"


def test_one_role() -> None:
    """The smallest policy: one statement, no lists."""
    assert caller_policy([RoleToAssume(arn=ROLE)]) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}],
    }


def test_roles_that_take_the_same_actions_share_a_statement() -> None:
    """Each role gets the actions that it takes and no others; the order is that of the declaration."""
    tagged = RoleToAssume(arn=OTHER, tag_session=True, set_source_identity=True)
    third = RoleToAssume(arn=f"{ROLE}-2")

    document = caller_policy([RoleToAssume(arn=ROLE), tagged, third])

    assert document["Statement"] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": [ROLE, f"{ROLE}-2"]},
        {
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
            "Resource": OTHER,
        },
    ]


@pytest.mark.parametrize(
    ("context", "answer"),
    [({}, Answer.DENIED), ({"aws:MultiFactorAuthPresent": "true"}, Answer.ALLOWED)],
)
def test_mfa_on_the_callers_side(context: dict[str, str], answer: Answer) -> None:
    """With MFA asked for, long-term keys, which lack the key, are refused by the caller's own side."""
    own = parse(caller_policy([RoleToAssume(arn=ROLE)], requires_mfa=True), kind=PolicyKind.IDENTITY)

    side = CallerSide(identity_policies=(own,))
    decision = decide(request(context=context), policy(statement()), caller=side)

    assert decision.answer is answer


@pytest.mark.parametrize(
    ("action", "tag", "identity"),
    [
        ("sts:AssumeRole", False, False),
        (["sts:AssumeRole", "sts:TagSession"], True, False),
        (["sts:AssumeRole", "sts:SetSourceIdentity"], False, True),
        ("sts:*", True, True),
    ],
)
def test_what_a_role_lets_its_callers_do_they_are_allowed_to(
    action: object, tag: bool, identity: bool
) -> None:
    """Passing tags and setting a source identity need both sides: the caller's follows the trust policy."""
    role = RoleToAssume.trusting(ROLE, policy(statement(action=action)))

    assert (role.tag_session, role.set_source_identity) == (tag, identity)


def test_a_denying_statement_allows_nothing() -> None:
    """What a trust policy keeps callers from isn't something that the caller should be allowed to."""
    trust = policy(statement(), statement(effect="Deny", action="sts:*"))

    assert RoleToAssume.trusting(ROLE, trust) == RoleToAssume(arn=ROLE)


def test_every_fault_of_the_roles_is_told() -> None:
    """What is no role, a wildcard and a repetition are faults, each at its place."""
    wrong = ["arn:aws:iam::111111111111:user/x", "deploy", 7, f"{ROLE}*", ROLE, ROLE]

    with pytest.raises(DeclarationError) as caught:
        check_role_arns({f"roles[{index}]": arn for index, arn in enumerate(wrong)})

    assert [fault.path for fault in caught.value.faults] == [f"roles[{index}]" for index in (0, 1, 2, 3, 5)]


@pytest.mark.parametrize(("owner", "roles"), [("user", 48), ("group", 125), ("role", 253)])
def test_the_quota_of_inline_policies(owner: str, roles: int) -> None:
    """A user, a group and a role take so many characters; one role more is refused before IAM does."""
    many = [RoleToAssume(arn=f"{ROLE[:-3]}{index:03}") for index in range(roles + 1)]

    check_inline_size(caller_policy(many[:-1]), owner)
    with pytest.raises(DeclarationError, match=f"more than the quota of a {owner}"):
        check_inline_size(caller_policy(many), owner)
