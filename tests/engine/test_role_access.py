"""Both sides of cross-account access from one declaration: the caller's stack, the owner's, and a way in."""

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.engine.harness import MakeStack

from rolecall.sandbox.world import World

ROLE_ARN = "arn:aws:iam::222222222222:role/deploy"
SESSION = "arn:aws:sts::222222222222:assumed-role/deploy/by-profile"

CALLERS_STACK = f"""
import rolecall

rolecall.RoleAccess("deploy", roles=["{ROLE_ARN}"], user="newcomer")
"""

OWNERS_STACK = """
import pulumi
import rolecall

external_id = rolecall.ExternalId("acme", prefix="acme", secret=True)
deploy = rolecall.CrossAccountRole(
    "deploy",
    trusts=[{"accounts": ["111111111111"], "external_ids": [external_id.value]}],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    verify={"callers": [{"profile": "newcomer"}]},
)
access = deploy.access(source_profile="newcomer", session_name="by-profile", region="eu-west-1")
pulumi.export("profile", access["cli_profile"])
pulumi.export("provider", access["aws_provider"])
pulumi.export("verdict", deploy.verdict)
"""

PASTED = """
import pulumi
import pulumi_aws as aws

there = {provider}
pulumi.export("who", aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=there)).arn)
"""


@pytest.mark.shows("AssumeRole: external ID", "declared")
def test_both_sides_and_in_by_the_generated_profile(
    stack: MakeStack, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller's account allows it, the owner's proves it, and plain boto3 gets in by the profile alone."""
    tools = world.sandbox.account("111111111111")
    profiles = {**world.profiles, "newcomer": tools.user("newcomer").credentials}
    both = {
        name: world.sandbox.environment(default=admin, profiles=profiles, directory=tmp_path / name)
        for name, admin in (("caller", tools.admin), ("owner", world.workload.admin))
    }
    caller = stack(CALLERS_STACK, environment=both["caller"])
    owner = stack(OWNERS_STACK, environment=both["owner"])
    caller.up().ok()
    owner.up().ok()
    outputs = owner.outputs()

    assert outputs["verdict"] == "proved"

    config = tmp_path / "pasted"
    config.write_text(outputs["profile"])
    for name in ("AWS_ENDPOINT_URL", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, both["owner"][name])
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    def who() -> str:
        return str(boto3.Session(profile_name="deploy").client("sts").get_caller_identity()["Arn"])

    assert who() == SESSION

    kept = [line for line in outputs["profile"].splitlines() if not line.startswith("external_id")]
    config.write_text("\n".join(kept))
    with pytest.raises(ClientError, match="AccessDenied"):
        who()

    pasted = stack(PASTED.format(provider=outputs["provider"]), environment=both["caller"])
    pasted.up().ok()
    assert pasted.outputs()["who"] == SESSION

    config.write_text(outputs["profile"])
    caller.destroy().ok()
    with pytest.raises(ClientError, match="AccessDenied"):
        who()


OPEN_HUB = """
import rolecall

hub = rolecall.CrossAccountRole(
    "hub",
    trusts=[{"accounts": ["111111111111", "444444444444"]}],
    verify={"callers": [{"profile": "tools"}, {"profile": "stranger", "expect": "denied"}]},
)
rolecall.RoleAccess("spokes", roles=["arn:aws:iam::333333333333:role/spoke"], role=hub)
"""


def test_a_hub_that_is_too_open_leads_nowhere(stack: MakeStack, world: World) -> None:
    """Prove, then empower, holds for what leads on to further roles, too."""
    stack(OPEN_HUB).up().failed()

    assert world.workload.client("iam").list_role_policies(RoleName="hub")["PolicyNames"] == []
