"""The verbs of the verification's provider, called directly, with an AWS of plain functions."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pulumi.output import UNKNOWN
from tests.resources.fakes import (
    EXTERNAL_ID,
    ROLE,
    FakeAws,
    by_external_id,
    keep_out,
    let_in,
    role_with,
    trust_policy,
)

from rolecall.errors import ProbeError
from rolecall.resources.door import RoleRefuted
from rolecall.resources.role_verification import RoleVerificationProvider
from rolecall.verification import Refused, Unreadable

VERIFY = {"callers": [{"profile": "tools"}], "allowed_timeout_seconds": 3.0, "denied_timeout_seconds": 2.0}


def inputs(**changes: Any) -> dict[str, Any]:
    """Inputs of a verification, as the engine hands them over."""
    return {
        "role_arn": ROLE,
        "verified_arn": ROLE,
        "trust_policy": json.dumps(trust_policy()),
        "verify": VERIFY,
        "nonce": "AROAEXAMPLE",
        **changes,
    }


def provider(aws: FakeAws | None = None) -> RoleVerificationProvider:
    """A configured provider."""
    return RoleVerificationProvider((aws or FakeAws()).outside())


def proof(aws: FakeAws, **changes: Any) -> dict[str, Any]:
    """The state after a verification that went well."""
    outs = provider(aws).create(inputs(**changes)).outs
    assert outs is not None
    return outs


def test_proof_is_stored_whole() -> None:
    """After a create the state holds the inputs, the verdict, its time and hash, and every probe."""
    created = provider(FakeAws()).create(inputs())

    assert created.id == ROLE
    outs = created.outs
    assert outs is not None
    assert {name: outs[name] for name in inputs()} == inputs()
    assert (outs["verdict"], outs["level"], outs["role_unique_id"]) == ("proved", "live", "AROAEXAMPLE")
    assert outs["verified_at"].endswith("+00:00")
    assert outs["regions"] == ["eu-west-1"]
    assert len(outs["trust_policy_sha256"]) == 64
    assert {probe["kind"] for probe in outs["probes"]} >= {"as-declared", "external-id-absent"}
    assert json.loads(json.dumps(outs)) == outs


def test_new_role_is_waited_for() -> None:
    """After a create a refusal is "not yet" until the timeout, in slices that notice a vanished engine."""
    aws = FakeAws(answer=lambda call: by_external_id(call) if sum(aws.naps) >= 2 else keep_out(call))

    assert proof(aws)["verdict"] == "proved"
    assert max(aws.naps) <= 0.5


def test_without_the_servers_frame_a_refuted_role_is_raised() -> None:
    """Where the engine's call can't be found the failure is an exception: nothing passes as proved."""
    with pytest.raises(RuntimeError, match="got in without an external ID") as caught:
        provider(FakeAws(answer=let_in)).create(inputs())

    assert isinstance(caught.value.__cause__, RoleRefuted)


def test_question_that_cannot_be_asked_fails_as_inconclusive() -> None:
    """Missing credentials aren't a crash: they are told in a sentence that names the role."""
    aws = FakeAws(opening_fails=ProbeError("no credentials for profile tools"))
    with pytest.raises(RuntimeError, match=f'role "deploy" .*{ROLE}.*no credentials for profile tools'):
        provider(aws).create(inputs())


