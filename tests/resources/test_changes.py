"""What a preview tells about a changed trust policy."""

import json
from typing import Any

import pytest
from pulumi.output import UNKNOWN
from tests.resources.fakes import EXTERNAL_ID, ROLE, FakeAws, trust_policy

from rolecall.resources.changes import words_on_change
from rolecall.resources.declared import read_inputs
from rolecall.resources.role_verification import RoleVerificationProvider


def inputs(trust: object, **changes: Any) -> dict[str, Any]:
    text = json.dumps(trust) if isinstance(trust, dict) else trust
    return {"role_arn": ROLE, "verified_arn": ROLE, "trust_policy": text, "verify": {}, **changes}


def words(old: object, new: object, **changes: Any) -> tuple[str, ...]:
    return words_on_change(inputs(old), read_inputs(inputs(new, **changes)))


def test_a_dropped_external_id_is_told_with_who_gets_in() -> None:
    """The sentence has the request that gets in now."""
    assert words(trust_policy(), trust_policy(None)) == (
        "trust policy: It newly lets in, for example, user arn:aws:iam::111111111111:user/x (statement 1).",
    )


def test_a_stricter_policy_tells_who_is_kept_out() -> None:
    """The other way round it is told what does not get in any more."""
    [told] = words(trust_policy(None), trust_policy())
    assert told.startswith("trust policy: It no longer lets in, for example, user arn:aws:iam::111111111111:")


def test_external_ids_are_told_as_fingerprints() -> None:
    """A provider isn't told what is secret, so neither the old nor the new external ID is in the words."""
    told = "\n".join(words(trust_policy(), trust_policy("other-77")))

    assert told.count("sha256:") == 2
    assert EXTERNAL_ID not in told
    assert "other-77" not in told


def test_the_same_said_otherwise_is_told_so() -> None:
    """A rewritten policy that lets the same requests in is nothing to worry about."""
    rewritten = trust_policy()
    rewritten["Statement"][0]["Condition"] = {"StringLike": {"sts:ExternalId": [EXTERNAL_ID]}}

    assert words(trust_policy(), rewritten) == ("trust policy: It lets in the same requests as before.",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (trust_policy(), trust_policy()),
        (trust_policy(), json.dumps(trust_policy(), indent=4)),
        (trust_policy(), UNKNOWN),
        (None, trust_policy()),
        ("{", trust_policy()),
    ],
    ids=["same", "layout", "unknown yet", "none before", "unreadable before"],
)
def test_nothing_is_told_where_nothing_changed_or_is_known(old: object, new: object) -> None:
    """A preview doesn't guess, and doesn't tell what everybody knows."""
    assert words(old, new) == ()


def test_check_tells_the_user(capsys: pytest.CaptureFixture[str]) -> None:
    """The words go to the engine, or to stderr where there is none; a new resource has nothing to compare."""
    provider = RoleVerificationProvider(FakeAws().outside())
    assert provider.check({}, inputs(trust_policy(None))).failures == []
    assert capsys.readouterr().err == ""

    assert provider.check(inputs(trust_policy()), inputs(trust_policy(None))).failures == []
    assert "It newly lets in" in capsys.readouterr().err
