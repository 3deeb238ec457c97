"""The common cases of who may assume what, staged with real principals and asked over the wire.

Every case that plain calls can stage is here; what needs an organisation, a network or a past is decided in
tests/policy.
"""

from collections.abc import Iterator

import pytest
from tests.policy.support import cases
from tests.sandbox.helpers import Clock
from tools.staging import Case, Place, obstacle, run

from rolecall.sandbox import Credentials, Sandbox

ACCOUNTS = ("111111111111", "222222222222", "333333333333", "666677778888")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """One sandbox for all cases: each takes away what it made."""
    clock = Clock()
    with Sandbox(clock=clock) as sandbox:
        yield Place(
            iam={number: sandbox.account(number).client("iam") for number in ACCOUNTS},
            numbers={number: number for number in ACCOUNTS},
            sts=lambda keys: sandbox.client(
                "sts", Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
            ),
            now=clock,
            sleep=clock.advance,
        )


@pytest.mark.parametrize(
    "case", [case for case in cases() if obstacle(case) is None], ids=lambda case: case["id"]
)
def test_decision(place: Place, case: Case) -> None:
    """STS answers a staged case as AWS would, never stores a malformed one, and nothing is left behind."""
    result = run(case, place)

    assert (result.answer, result.left) == (case["expect"], ()), f"{case['why']} {result.message}"
    assert left(place) == set()


def left(place: Place) -> set[str]:
    """Users, roles and policies besides each account's administrator."""
    found: set[str] = set()
    for iam in place.iam.values():
        found |= {each["Arn"] for each in iam.list_users()["Users"] if each["UserName"] != "admin"}
        found |= {each["Arn"] for each in iam.list_roles()["Roles"]}
        found |= {each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"]}
    return found


def test_most_cases_can_be_staged() -> None:
    """A case that can't be staged has a reason; those that can don't become fewer unnoticed."""
    assert sum(obstacle(case) is None for case in cases()) >= 128
