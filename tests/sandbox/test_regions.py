"""Regions where STS isn't activated, and partitions beside ``aws``."""

import json

import pytest
from tests.sandbox.helpers import TOOLS, WORKLOAD, Clock, may, refused, session, trusting

from rolecall.sandbox import Account, Sandbox, User


def test_the_role_s_account_counts(sandbox: Sandbox, tools: Account, workload: Account, ci: User) -> None:
    """STS makes no credentials for a role in a region that the role's account hasn't activated."""
    role, other = workload.role("deploy", trusting(ci.arn)), tools.role("deploy", trusting(ci.arn))
    sandbox.faults.disable_region(WORKLOAD, "eu-central-1")
    there = sandbox.client("sts", ci.credentials, region="eu-central-1")
    elsewhere = sandbox.client("sts", ci.credentials, region="eu-west-1")

    refusal = refused(there.assume_role, RoleArn=role.arn, RoleSessionName="run")
    assert (refusal.code, refusal.status) == ("RegionDisabledException", 403)
    assert WORKLOAD in refusal.message
    assert elsewhere.assume_role(RoleArn=role.arn, RoleSessionName="run")
    assert there.assume_role(RoleArn=other.arn, RoleSessionName="run")
    assert there.get_caller_identity()["Account"] == TOOLS


@pytest.mark.parametrize(
    ("operation", "arguments"), [("get_session_token", {}), ("get_federation_token", {"Name": "visitor"})]
)
def test_the_caller_s_account_counts(
    sandbox: Sandbox, tools: Account, operation: str, arguments: dict[str, str]
) -> None:
    """A user's own session is made for the user's account."""
    sandbox.faults.disable_region(TOOLS, "eu-central-1")

    there = sandbox.client("sts", tools.admin, region="eu-central-1")
    assert refused(getattr(there, operation), **arguments).code == "RegionDisabledException"
    assert getattr(sandbox.client("sts", tools.admin), operation)(**arguments)
    sandbox.faults.clear()
    assert getattr(there, operation)(**arguments)


def test_who_may_not_learns_nothing_of_regions(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """A caller that a role doesn't trust is refused for that."""
    role = workload.role("deploy", trusting(WORKLOAD))
    sandbox.faults.disable_region(WORKLOAD, "eu-central-1")

    there = sandbox.client("sts", ci.credentials, region="eu-central-1")
    assert refused(there.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"


def test_the_first_region_is_always_on(sandbox: Sandbox) -> None:
    """STS in us-east-1, which the global endpoint leads to, can't be deactivated."""
    with pytest.raises(ValueError, match="us-east-1"):
        sandbox.faults.disable_region(WORKLOAD, "us-east-1")


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_partitions(clock: Clock, region: str, partition: str) -> None:
    """A sandbox is in the partition of its region, in every ARN, AWS's own policies included."""
    with Sandbox(clock=clock, region=region, authorize=True) as sandbox:
        account = sandbox.account(WORKLOAD)
        ci = account.user("ci", policies=[may("sts:*", "s3:*")])
        root = f"arn:{partition}:iam::{WORKLOAD}:root"
        role = account.role(
            "deploy", trusting(root), policies=[may("s3:*", resource=f"arn:{partition}:s3:::*")]
        )
        sts = sandbox.client("sts", ci.credentials)
        managed = f"arn:{partition}:iam::aws:policy/AmazonS3FullAccess"
        limits = {"PolicyArns": [{"arn": managed}], "Policy": json.dumps(may("*"))}

        assert sandbox.partition == partition
        assert (ci.arn, role.arn) == (
            f"arn:{partition}:iam::{WORKLOAD}:user/ci",
            root.replace("root", "role/deploy"),
        )
        assumed = sts.assume_role(RoleArn=role.arn, RoleSessionName="run", **limits)
        assert assumed["AssumedRoleUser"]["Arn"] == f"arn:{partition}:sts::{WORKLOAD}:assumed-role/deploy/run"
        assert sandbox.client("sts", account.root).get_caller_identity()["Arn"] == root
        visitor = sts.get_federation_token(Name="visitor")["FederatedUser"]
        assert visitor["Arn"] == f"arn:{partition}:sts::{WORKLOAD}:federated-user/visitor"
        configuration = {"LocationConstraint": region}
        s3 = sandbox.client("s3", session(assumed))
        assert s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=configuration)


def test_roles_of_another_partition(sandbox: Sandbox, ci: User) -> None:
    """Nobody assumes a role of another partition."""
    refusal = refused(
        sandbox.client("sts", ci.credentials).assume_role,
        RoleArn=f"arn:aws-cn:iam::{WORKLOAD}:role/deploy",
        RoleSessionName="run",
    )
    assert refusal.code == "AccessDenied"
