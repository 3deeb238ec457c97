"""Exact answers agree with every conformance case whose trust policy AWS would store."""

from itertools import pairwise
from typing import Any

import pytest
from tests.policy.support import cases, request_of

from rolecall.errors import PolicyError
from rolecall.guarantee import Holds, check, difference, only
from rolecall.policy import Answer, Policy, decide, parse

NOBODY = only(["999999999990"])


def stored() -> list[tuple[dict[str, Any], Policy]]:
    found = []
    for case in cases():
        try:
            found.append((dict(case), parse(case["trust_policy"])))
        except PolicyError:
            continue
    return found


STORED = stored()
NEIGHBOURS = list(pairwise(STORED))


@pytest.mark.parametrize(("case", "policy"), STORED, ids=[case["id"] for case, _ in STORED])
def test_whoever_gets_in_is_found(case: dict[str, Any], policy: Policy) -> None:
    """A policy that lets a request in doesn't keep everybody out, and differs in nothing from itself."""
    request = request_of(case)

    if decide(request, policy).answer is Answer.ALLOWED:
        assert check(policy, NOBODY, role=request.role) != Holds()
    assert difference(policy, policy, role=request.role).equal


@pytest.mark.parametrize(
    ("one", "other"),
    NEIGHBOURS,
    ids=[f"{one['id']} / {other['id']}" for (one, _), (other, _) in NEIGHBOURS],
)
def test_what_only_one_policy_lets_in_is_a_difference(one, other) -> None:
    """Where two neighbouring cases' policies decide a request differently, they differ."""
    for case, _ in (one, other):
        request = request_of(case)
        answers = [decide(request, policy).answer for _, policy in (one, other)]
        found = difference(one[1], other[1], role=request.role)
        if answers == [Answer.DENIED, Answer.ALLOWED]:
            assert found.added or found.doubts
        if answers == [Answer.ALLOWED, Answer.DENIED]:
            assert found.removed or found.doubts
