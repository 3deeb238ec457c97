"""The evaluator against cases whose answers come from AWS's documentation."""

from pathlib import Path

import pytest
from tests.policy.support import CASES, caller_of, cases, guardrails_of, request_of

from rolecall.errors import PolicyError
from rolecall.policy import decide, parse

PUBLISHED = Path(__file__).parents[3] / "shared" / "conformance" / "trust_cases.jsonl"


@pytest.mark.shows("AssumeRole", "decided")
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_case(case):
    """Every case gets the answer that AWS's documentation gives; each tells its rule in ``why``."""
    try:
        trust = parse(case["trust_policy"])
    except PolicyError:
        answer = "malformed"
    else:
        answer = decide(
            request_of(case), trust, caller=caller_of(case), guardrails=guardrails_of(case)
        ).answer.value

    assert answer == case["expect"], case["why"]


def test_cases_are_well_formed():
    """Ids are unique, and every case tells its rule and the page that states it."""
    assert len({case["id"] for case in cases()}) == len(cases()) == 180
    assert all(case["why"] and case["source"] for case in cases())


def test_cases_are_up_to_date():
    """The project's copy of the cases says what the published file says."""
    if not PUBLISHED.exists():
        pytest.skip(f"there is no {PUBLISHED.parent.name} folder beside this checkout")

    assert CASES.read_bytes() == PUBLISHED.read_bytes(), "copy the published cases over tests/cases"
