"""A preview warns of what lint finds, unless it was accepted in the code."""

import json

from tests.engine.harness import MakeStack

CUSTOM = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEqualsIfExists": {"sts:ExternalId": "acme-3f1c9a0e7b52"}},
        }
    ],
}


def program(accept: list[dict[str, str]]) -> str:
    return f"""
import json
import rolecall

custom = json.loads({json.dumps(json.dumps(CUSTOM))})
rolecall.CrossAccountRole("deploy", custom_role_trust_policy=custom, verify=False, accept={accept!r})
"""


def test_a_finding_is_shown_in_the_preview_until_it_is_accepted(stack: MakeStack) -> None:
    """The warning stands at the role, with the rule's id; accepting it takes it away."""
    declared = stack(program([]))
    assert "lint external-id-if-exists" in declared.preview().ok().output

    declared.write(program([{"rule": "external-id-if-exists", "reason": "the vendor migrates"}]))
    assert "lint external-id-if-exists" not in declared.preview().ok().output
