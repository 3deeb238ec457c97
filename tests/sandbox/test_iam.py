"""IAM refuses what AWS refuses, and everything a role needs can be made, read, changed and deleted."""

import json
from typing import Any

import pytest
from tests.sandbox.helpers import TOOLS, WORKLOAD, may, policy, refused, root, session, trusting

from rolecall.errors import SandboxError
from rolecall.sandbox import Account, Sandbox, User

_MALFORMED = {
    "no JSON": "{",
    "bare star": policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}),
    "no principal": policy({"Effect": "Allow", "Action": "sts:AssumeRole"}),
    "a resource": policy(
        {"Effect": "Allow", "Principal": {"AWS": root(TOOLS)}, "Action": "sts:AssumeRole", "Resource": "*"}
    ),
    "half a wildcard": trusting(f"arn:aws:iam::{TOOLS}:user/*"),
    "unknown operator": trusting(root(TOOLS), StringEqual={"sts:ExternalId": "id"}),
    "a user who isn't there": trusting(f"arn:aws:iam::{TOOLS}:user/nobody"),
    "a role that isn't there": trusting(f"arn:aws:iam::{TOOLS}:role/none"),
}


@pytest.mark.parametrize("case", _MALFORMED)
@pytest.mark.parametrize("operation", ["create", "update"])
def test_malformed_trust_policy(tools: Account, workload: Account, case: str, operation: str) -> None:
    """A trust policy that AWS would not store is refused, and the old one stays."""
    document = _MALFORMED[case]
    text = document if isinstance(document, str) else json.dumps(document)
    iam = workload.client("iam")
    before = trusting(root(TOOLS))
    workload.role("there", before)

    if operation == "create":
        refusal = refused(iam.create_role, RoleName="new", AssumeRolePolicyDocument=text)
        assert refused(iam.get_role, RoleName="new").code == "NoSuchEntity"
    else:
        refusal = refused(iam.update_assume_role_policy, RoleName="there", PolicyDocument=text)
        assert iam.get_role(RoleName="there")["Role"]["AssumeRolePolicyDocument"] == before
    assert (refusal.code, refusal.status) == ("MalformedPolicyDocument", 400)
    assert tools.id == TOOLS


def test_invalid_principal(tools: Account, workload: Account) -> None:
    """A principal that is missing in an account of the sandbox is named; other accounts are unknown."""
    missing = f"arn:aws:iam::{TOOLS}:user/nobody"
    iam = workload.client("iam")

    refusal = refused(
        iam.create_role, RoleName="deploy", AssumeRolePolicyDocument=json.dumps(trusting(missing))
    )
    assert refusal.message == f'Invalid principal in policy: "AWS":"{missing}"'
    elsewhere = trusting("arn:aws:iam::777777777777:user/somebody")
    assert iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=json.dumps(elsewhere))


def test_quota_of_a_trust_policy(workload: Account) -> None:
    """A trust policy has 2,048 characters, white space not counted."""
    iam = workload.client("iam")
    ids = [f"external-id-number-{n:04}" for n in range(60)]
    fitting = json.dumps(trusting(root(TOOLS), StringEquals={"sts:ExternalId": ids}), indent=30)
    too_long = json.dumps(trusting(root(TOOLS), StringEquals={"sts:ExternalId": ids * 2}))

    assert len(fitting) > 2048
    assert iam.create_role(RoleName="fits", AssumeRolePolicyDocument=fitting)
    refusal = refused(iam.create_role, RoleName="long", AssumeRolePolicyDocument=too_long)
    assert (refusal.code, refusal.status) == ("LimitExceeded", 409)


def test_recreated_principal_is_somebody_else(sandbox: Sandbox, tools: Account, workload: Account) -> None:
    """A deleted user stays in a trust policy as an id, and a new user of that name is not trusted."""
    first = tools.user("someone", policies=[])
    role = workload.role("deploy", trusting([first.arn, root("777777777777")]))
    unique_id = tools.client("iam").get_user(UserName="someone")["User"]["UserId"]
    iam = tools.client("iam")
    iam.delete_access_key(UserName="someone", AccessKeyId=first.credentials.access_key_id)
    iam.delete_user(UserName="someone")

    second = tools.user("someone", policies=[may("sts:AssumeRole")])

    stored = workload.client("iam").get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]
    assert stored["Statement"][0]["Principal"] == {"AWS": [unique_id, root("777777777777")]}
    refusal = refused(
        sandbox.client("sts", second.credentials).assume_role, RoleArn=role.arn, RoleSessionName="run"
    )
    assert refusal.code == "AccessDenied"


def test_recreated_role_is_another_principal(
    sandbox: Sandbox, tools: Account, workload: Account, ci: User
) -> None:
    """A deleted role stays in a trust policy as an id, and a new role of that name is not trusted."""
    sts, allowed = sandbox.client("sts", ci.credentials), may("sts:AssumeRole")
    hop = tools.role("hop", trusting(ci.arn))
    role = workload.role("deploy", trusting(hop.arn))
    tools.client("iam").delete_role(RoleName="hop")
    again = tools.role("hop", trusting(ci.arn), policies=[allowed])

    hopped = session(sts.assume_role(RoleArn=again.arn, RoleSessionName="run"))
    refusal = refused(sandbox.client("sts", hopped).assume_role, RoleArn=role.arn, RoleSessionName="run")
    assert refusal.code == "AccessDenied"


