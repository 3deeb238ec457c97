"""What sessions of a role can do, without an engine: when it is proved, and what that proof is told."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from tests.resources.fakes import EXTERNAL_ID, Monitor

import rolecall
from rolecall import CrossAccountRole
from rolecall.resources.can_do import worst

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUSTS = [{"accounts": ["111111111111"], "external_ids": [EXTERNAL_ID]}]
LIST = {"caller": "profile tools", "service": "s3", "operation": "list_buckets", "expect": "allowed"}
VERIFY: dict[str, Any] = {
    "callers": [{"profile": "tools"}],
    "expect": [{"caller": "profile tools", "expect": "denied"}],
    "can_do": [LIST],
    "require": "live",
}

Run = Callable[[Callable[[], Any]], Any]


def declare(**changed: Any) -> Callable[[], CrossAccountRole]:
    settings: dict[str, Any] = {"trusts": TRUSTS, "policies": [READ_ONLY], "verify": VERIFY, **changed}
    return lambda: CrossAccountRole("deploy", **settings)


def proofs(monitor: Monitor) -> list[pulumi.runtime.MockResourceArgs]:
    return monitor.of(":RoleVerification")


def test_it_is_proved_after_the_policies(run: Run, monitor: Monitor) -> None:
    """The trust policy is proved before there are any permissions, and can-do once they are attached."""
    run(declare())

    order = [each.typ.rpartition(":")[2] for each in monitor.made]
    assert order[2:] == ["RoleVerification", "RolePolicyAttachment", "RoleVerification"]
    assert [each.name for each in proofs(monitor)] == ["deploy", "deploy-can-do"]


def test_each_proof_has_its_own_settings(run: Run, monitor: Monitor) -> None:
    """What one proves the other doesn't repeat: denied calls, expectations and the level are the trust's."""
    run(declare())

    first, second = (each.inputs["verify"] for each in proofs(monitor))
    assert first == {name: value for name, value in VERIFY.items() if name != "can_do"}
    assert second == {"callers": VERIFY["callers"], "can_do": [LIST], "denied_probes": "off"}


def test_another_policy_is_proved_again(run: Run, monitor: Monitor) -> None:
    """The nonce of the second proof changes with the policies, and with nothing else."""
    nonces = []
    for changed in ({}, {}, {"policies": ["arn:aws:iam::aws:policy/SecurityAudit"]}, {"description": "x"}):
        monitor.made.clear()
        run(declare(**changed))
        nonces.append(proofs(monitor)[1].inputs["nonce"])

    assert nonces[0] == nonces[1] == nonces[3]
    assert nonces[0] != nonces[2]


def test_without_can_do_there_is_one_proof(run: Run, monitor: Monitor) -> None:
    """Nothing is made that nobody asked for."""
    run(declare(verify={"callers": [{"profile": "tools"}]}))
    assert [each.name for each in proofs(monitor)] == ["deploy"]


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (["proved", "refuted"], "refuted"),
        (["pending", "proved"], "pending"),
        ([None, "proved"], "proved"),
        ([None, None], None),
    ],
)
def test_the_role_has_the_worse_verdict(verdicts: list[str | None], told: str | None) -> None:
    """Of the two proofs."""
    assert worst(verdicts) == told


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        (
            {**LIST, "operation": "list_bucket"},
            "verify.can_do[0].operation: s3 has no operation 'list_bucket'",
        ),
        ({**LIST, "operation": "delete_bucket"}, "delete_bucket may change something"),
        ({**LIST, "caller": "eve"}, "no caller 'eve' is to get in"),
    ],
)
def test_a_bad_entry_is_refused_before_anything_is_made(
    run: Run, monitor: Monitor, entry: dict[str, str], part: str
) -> None:
    """Both for a role of this program and for one that is adopted."""
    verify = {"callers": [{"profile": "tools"}], "can_do": [entry]}
    with pytest.raises(pulumi.RunError) as raised:
        run(declare(verify=verify))
    assert part in str(raised.value)
    with pytest.raises(pulumi.RunError) as raised:
        run(lambda: rolecall.verify("arn:aws:iam::222222222222:role/x", **verify))
    assert part.removeprefix("verify.") in str(raised.value)
    assert monitor.made == []
