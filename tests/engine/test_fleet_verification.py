"""`pulumi up` proves many roles by one resource, and later only what has changed."""

import json
from pathlib import Path

import pytest
from tests.engine.harness import MakeStack, Stack
from tests.resources.fakes import EXTERNAL_ID, trust_policy

from rolecall.sandbox.account import Account
from rolecall.sandbox.world import World

OURS, THEIRS = "222222222222", "333333333333"


def arns(account: str, *names: str) -> list[str]:
    return [f"arn:aws:iam::{account}:role/{name}" for name in names]


ALL = [*arns(OURS, "one", "two"), *arns(THEIRS, "three", "four")]


def program(*, second: str = "two-1f0c") -> str:
    """Two roles of the program, one of them with a secret external ID, and two of another account."""
    return f"""
import pulumi
import pulumi_aws as aws
import rolecall

secret = rolecall.ExternalId("secret", secret=True)
roles = [
    rolecall.CrossAccountRole(
        name, trusts=[{{"accounts": ["111111111111"], "external_ids": [external_id]}}], verify=False
    )
    for name, external_id in (("one", secret.value), ("two", {second!r}))
]
fleet = rolecall.FleetVerification(
    "fleet",
    roles=[*roles, *{ALL[2:]!r}],
    callers={{"ci": {{"profile": "tools"}}}},
    owners={{{THEIRS!r}: {{"profile": "theirs"}}}},
    defaults={{"allowed_timeout_seconds": 1, "denied_timeout_seconds": 1}},
)
aws.s3.Bucket("dependant", bucket=fleet.verified_arns.apply(lambda arns: f"logs-of-{{len(arns)}}"))
pulumi.export("arns", fleet.verified_arns)
pulumi.export("verdict", fleet.verdict)
pulumi.export("verdicts", fleet.verdicts)
pulumi.export("external_id", secret.value)
"""


def open_up(account: Account, name: str) -> None:
    """Take the condition out of a trust policy, behind everybody's back."""
    policy = json.dumps(trust_policy(None))
    account.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=policy)


@pytest.fixture
def theirs(world: World) -> Account:
    """Another account with two roles that ask for an external ID."""
    account = world.sandbox.account(THEIRS)
    for name in ("three", "four"):
        account.role(name, trust_policy(EXTERNAL_ID))
    return account


@pytest.fixture
def fleet(stack: MakeStack, world: World, theirs: Account, tmp_path: Path) -> Stack:
    """A stack with the fleet, and credentials for both accounts."""
    profiles = {**world.profiles, "theirs": theirs.admin}
    environment = world.sandbox.environment(
        default=world.workload.admin, profiles=profiles, directory=tmp_path / "aws"
    )
    return stack(program(), environment=environment)


def asked(world: World, *, after: int = 0) -> set[str]:
    """The roles that somebody has tried to assume, after so many calls."""
    return {call.role_arn for call in world.sandbox.calls[after:] if call.role_arn is not None}


def verdicts(deployed: Stack) -> dict[str, str]:
    state = deployed.resource(":FleetVerification")["outputs"]
    return {each["role_arn"]: each["verdict"] for each in state["verdicts"]}


def test_a_fleet_is_proved_and_only_what_changed_is_probed_again(fleet: Stack, world: World) -> None:
    """Roles of two accounts are proved by one resource; after a change of one, only that one is probed."""
    fleet.up().ok()
    outputs = fleet.outputs()
    assert (outputs["arns"], outputs["verdict"]) == (ALL, "proved")
    assert asked(world) == set(ALL)
    assert fleet.leaks([outputs["external_id"]]) == []

    before = len(world.sandbox.calls)
    fleet.up("--expect-no-changes").ok()
    assert asked(world, after=before) == set()

    fleet.write(program(second="two-2e1d"))
    told = fleet.up().ok().output
    assert asked(world, after=before) == {ALL[1]}
    assert 'role "two"' in told, "the change of its trust policy is told"
    assert set(verdicts(fleet).values()) == {"proved"}


def test_refresh_shows_what_was_tampered_with_and_the_next_run_repairs_it(
    fleet: Stack, world: World, theirs: Account
) -> None:
    """A refresh asks STS nothing, and tells the role; `up` puts it right and proves it, and no other."""
    fleet.up().ok()
    before = len(world.sandbox.calls)
    open_up(world.workload, "one")
    told = fleet.refresh().output

    assert "would get in without an external ID" in told
    assert verdicts(fleet) == {arn: "refuted" if arn == ALL[0] else "proved" for arn in ALL}
    assert asked(world, after=before) == set()

    fleet.up().ok()
    assert set(verdicts(fleet).values()) == {"proved"}
    assert asked(world, after=before) == {ALL[0]}


def test_a_refuted_role_fails_the_run_and_the_others_are_kept(
    fleet: Stack, world: World, theirs: Account
) -> None:
    """One sentence says which role lets in whom; dependants wait; the next run probes only that role."""
    leaky = trust_policy(EXTERNAL_ID)
    leaky["Statement"][0]["Condition"] = {"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}}
    iam = theirs.client("iam")
    iam.update_assume_role_policy(RoleName="four", PolicyDocument=json.dumps(leaky))
    failed = fleet.up().failed()

    assert f'role "four" ({ALL[3]}): "ci" got in without an external ID' in failed.output
    assert "Traceback" not in failed.output
    assert verdicts(fleet) == {arn: "refuted" if arn == ALL[3] else "proved" for arn in ALL}
    assert world.workload.client("s3").list_buckets()["Buckets"] == []

    iam.update_assume_role_policy(RoleName="four", PolicyDocument=json.dumps(trust_policy(EXTERNAL_ID)))
    before = len(world.sandbox.calls)
    fleet.up().ok()
    assert asked(world, after=before) == {ALL[3]}
    assert fleet.outputs()["verdict"] == "proved"
    assert len(world.workload.client("s3").list_buckets()["Buckets"]) == 1