@pytest.mark.parametrize(
    ("holder", "operation", "name"),
    [
        ("user", "put_user_policy", {"UserName": "someone"}),
        ("role", "put_role_policy", {"RoleName": "someone"}),
        ("group", "put_group_policy", {"GroupName": "someone"}),
    ],
)
def test_malformed_identity_policy(
    workload: Account, holder: str, operation: str, name: dict[str, str]
) -> None:
    """An inline policy that can't be evaluated is never stored."""
    workload.user("someone")
    workload.role("someone", trusting(root(TOOLS)))
    iam = workload.client("iam")
    iam.create_group(GroupName="someone")

    broken = json.dumps(policy({"Effect": "Allow", "Action": "s3:*"}))
    refusal = refused(getattr(iam, operation), **name, PolicyName="broken", PolicyDocument=broken)
    assert (refusal.code, refusal.status, holder) == ("MalformedPolicyDocument", 400, holder)


@pytest.mark.parametrize("operation", ["create_policy", "create_policy_version"])
def test_malformed_managed_policy(workload: Account, operation: str) -> None:
    """A managed policy that can't be evaluated is never stored, not as a later version either."""
    iam = workload.client("iam")
    broken = json.dumps(policy({"Effect": "Allow", "Action": "s3:*"}))
    made = iam.create_policy(PolicyName="good", PolicyDocument=json.dumps(may("s3:*")))["Policy"]
    which = {"PolicyName": "bad"} if operation == "create_policy" else {"PolicyArn": made["Arn"]}

    refusal = refused(getattr(iam, operation), **which, PolicyDocument=broken)
    assert refusal.code == "MalformedPolicyDocument"


def test_user_in_use(tools: Account, alice: User) -> None:
    """A user with a key or an MFA device can't be deleted."""
    iam = tools.client("iam")
    iam.delete_user_policy(UserName="alice", PolicyName="inline-0")
    steps: list[tuple[Any, dict[str, str]]] = [
        (iam.delete_access_key, {"AccessKeyId": alice.credentials.access_key_id}),
        (iam.deactivate_mfa_device, {"SerialNumber": str(alice.mfa_serial)}),
    ]

    for remove, what in steps:
        refusal = refused(iam.delete_user, UserName="alice")
        assert (refusal.code, refusal.status) == ("DeleteConflict", 409)
        remove(UserName="alice", **what)
    iam.delete_user(UserName="alice")


def test_a_set_up_that_can_not_be(workload: Account) -> None:
    """What AWS would refuse, a test's own set-up refuses as well, in AWS's words."""
    with pytest.raises(SandboxError, match="MalformedPolicyDocument"):
        workload.role("deploy", policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}))
    workload.user("someone")
    with pytest.raises(SandboxError, match="EntityAlreadyExists"):
        workload.user("someone")


def test_roles(workload: Account) -> None:
    """A role is made, read, changed, listed and deleted."""
    iam = workload.client("iam")
    made = iam.create_role(
        RoleName="deploy",
        Path="/ops/",
        AssumeRolePolicyDocument=json.dumps(trusting(root(TOOLS))),
        Description="first",
        MaxSessionDuration=7200,
        Tags=[{"Key": "team", "Value": "blue"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{WORKLOAD}:role/ops/deploy"

    iam.update_role(RoleName="deploy", Description="second", MaxSessionDuration=3600)
    iam.put_role_policy(RoleName="deploy", PolicyName="own", PolicyDocument=json.dumps(may("s3:*")))
    iam.attach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.untag_role(RoleName="deploy", TagKeys=["team"])
    read = iam.get_role(RoleName="deploy")["Role"]
    assert (read["Description"], read["MaxSessionDuration"], read.get("Tags", [])) == ("second", 3600, [])
    attached = iam.list_attached_role_policies(RoleName="deploy")["AttachedPolicies"]
    assert [found["PolicyName"] for found in attached] == ["ReadOnlyAccess"]
    assert iam.list_role_policies(RoleName="deploy")["PolicyNames"] == ["own"]

    assert refused(iam.delete_role, RoleName="deploy").code == "DeleteConflict"
    iam.detach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.delete_role_policy(RoleName="deploy", PolicyName="own")
    iam.delete_role(RoleName="deploy")
    assert iam.list_roles()["Roles"] == []


def test_policies(workload: Account) -> None:
    """A managed policy is made, gets a new version, and is deleted; AWS's own are there."""
    iam = workload.client("iam")
    arn = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(may("s3:*")))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(may("iam:*")), SetAsDefault=True)
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert (version["Document"], version["IsDefaultVersion"]) == (may("iam:*"), True)

    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, PolicyArn=arn).code == "NoSuchEntity"
    assert iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Policy"]


def test_users_and_keys(sandbox: Sandbox, workload: Account) -> None:
    """A user and its key made by plain boto3 work like any other, until they are deleted."""
    iam = workload.client("iam")
    iam.create_user(UserName="robot", Path="/bots/", Tags=[{"Key": "team", "Value": "blue"}])
    key = iam.create_access_key(UserName="robot")["AccessKey"]
    sts = sandbox.client(
        "sts",
        session({"Credentials": key | {"SessionToken": None}}),
    )

    robot, android = (f"arn:aws:iam::{WORKLOAD}:user/bots/{name}" for name in ("robot", "android"))
    role = workload.role("for-robot", trusting(robot, StringEquals={"aws:PrincipalTag/team": "blue"}))
    assert sts.get_caller_identity()["Arn"] == robot
    iam.update_user(UserName="robot", NewUserName="android")
    assert sts.get_caller_identity()["Arn"] == android
    assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run")
    iam.delete_access_key(UserName="android", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="android")
    assert refused(sts.get_caller_identity).code == "InvalidClientTokenId"


def test_identity_providers(workload: Account) -> None:
    """An OIDC provider is made, read, changed and deleted."""
    iam = workload.client("iam")
    arn = iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com",
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["a" * 40],
    )["OpenIDConnectProviderArn"]
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=["b" * 40])

    read = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (read["ClientIDList"], read["ThumbprintList"]) == (["sts.amazonaws.com"], ["b" * 40])
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
