"""Answers about all requests agree with what the evaluator says of single ones, whatever the policies."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.guarantee import support
from tests.guarantee.support import ROLE, VENDOR

from rolecall.guarantee import (
    Broken,
    CouldNotTell,
    Guarantee,
    Holds,
    check,
    difference,
    external_id,
    mfa,
    only,
    only_repo,
    within_org,
)
from rolecall.policy import Answer, Policy, Request, decide, parse

TRIED = 300
"""Requests tried against each answer; hypothesis makes that tens of thousands in all."""

GUARANTEES = [
    external_id(),
    external_id(["ab"], own_accounts=[VENDOR]),
    mfa(),
    only(["111111111111", "arn:aws:iam::333333333333:role/ci*", "ec2.amazonaws.com"]),
    only_repo(["acme/infra"]),
    within_org(["o-a1b2c3d4e5"]),
]
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def is_in(policy: Policy, request: Request) -> bool:
    return decide(request, policy).answer is Answer.ALLOWED


def keeps(guarantee: Guarantee, policy: Policy, request: Request) -> bool:
    """The guarantee read word by word for one request, by the evaluator alone."""
    if request.action == "sts:TagSession" or not is_in(policy, request):
        return True
    kinds = {"external-id": "AWS", "mfa": "AWS", "within-org": "AWS", "only-repo": "Federated"}
    if guarantee.name in kinds and request.principal.kind != kinds[guarantee.name]:
        return True
    excused = Policy(kind=policy.kind, version="2012-10-17", id=None, statements=guarantee.excused)
    return decide(request, excused).trust is Answer.ALLOWED


@patient
@given(support.documents(), st.sampled_from(GUARANTEES), st.integers(0, 2**32))
def test_what_holds_holds_for_thousands_of_requests(document, guarantee, seed) -> None:
    """No request breaks what is said to hold; what is said to be broken is broken by its witness."""
    policy = parse(document, stored=True)
    answer = check(policy, guarantee, role=ROLE)

    if isinstance(answer, Broken):
        assert not keeps(guarantee, policy, answer.witness)
    if isinstance(answer, Holds):
        for request in support.requests([policy], count=TRIED, seed=seed):
            assert keeps(guarantee, policy, request), request


@patient
@given(support.documents(), support.documents(), st.integers(0, 2**32))
def test_differences_are_all_the_differences(old_document, new_document, seed) -> None:
    """Every witness is decided differently, and nothing that is decided differently goes untold."""
    old, new = parse(old_document, stored=True), parse(new_document, stored=True)
    found = difference(old, new, role=ROLE)

    for each in found.added:
        assert (is_in(old, each.witness), is_in(new, each.witness)) == (False, True)
    for each in found.removed:
        assert (is_in(old, each.witness), is_in(new, each.witness)) == (True, False)
    for request in support.requests([old, new], count=TRIED, seed=seed):
        answers = decide(request, old).answer, decide(request, new).answer
        if answers == (Answer.DENIED, Answer.ALLOWED):
            assert found.added or found.doubts, request
        if answers == (Answer.ALLOWED, Answer.DENIED):
            assert found.removed or found.doubts, request


@patient
@given(support.documents(), st.randoms(use_true_random=False))
def test_a_policy_equals_itself_in_another_order(document, dice) -> None:
    """Order of statements, spelling of keys and order of values make no difference."""
    statements = [dict(each) for each in document["Statement"]]
    dice.shuffle(statements)
    for each in statements:
        each["Condition"] = (
            {
                operator: {key.upper(): list(reversed(values)) if isinstance(values, list) else values}
                for operator, keys in each["Condition"].items()
                for key, values in keys.items()
            }
            if all(len(keys) == 1 for keys in each["Condition"].values())
            else each["Condition"]
        )

    found = difference(
        parse(document, stored=True), parse({**document, "Statement": statements}, stored=True)
    )

    assert found.equal


@patient
@given(support.documents(most=2), support.documents(most=2))
def test_reversed_questions_have_reversed_answers(one, other) -> None:
    """What one policy adds the other takes away."""
    policies = parse(one, stored=True), parse(other, stored=True)
    there, back = difference(*policies), difference(*reversed(policies))

    assert [e.witness for e in there.added] == [e.witness for e in back.removed]
    assert [e.witness for e in there.removed] == [e.witness for e in back.added]


@pytest.mark.parametrize("guarantee", GUARANTEES, ids=lambda each: each.name)
def test_doubts_have_reasons(guarantee) -> None:
    """A policy of variables only is either decided or says what it hangs on."""
    tied = support.allow("*", StringNotLike={"sts:ExternalId": "${aws:PrincipalTag/a}"})
    answer = check(support.policy(tied), guarantee)
    assert not isinstance(answer, CouldNotTell) or "sts:ExternalId" in answer.reason
