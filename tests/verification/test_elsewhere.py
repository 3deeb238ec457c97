"""What nobody here can show: the accounts of which no caller was given."""

import pytest
from tests.verification.fakes import ROLE, FakeCaller, like_aws, trust, verified

from rolecall.policy import parse
from rolecall.verification.elsewhere import untried

EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}


@pytest.mark.parametrize(
    ("principal", "accounts"),
    [
        ({"AWS": ["333333333333", "arn:aws:iam::444444444444:role/x"]}, ["333333333333", "444444444444"]),
        ({"AWS": ["arn:aws:iam::333333333333:root", "333333333333"]}, ["333333333333"]),
        ({"AWS": "arn:aws:iam::222222222222:root"}, []),
        ({"AWS": "111111111111"}, []),
        ({"Service": "ec2.amazonaws.com"}, []),
        ({"AWS": "*"}, []),
        ({"AWS": "AIDAEXAMPLEEXAMPLE123"}, []),
    ],
)
def test_other_accounts_without_a_caller_are_named_once(principal: object, accounts: list[str]) -> None:
    """Neither the role's own account, nor one of which a caller was to get in, nor what is no account."""
    document = trust()
    document["Statement"][0]["Principal"] = principal  # type: ignore[index]

    found = untried(parse(document, stored=True), role_arn=ROLE, tried={"111111111111"})
    assert [each.account for each in found] == accounts


def test_the_external_id_is_spoken_of_where_there_is_one() -> None:
    """What only they can show is that they know it."""
    (with_id,) = untried(parse(trust(EXTERNAL_ID)), role_arn=ROLE, tried=())
    (without,) = untried(parse(trust()), role_arn=ROLE, tried=())
    assert "gets in with this external ID" in with_id.reason
    assert "external ID" not in without.reason


def test_a_stranger_tries_the_call_of_each_statement() -> None:
    """It holds the right external ID of each, so that only who it is can keep it out."""
    first, second = (
        trust(EXTERNAL_ID),
        trust({"StringEquals": {"sts:ExternalId": "other-id"}}, "333333333333"),
    )
    both = {**first, "Statement": [*first["Statement"], *second["Statement"]]}  # type: ignore[misc]
    eve = "arn:aws:iam::444444444444:user/eve"
    caller = FakeCaller(like_aws(both, eve), arn=eve)
    report = verified(caller, both, {"callers": [{"profile": "eve", "expect": "denied"}]})

    assert [call.external_id for call in caller.calls] == ["acme-3f1c9a0e7b52", "other-id"]
    assert [each.label for each in report.results] == ["call of statement 1", "call of statement 2"]
    assert all(each.holds_external_id for each in report.results)
    assert report.verdict == "proved"