def test_pending_only_warns(capsys: pytest.CaptureFixture[str]) -> None:
    """What only warns doesn't fail the run, and the user is told."""
    verify = {**VERIFY, "on_inconclusive": "warn"}
    aws = FakeAws(live=Unreadable(cause="not allowed"))
    outs = provider(aws).create(inputs(verify=verify)).outs

    assert outs is not None
    assert outs["verdict"] == "inconclusive"
    assert "warning: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"role_arn": "deploy"}, "role_arn: "),
        ({"role_arn": "arn:aws:iam::222222222222:user/x"}, "isn't the ARN of a role"),
        ({"role_arn": None}, "role_arn: "),
        ({"trust_policy": "{"}, "trust_policy: "),
        ({"trust_policy": '{"Version":"2012-10-17","Statement":[]}'}, "trust_policy/Statement: "),
        ({"verify": {"callers": [{"profil": "x"}]}}, "verify.callers[0].profil: "),
        ({"require": {"no_pubic": True}}, "require.no_pubic: "),
        (
            {"require": {"third_party_external_id": True}, "trust_policy": json.dumps(trust_policy(None))},
            '"third_party_external_id" is broken',
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_check_refuses(changes: dict[str, Any], told: str) -> None:
    """Bad inputs are refused before AWS is asked; no failure names a property: its value would be printed."""
    aws = FakeAws()
    failures = provider(aws).check({}, inputs(**changes)).failures

    assert told in "\n".join(each.reason for each in failures)
    assert {each.property for each in failures} == {""}
    assert not aws.calls


def test_check_leaves_the_unknown_alone() -> None:
    """In a preview a role that isn't there has no ARN yet: no fault, and other faults are still found."""
    unknown = inputs(role_arn=UNKNOWN, verified_arn=UNKNOWN, trust_policy=UNKNOWN, nonce=UNKNOWN)
    assert provider().check({}, unknown).failures == []

    [failure] = provider().check({}, {**unknown, "verify": {"denied_probes": "no"}}).failures
    assert "denied_probes" in failure.reason


def test_check_tells_no_external_id() -> None:
    """A provider isn't told what is secret, so no external ID is in a reason, whatever is wrong with it."""
    secret = "hush-hush 77"
    document = trust_policy(secret)
    document["Statement"][0]["Principal"] = {"AWS": secret}
    verify = {"callers": [{"profile": "x", "external_id": secret, "name": secret, "expect": secret}]}
    failures = provider().check({}, inputs(trust_policy=json.dumps(document), verify=verify)).failures

    assert len(failures) >= 2
    assert "hush" not in "\n".join(each.reason for each in failures)


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({}, False),
        ({"trust_policy": json.dumps(trust_policy(), indent=4)}, False),
        ({"verify": {**VERIFY, "allowed_timeout_seconds": 3}}, False),
        ({"trust_policy": json.dumps(trust_policy("other-1"))}, True),
        ({"trust_policy": None}, True),
        ({"verify": {**VERIFY, "denied_probes": "off"}}, True),
        ({"nonce": "AROAOTHER"}, True),
        ({"role_arn": ROLE + "2"}, True),
        ({"require": {"no_public": True}}, True),
        ({"trust_policy": UNKNOWN}, True),
        ({"role_arn": UNKNOWN}, True),
    ],
)
def test_diff_of_inputs(changes: dict[str, Any], changed: bool) -> None:
    """Another input, or one that isn't known yet, means another proof; another way to write it doesn't."""
    aws = FakeAws()
    result = provider(aws).diff(ROLE, proof(aws), inputs(**changes))

    assert result.changes is changed
    assert not result.replaces


def test_old_proof_is_renewed(capsys: pytest.CaptureFixture[str]) -> None:
    """A proof older than ``max_age_seconds`` makes the next run probe again, and the user is told why."""
    aws = FakeAws()
    verify = {**VERIFY, "max_age_seconds": 28800.0}
    state = proof(aws, verify=verify)

    aws.now += timedelta(hours=7)
    assert provider(aws).diff(ROLE, state, inputs(verify=verify)).changes is False
    aws.now += timedelta(hours=2)
    assert provider(aws).diff(ROLE, state, inputs(verify=verify)).changes is True
    assert (
        "proof is 9 h old, max_age_seconds is 28800: the role will be probed again" in capsys.readouterr().err
    )


def test_verdict_that_is_not_proved_is_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    """An inconclusive verdict that only warned is no proof: the next run tries again."""
    verify = {**VERIFY, "on_inconclusive": "warn"}
    aws = FakeAws(live=Unreadable(cause="not allowed"))
    state = provider(aws).create(inputs(verify=verify)).outs
    assert state is not None

    assert provider(aws).diff(ROLE, state, inputs(verify=verify)).changes is True
    assert "the last verdict is inconclusive" in capsys.readouterr().err


def test_proof_of_another_version_is_no_proof(capsys: pytest.CaptureFixture[str]) -> None:
    """A stored report that can't be read is worth nothing; it doesn't break the run either."""
    aws = FakeAws()
    state = {**proof(aws), "report": {"shape": "of the future"}}

    assert provider(aws).diff(ROLE, state, inputs()).changes is True
    assert "there is no proof" in capsys.readouterr().err
    assert provider(aws).read(ROLE, state).outs == state


