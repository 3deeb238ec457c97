"""`pulumi up` in a workflow of GitHub Actions: the role it declares is proved by the workflow's own token."""

from typing import Any

import pytest
from tests.engine.harness import MakeStack

from rolecall.sandbox.web_identity.issuer import GITHUB
from rolecall.sandbox.world import REPOSITORY, World

pytestmark = pytest.mark.engine

WORKFLOW = {"web_identity": {"github": {}}, "name": "workflow"}
OTHER = {"web_identity": {"env": "OTHER_REPOSITORY"}, "name": "other repository", "expect": "denied"}


def program(preset: str, callers: list[dict[str, Any]]) -> str:
    """A program with GitHub's provider and a role for the workflows that the preset means."""
    return f"""
import pulumi
import pulumi_aws as aws
import rolecall

github = aws.iam.OpenIdConnectProvider("github", url={GITHUB!r}, client_id_lists=["sts.amazonaws.com"])
role = rolecall.CrossAccountRole(
    "deploy",
    trusts=[rolecall.github(repository={preset}, provider_arn=github.arn)],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    verify={{"callers": {callers!r}}},
)
pulumi.export("verdict", role.verdict)
pulumi.export("level", role.level)
pulumi.export("probes", role.probes)
"""


def environment(world: World, tmp_path: Any, **subject: str) -> dict[str, str]:
    """The environment of a workflow of acme/infra that holds a token of another repository too."""
    other = world.sandbox.issuers.get(GITHUB).token(subject)
    return {**world.environment(tmp_path), "OTHER_REPOSITORY": other}


@pytest.mark.shows("AssumeRoleWithWebIdentity", "declared")
@pytest.mark.shows("AssumeRoleWithWebIdentity", "performed")
def test_a_workflow_proves_its_role(stack: MakeStack, world: World, tmp_path: Any) -> None:
    """Its token opens the role; another audience, a broken signature and another repository's token don't."""
    deployed = stack(
        program(f"{REPOSITORY!r}, branch='main'", [WORKFLOW, OTHER]),
        environment=environment(world, tmp_path, sub="repo:eve/infra:ref:refs/heads/main"),
    )
    deployed.up().ok()

    outputs = deployed.outputs()
    assert (outputs["verdict"], outputs["level"]) == ("proved", "live")
    assert {
        (probe["caller"], probe["kind"]): (probe["verdict"], probe.get("code"), probe.get("enforced_by"))
        for probe in outputs["probes"]
    } == {
        ("workflow", "as-declared"): ("proved", None, None),
        ("workflow", "audience-other"): ("proved", "InvalidIdentityToken", "provider"),
        ("workflow", "signature-broken"): ("proved", "InvalidIdentityToken", "provider"),
        ("other repository", "stranger"): ("proved", "AccessDenied", "trust"),
    }
    assert {call.operation for call in world.sandbox.calls if call.role_arn} == {"AssumeRoleWithWebIdentity"}
    deployed.up("--expect-no-changes").ok()
    deployed.refresh("--expect-no-changes").ok()


def test_a_role_that_is_too_open_is_refuted(stack: MakeStack, world: World, tmp_path: Any) -> None:
    """Every branch may deploy, so a pull request's token gets in: up fails, and attaches nothing."""
    deployed = stack(
        program(repr(REPOSITORY), [WORKFLOW, OTHER]),
        environment=environment(world, tmp_path, sub=f"repo:{REPOSITORY}:pull_request"),
    )

    done = deployed.up().failed()

    assert "other repository" in done.output
    assert "got in" in done.output
    attached = world.workload.client("iam").list_attached_role_policies(RoleName="deploy")
    assert attached["AttachedPolicies"] == []
