"""What lint finds on a declared trust policy is told, and what was accepted is let be."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rolecall.resources.linting import accepted, findings_in

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXTERNAL_ID = "acme-3f1c9a0e7b52"
RULE = "external-id-if-exists"


def trust(condition: dict[str, Any]) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


RIGHT = trust({"StringEquals": {"sts:ExternalId": EXTERNAL_ID}})
LOOSE = trust({"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}})


def told(text: str, *accept: dict[str, str]) -> tuple[str, ...]:
    faults: list[Any] = []
    acceptances = accepted(accept, faults)
    assert not faults
    return findings_in(text, acceptances, own_accounts=frozenset(), now=NOON)


def test_a_right_trust_policy_is_silent() -> None:
    """Nobody is warned for nothing."""
    assert told(RIGHT) == ()


def test_a_finding_says_rule_place_and_fix_and_no_external_id() -> None:
    """A warning can be acted on, and holds no secret."""
    (line,) = told(LOOSE)
    assert line.startswith(f"lint {RULE} at /Statement/0/Condition/")
    assert "Demand the ID" in line
    assert EXTERNAL_ID not in line


@pytest.mark.parametrize(
    ("accept", "count"),
    [
        pytest.param({"rule": RULE, "reason": "migration"}, 0, id="without an end"),
        pytest.param({"rule": RULE, "reason": "migration", "until": "2026-03-01"}, 0, id="last day"),
        pytest.param({"rule": RULE, "reason": "migration", "where": "/Statement/0"}, 0, id="its place"),
        pytest.param({"rule": RULE, "reason": "migration", "where": "/Statement/1"}, 1, id="another place"),
        pytest.param({"rule": "mfa-if-exists", "reason": "migration"}, 1, id="another rule"),
    ],
)
def test_an_acceptance_covers_its_rule_place_and_time(accept: dict[str, str], count: int) -> None:
    """What was accepted is let be, and nothing else."""
    assert len(told(LOOSE, accept)) == count


def test_an_acceptance_that_is_over_is_said_to_be() -> None:
    """After its last day the finding counts again."""
    (line,) = told(LOOSE, {"rule": RULE, "reason": "migration", "until": "2026-02-28"})
    assert "accepted until 2026-02-28, which is over" in line


def test_a_faulty_acceptance_is_refused_with_its_path() -> None:
    """An acceptance names a rule that is there, and its reason."""
    faults: list[Any] = []
    accepted([{"rule": "no-such-rule"}], faults)
    text = "\n".join(map(str, faults))
    assert "accept[0].rule" in text
    assert "accept[0].reason" in text
