"""`pulumi up` proves session tags, and what sessions of a role can do once the role has its policies."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.engine.harness import MakeStack

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World

TOOLS_TRUST = {"accounts": ["111111111111"], "session_tags": {"team": ["blue"]}}
S3_READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An AWS that lets policies decide calls to all services."""
    with Sandbox(authorize=True) as started:
        yield started


def entry(service: str, operation: str, expect: str) -> dict[str, str]:
    return {"caller": "profile tools", "service": service, "operation": operation, "expect": expect}


def program(policies: list[str], *can_do: dict[str, str]) -> str:
    verify = {"callers": [{"profile": "tools"}], "can_do": list(can_do), "allowed_timeout_seconds": 1}
    return f"""
import pulumi
import pulumi_aws as aws
import rolecall

role = rolecall.CrossAccountRole(
    "reader", trusts=[{TOOLS_TRUST!r}], policies={policies!r}, verify={verify!r}
)
aws.s3.Bucket("dependant", bucket=role.verified_arn.apply(lambda arn: arn.rsplit("/", 1)[-1] + "-logs"))
pulumi.export("verdict", role.verdict)
pulumi.export("level", role.level)
pulumi.export("probes", role.probes)
"""


def bucket_exists(world: World) -> bool:
    return bool(world.workload.client("s3").list_buckets()["Buckets"])


def told(outputs: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    return [(probe["label"], probe["verdict"]) for probe in outputs["probes"] if probe["kind"] == kind]


@pytest.mark.shows("AssumeRole: session tags", "declared", "performed")
def test_tags_and_what_sessions_can_do_are_proved(stack: MakeStack, world: World) -> None:
    """Tagged sessions get in, others do not; then come the policies, then what they let sessions do."""
    wanted = (entry("s3", "list_buckets", "allowed"), entry("ec2", "describe_instances", "denied"))
    deployed = stack(program([S3_READ_ONLY], *wanted))
    deployed.up().ok()

    outputs = deployed.outputs()
    assert (outputs["verdict"], outputs["level"]) == ("proved", "live")
    assert told(outputs, "tag-absent") == told(outputs, "tag-wrong") == [("team", "proved")]
    assert told(outputs, "tag-undeclared") == [("", "proved")]
    assert told(outputs, "can-do") == [("s3 list_buckets", "proved"), ("ec2 describe_instances", "proved")]
    assert bucket_exists(world)


def test_a_policy_that_gives_too_little_is_refuted_and_repaired(stack: MakeStack, world: World) -> None:
    """The run fails with one sentence and holds dependants back; another policy is proved by the next run."""
    wanted = entry("s3", "list_buckets", "allowed")
    deployed = stack(program([], wanted))
    failed = deployed.up().failed()

    assert 'its session may not do "s3 list_buckets"' in failed.output
    assert not bucket_exists(world)

    deployed.write(program([S3_READ_ONLY], wanted))
    deployed.up().ok()
    assert told(deployed.outputs(), "can-do") == [("s3 list_buckets", "proved")]
    assert bucket_exists(world)


def test_an_operation_that_boto3_lacks_fails_in_the_preview(stack: MakeStack, world: World) -> None:
    """Before anything is changed, by name."""
    failed = stack(program([AUDIT], entry("s3", "list_bucket", "allowed"))).preview().failed()

    assert "s3 has no operation 'list_bucket'" in failed.output
    assert world.workload.client("iam").list_roles(PathPrefix="/")["Roles"] == []