def test_update_of_a_good_proof_does_not_wait() -> None:
    """Where only the proof was too old a refusal counts at once: nothing was changed that had to spread."""
    aws = FakeAws()
    state = proof(aws)
    aws.naps.clear()
    aws.answer = keep_out
    with pytest.raises(RuntimeError, match="was refused"):
        provider(aws).update(ROLE, state, inputs())

    assert not aws.naps


def test_update_after_a_change_waits() -> None:
    """A changed trust policy takes a while to bite, as a new one does."""
    aws = FakeAws(live=role_with(trust_policy(None)))
    aws.answer = let_in
    state = proof(aws, trust_policy=json.dumps(trust_policy(None)))
    aws.live = role_with(trust_policy())
    aws.naps.clear()
    aws.answer = lambda call: by_external_id(call) if sum(aws.naps) >= 1 else let_in(call)
    outs = provider(aws).update(ROLE, state, inputs()).outs

    assert outs is not None
    assert outs["verdict"] == "proved"
    assert sum(aws.naps) >= 1


def test_read_asks_sts_nothing() -> None:
    """A refresh compares the trust policy, and makes no probe; unchanged, the state stays as it was."""
    aws = FakeAws()
    state = proof(aws)
    aws.calls.clear()

    assert provider(aws).read(ROLE, state).outs == state
    assert not aws.calls


def test_read_records_drift() -> None:
    """A trust policy that was opened behind our back is recorded as refuted, and the next run has to act."""
    aws = FakeAws()
    state = proof(aws)
    aws.live = role_with(trust_policy(None))
    outs = provider(aws).read(ROLE, state).outs

    assert outs is not None
    assert (outs["verdict"], outs["level"]) == ("refuted", "evaluated")
    assert outs["trust_policy_sha256"] != state["trust_policy_sha256"]
    assert provider(aws).diff(ROLE, outs, inputs()).changes is True


def test_read_never_raises(capsys: pytest.CaptureFixture[str]) -> None:
    """What keeps a refresh from comparing is a warning; raised, it would make every refresh fail for ever."""
    aws = FakeAws()
    state = proof(aws)
    broken = {**state, "verify": {"from": "another version"}}

    assert provider(aws).read(ROLE, broken).outs == broken
    assert "warning: the proof could not be compared" in capsys.readouterr().err


def test_repair_waits() -> None:
    """After drift the same run repairs the role and proves it, so a wrong answer may be "not yet" again."""
    aws = FakeAws()
    state = proof(aws)
    aws.live = role_with(trust_policy(None))
    drifted = provider(aws).read(ROLE, state).outs
    assert drifted is not None
    aws.live = role_with(trust_policy())
    aws.naps.clear()
    aws.answer = lambda call: by_external_id(call) if sum(aws.naps) >= 1 else let_in(call)
    outs = provider(aws).update(ROLE, drifted, inputs()).outs

    assert outs is not None
    assert outs["verdict"] == "proved"


def test_delete_touches_nothing() -> None:
    """There is nothing in AWS to delete."""
    aws = FakeAws()
    provider(aws).delete(ROLE, proof(aws))

    assert all(call.role_arn == ROLE for call in aws.calls)


def test_external_id_is_in_no_new_output() -> None:
    """Outputs under new names are in clear in the state, so none of them holds the external ID."""
    outs = proof(FakeAws())
    new = {name: each for name, each in outs.items() if name not in inputs()}

    assert EXTERNAL_ID in json.dumps(outs["trust_policy"])
    assert EXTERNAL_ID not in json.dumps(new)


def test_external_id_in_what_aws_says_is_hidden() -> None:
    """Words of AWS that happen to hold the external ID are stored and told without it."""
    said = Refused(code="Odd", message=f"no {EXTERNAL_ID}", request_id="r", milliseconds=1.0)
    aws = FakeAws(answer=lambda _call: said)
    verify = {**VERIFY, "on_inconclusive": "warn"}
    outs = provider(aws).create(inputs(verify=verify)).outs

    assert outs is not None
    assert outs["probes"][0]["detail"].startswith("no (sha256:")
