"""A caller's own side, read with the caller's own credentials."""

import json
from typing import Any

from rolecall.policy import UNKNOWN, Answer, CallerSide, Policy, PolicyKind, Principal, Request, decide, parse
from rolecall.sandbox import Credentials as Key
from rolecall.sandbox.world import World
from rolecall.sts.identity_policies import own_side

ROLE = "arn:aws:iam::222222222222:role/deploy"
TRUST = parse(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": "sts:AssumeRole",
        },
    }
)


def policy(action: str = "sts:AssumeRole") -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
    }


def answer(arn: str, side: CallerSide) -> Answer:
    return decide(Request(role=ROLE, principal=Principal("AWS", arn)), TRUST, caller=side).answer


def side_of(world: World, key: Key, arn: str) -> CallerSide:
    return own_side(world.sandbox.client("iam", key), arn)


def test_policies_of_a_users_groups_count(world: World) -> None:
    """Inline and managed policies of every group are the user's."""
    tools = world.sandbox.account("111111111111")
    new = tools.user("new")
    iam = tools.client("iam")
    iam.create_group(GroupName="deployers")
    iam.add_user_to_group(GroupName="deployers", UserName="new")
    assert answer(new.arn, side_of(world, new.credentials, new.arn)) is Answer.DENIED

    managed = iam.create_policy(PolicyName="assume", PolicyDocument=json.dumps(policy()))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="deployers", PolicyArn=managed)
    assert answer(new.arn, side_of(world, new.credentials, new.arn)) is Answer.ALLOWED

    iam.detach_group_policy(GroupName="deployers", PolicyArn=managed)
    iam.put_group_policy(GroupName="deployers", PolicyName="assume", PolicyDocument=json.dumps(policy()))
    assert answer(new.arn, side_of(world, new.credentials, new.arn)) is Answer.ALLOWED


def test_a_permissions_boundary_counts(world: World) -> None:
    """What the boundary leaves out isn't allowed, whatever the policies say."""
    tools = world.sandbox.account("111111111111")
    iam = tools.client("iam")
    boundary = iam.create_policy(PolicyName="only-s3", PolicyDocument=json.dumps(policy("s3:*")))
    iam.put_user_permissions_boundary(UserName="ci", PermissionsBoundary=boundary["Policy"]["Arn"])
    side = side_of(world, world.ci.credentials, world.ci.arn)

    assert isinstance(side.permissions_boundary, Policy)
    assert side.permissions_boundary.kind is PolicyKind.BOUNDARY
    assert answer(world.ci.arn, side) is Answer.DENIED


def test_a_role_sessions_policies_are_its_roles(world: World) -> None:
    """A session is read as its role."""
    tools = world.sandbox.account("111111111111")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": world.ci.arn}, "Action": "sts:AssumeRole"}],
    }
    hub = tools.role("hub", trust, policies=[policy()])
    session = f"arn:aws:sts::111111111111:assumed-role/{hub.name}/run"

    assert answer(session, side_of(world, tools.admin, session)) is Answer.ALLOWED


def test_what_cannot_be_read_is_unknown(world: World) -> None:
    """A caller that IAM doesn't answer, and one that isn't a user or role, have an unknown side."""
    tools = world.sandbox.account("111111111111")
    gone = "arn:aws:iam::111111111111:user/gone"
    federated = "arn:aws:sts::111111111111:federated-user/bob"

    for arn in (gone, federated):
        side = side_of(world, tools.admin, arn)
        assert side.identity_policies is UNKNOWN
        assert answer(arn, side) is not Answer.ALLOWED
