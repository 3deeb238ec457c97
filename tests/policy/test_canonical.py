"""Policies that say the same have one hash, and policies that don't haven't."""

from typing import Any

import pytest

from rolecall.policy import canonical_hash


def trust(principal: object = "arn:aws:iam::111111111111:root", **changes: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "acme-1"}},
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **changes}]}


SAME = [
    pytest.param(trust("111111111111"), id="account ID for root ARN"),
    pytest.param(trust(["arn:aws:iam::111111111111:root"]), id="list of one"),
    pytest.param(trust(Action=["sts:AssumeRole"]), id="list of one action"),
    pytest.param(
        trust(Condition={"StringEquals": {"sts:ExternalId": ["acme-1", "acme-1"]}}), id="value twice"
    ),
    pytest.param(trust(Condition={"StringEquals": {"STS:externalid": "acme-1"}}), id="case of the key"),
    pytest.param({**trust(), "Statement": trust()["Statement"][0]}, id="statement without a list"),
]
DIFFERENT = [
    pytest.param(trust("222222222222"), id="principal"),
    pytest.param(trust(Effect="Deny"), id="effect"),
    pytest.param(trust(Action="sts:*"), id="action"),
    pytest.param(trust(Condition={}), id="no condition"),
    pytest.param(trust(Condition={"StringEqualsIfExists": {"sts:ExternalId": "acme-1"}}), id="operator"),
    pytest.param(trust(Condition={"StringEquals": {"sts:ExternalId": "ACME-1"}}), id="case of the value"),
    pytest.param({**trust(), "Version": "2008-10-17"}, id="version"),
    pytest.param({**trust(), "Statement": [*trust()["Statement"], *trust()["Statement"]]}, id="twice"),
]


@pytest.mark.parametrize("document", SAME)
def test_iams_own_spelling_is_no_difference(document: dict[str, Any]) -> None:
    """What IAM rewrites when it stores a policy means the same."""
    assert canonical_hash(document) == canonical_hash(trust())


@pytest.mark.parametrize("document", DIFFERENT)
def test_what_changes_the_meaning_changes_the_hash(document: dict[str, Any]) -> None:
    """Nothing that lets in somebody else is overlooked."""
    assert canonical_hash(document) != canonical_hash(trust())


def test_order_of_values_is_no_difference() -> None:
    """IAM gives principals back in an order of its own."""
    one, other = "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"
    assert canonical_hash(trust([one, other])) == canonical_hash(trust([other, one]))


def test_an_account_id_takes_the_partition_of_its_neighbours() -> None:
    """In China an account's root ARN has the partition aws-cn."""
    named = trust(["arn:aws-cn:iam::111111111111:root", "arn:aws-cn:iam::222222222222:root"])
    bare = trust(["arn:aws-cn:iam::111111111111:root", "222222222222"])
    assert canonical_hash(named) == canonical_hash(bare)
