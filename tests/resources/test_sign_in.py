"""The link to switch roles in the console."""

from typing import Any

import pytest

from rolecall.policy import parse
from rolecall.resources.sign_in import switch_role


def policy(principal: dict[str, Any], condition: dict[str, Any] | None = None) -> Any:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return parse(
        {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    )


ACCOUNT = {"AWS": "arn:aws:iam::111111111111:root"}


@pytest.mark.parametrize(
    ("role_arn", "url"),
    [
        (
            "arn:aws:iam::222222222222:role/deploy",
            "https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=deploy&displayName=deploy",
        ),
        (
            "arn:aws:iam::222222222222:role/ops/d+1",
            "https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=ops/d%2B1&displayName=d%2B1",
        ),
        (
            "arn:aws-us-gov:iam::222222222222:role/x",
            "https://signin.amazonaws-us-gov.com/switchrole?account=222222222222&roleName=x&displayName=x",
        ),
    ],
)
def test_link(role_arn: str, url: str) -> None:
    """Account and name with its path, quoted, at the console of the role's partition."""
    assert switch_role(role_arn, policy(ACCOUNT)).url == url


@pytest.mark.parametrize(
    ("role_arn", "trust", "note"),
    [
        (
            "arn:aws:iam::222222222222:role/x",
            policy(ACCOUNT, {"StringEquals": {"sts:ExternalId": "acme-1"}}),
            "external ID",
        ),
        ("arn:aws:iam::222222222222:role/x", policy({"Service": "ec2.amazonaws.com"}), "lets in no users"),
        ("arn:aws-iso:iam::222222222222:role/x", policy(ACCOUNT), "aws-iso"),
    ],
)
def test_no_link(role_arn: str, trust: Any, note: str) -> None:
    """Where nobody could use the link there is none, and the note says why."""
    link = switch_role(role_arn, trust)

    assert link.url is None
    assert note in str(link.note)
