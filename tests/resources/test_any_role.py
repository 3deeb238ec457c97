"""``rolecall.verify``: a proof for any role."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from tests.resources.fakes import ROLE, Monitor, trust_policy

import rolecall

Run = Callable[[Callable[[], Any]], Any]
CALLERS = [{"profile": "tools"}]


def test_role_of_this_program(run: Run, monitor: Monitor) -> None:
    """For a role resource its trust policy counts as declared, and its unique id as the nonce."""

    def program() -> None:
        role = aws.iam.Role("deploy", assume_role_policy=json.dumps(trust_policy()))
        rolecall.verify(role, callers=CALLERS, max_age_seconds=3600)

    run(program)

    [proof] = monitor.of(":RoleVerification")
    assert proof.name == "deploy"
    assert json.loads(proof.inputs["trust_policy"]) == trust_policy()
    assert proof.inputs["role_arn"] == ROLE
    assert proof.inputs["nonce"] == "AROAEXAMPLE"
    assert proof.inputs["verify"] == {"callers": CALLERS, "max_age_seconds": 3600}


def test_role_from_elsewhere(run: Run, monitor: Monitor) -> None:
    """For an ARN the live trust policy is taken at its word; the role's name names the proof."""
    run(lambda: rolecall.verify("arn:aws:iam::222222222222:role/ops/deploy", callers=CALLERS))

    [proof] = monitor.of(":RoleVerification")
    assert proof.name == "deploy"
    assert "trust_policy" not in proof.inputs
    assert "nonce" not in proof.inputs


def test_arn_that_is_not_known_yet_needs_a_name(run: Run, monitor: Monitor) -> None:
    """An output names nothing; given a name, it is verified."""
    arn = pulumi.Output.from_input(ROLE)
    with pytest.raises(pulumi.RunError, match="name: is missing"):
        run(lambda: rolecall.verify(arn, callers=CALLERS))
    run(lambda: rolecall.verify(arn, callers=CALLERS, name="theirs"))

    assert [each.name for each in monitor.of(":RoleVerification")] == ["theirs"]


def test_all_faults_at_once(run: Run, monitor: Monitor) -> None:
    """A bad ARN and bad settings are told together, before anything is declared."""
    with pytest.raises(pulumi.RunError) as caught:
        run(lambda: rolecall.verify("deploy", callers=[{"profil": "x"}], denied_probes="no"))

    for told in ('"deploy" is not an ARN', "callers[0].profil", "denied_probes"):
        assert told in str(caught.value)
    assert not monitor.made


def test_requirements_hold_for_any_role(
    run: Run, monitor: Monitor, configure: Callable[[dict[str, object]], None]
) -> None:
    """A role resource that breaks a requirement of the stack isn't even verified."""
    configure({"third_party_external_id": True})

    def program() -> None:
        role = aws.iam.Role("deploy", assume_role_policy=json.dumps(trust_policy(None)))
        rolecall.verify(role, callers=CALLERS)

    with pytest.raises(pulumi.RunError, match='verification "deploy": requirement "third_party_external_id"'):
        run(program)
    assert not monitor.of(":RoleVerification")
