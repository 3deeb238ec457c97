"""A sandbox that authorises lets every call be decided by the caller's own policies."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sandbox.helpers import WORKLOAD, Clock, may, policy, refused, root, session, trusting

from rolecall.sandbox import Account, Credentials, Sandbox


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock, authorize=True) as started:
        yield started


@pytest.fixture
def filled(workload: Account) -> Account:
    """The workload account with two buckets, an object, a table and a queue."""
    s3 = workload.client("s3")
    for name in ("one", "two"):
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket="one", Key="folder/a b.txt", Body=b"text")
    workload.client("sqs").create_queue(QueueName="jobs")
    workload.client("iam").create_user(UserName="bob", Path="/team/")
    return workload


USER = f"arn:aws:iam::{WORKLOAD}:user/team/bob"
JOBS = f"arn:aws:sqs:us-east-1:{WORKLOAD}:jobs"


@pytest.mark.parametrize(
    ("action", "resource", "service", "operation", "arguments"),
    [
        ("s3:ListAllMyBuckets", "*", "s3", "list_buckets", {}),
        ("s3:ListBucket", "arn:aws:s3:::one", "s3", "list_objects", {"Bucket": "one"}),
        ("s3:ListBucket", "arn:aws:s3:::one", "s3", "list_objects_v2", {"Bucket": "one"}),
        ("s3:ListBucket", "arn:aws:s3:::one", "s3", "head_bucket", {"Bucket": "one"}),
        ("s3:GetBucketLocation", "arn:aws:s3:::one", "s3", "get_bucket_location", {"Bucket": "one"}),
        (
            "s3:GetObject",
            "arn:aws:s3:::one/folder/*",
            "s3",
            "get_object",
            {"Bucket": "one", "Key": "folder/a b.txt"},
        ),
        (
            "s3:PutObject",
            "arn:aws:s3:::one/x",
            "s3",
            "put_object",
            {"Bucket": "one", "Key": "x", "Body": b""},
        ),
        ("iam:GetUser", USER, "iam", "get_user", {"UserName": "bob"}),
        ("iam:ListUsers", "*", "iam", "list_users", {}),
        ("ec2:DescribeInstances", "*", "ec2", "describe_instances", {}),
        ("sqs:GetQueueUrl", JOBS, "sqs", "get_queue_url", {"QueueName": "jobs"}),
        ("dynamodb:ListTables", "*", "dynamodb", "list_tables", {}),
        ("lambda:ListFunctions", "*", "lambda", "list_functions", {}),
        ("route53:ListHostedZones", "*", "route53", "list_hosted_zones", {}),
    ],
)
def test_one_permission_is_enough_and_none_is_not(
    sandbox: Sandbox,
    filled: Account,
    action: str,
    resource: str,
    service: str,
    operation: str,
    arguments: dict[str, object],
) -> None:
    """A call needs its action on its resource, and is refused without it."""
    holder = filled.user("holder", policies=[may(action, resource=resource)])
    stranger = filled.user("stranger", policies=[may("sts:*")])

    assert getattr(sandbox.client(service, holder.credentials), operation)(**arguments)
    refusal = refused(getattr(sandbox.client(service, stranger.credentials), operation), **arguments)
    assert refusal.status in {400, 403}
    assert "Denied" in refusal.code or refusal.code in {"UnauthorizedOperation", "403"}


@pytest.mark.parametrize(
    ("policies", "why"),
    [
        ([], "because no identity-based policy allows the s3:ListBucket action"),
        ([may("s3:*"), may("s3:*", effect="Deny")], "with an explicit deny in an identity-based policy"),
    ],
)
def test_sentences(sandbox: Sandbox, filled: Account, policies: list[dict[str, object]], why: str) -> None:
    """A refusal names the caller, the action, the resource, and which kind of policy it was, as AWS's do."""
    user = filled.user("reader", policies=policies)

    refusal = refused(sandbox.client("s3", user.credentials).list_objects_v2, Bucket="one")
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == (
        f"User: {user.arn} is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::one {why}"
    )


@pytest.mark.shows("AssumeRole: session policies", "enforced")
@pytest.mark.parametrize(
    ("limit", "one", "two", "why"),
    [
        ({}, True, True, ""),
        (
            {"Policy": json.dumps(may("s3:ListBucket", resource="arn:aws:s3:::one"))},
            True,
            False,
            "no session",
        ),
        ({"Policy": json.dumps(may("s3:*", effect="Deny"))}, False, False, "an explicit deny in a session"),
        (
            {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"}]},
            False,
            False,
            "no session",
        ),
        ({"Policy": json.dumps(may("*"))}, True, True, ""),
    ],
)
def test_sessions_are_intersections(
    sandbox: Sandbox, filled: Account, limit: dict[str, object], one: bool, two: bool, why: str
) -> None:
    """A role session may do what the role's policies and its session policies both allow, and no more."""
    role = filled.role("reader", trusting(root(WORKLOAD)), policies=[may("s3:ListBucket")])
    assumed = sandbox.client("sts", filled.admin).assume_role(
        RoleArn=role.arn, RoleSessionName="run", **limit
    )
    s3 = sandbox.client("s3", session(assumed))

    for bucket, allowed in (("one", one), ("two", two)):
        if allowed:
            assert s3.list_objects_v2(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
        else:
            assert why in refused(s3.list_objects_v2, Bucket=bucket).message
    assert refused(s3.list_buckets).code == "AccessDenied"


def test_boundary(sandbox: Sandbox, filled: Account) -> None:
    """A permissions boundary limits what identity policies allow."""
    iam = filled.client("iam")
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(may("s3:ListAllMyBuckets")))
    user = filled.user("bounded", policies=[may("s3:*")])
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=limit["Policy"]["Arn"])
    s3 = sandbox.client("s3", user.credentials)

    assert s3.list_buckets()["Buckets"]
    assert "because no permissions boundary allows" in refused(s3.list_objects_v2, Bucket="one").message


@pytest.mark.shows("GetFederationToken", "enforced")
def test_federated_users(sandbox: Sandbox, filled: Account) -> None:
    """A federated user has what its session policies and its maker both allow: nothing by default."""
    user = filled.user("proxy", policies=[may("s3:*", "sts:GetFederationToken")])
    sts = sandbox.client("sts", user.credentials)
    plain = session(sts.get_federation_token(Name="visitor"))
    limited = session(
        sts.get_federation_token(Name="visitor", Policy=json.dumps(may("s3:ListAllMyBuckets", "ec2:*")))
    )

    assert refused(sandbox.client("s3", plain).list_buckets).code == "AccessDenied"
    assert sandbox.client("s3", limited).list_buckets()["Buckets"]
    assert refused(sandbox.client("s3", limited).list_objects_v2, Bucket="one").code == "AccessDenied"
    assert refused(sandbox.client("ec2", limited).describe_instances).code == "UnauthorizedOperation"


def test_conditions(sandbox: Sandbox, filled: Account) -> None:
    """Global condition keys, tags of the principal among them, count in every service."""
    allow = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    team = policy(allow | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}})
    role = filled.role(
        "tagged", trusting(root(WORKLOAD), "sts:AssumeRole", "sts:TagSession"), policies=[team]
    )
    sts = sandbox.client("sts", filled.admin)

    for tag, allowed in (("blue", True), ("red", False)):
        assumed = sts.assume_role(
            RoleArn=role.arn, RoleSessionName="run", Tags=[{"Key": "team", "Value": tag}]
        )
        s3 = sandbox.client("s3", session(assumed))
        assert s3.list_buckets()["Buckets"] if allowed else refused(s3.list_buckets).status == 403


def test_root_may_do_everything(sandbox: Sandbox, filled: Account) -> None:
    """No identity policy limits an account's root user."""
    assert len(sandbox.client("s3", filled.root).list_buckets()["Buckets"]) == 2


def test_what_can_not_be_told_is_not_guessed(sandbox: Sandbox, filled: Account) -> None:
    """Where the answer hangs on a resource that the sandbox doesn't know, it says so and doesn't decide."""
    named = filled.user("named", policies=[may("logs:*", resource="arn:aws:logs:*:*:log-group:mine:*")])
    free = filled.user("free", policies=[may("logs:*")])

    refusal = refused(sandbox.client("logs", named.credentials).describe_log_groups)
    assert (refusal.code, refusal.status) == ("NotImplemented", 501)
    assert sandbox.client("logs", free.credentials).describe_log_groups()["logGroups"] == []


def test_off_by_default(clock: Clock) -> None:
    """Without ``authorize`` policies count in STS only, as they always did."""
    with Sandbox(clock=clock) as sandbox:
        user = sandbox.account(WORKLOAD).user("nobody")
        assert sandbox.client("s3", user.credentials).list_buckets()["Buckets"] == []


def decoded(sandbox: Sandbox, decoder: Credentials, message: str) -> dict[str, Any]:
    answer = sandbox.client("sts", decoder).decode_authorization_message(EncodedMessage=message)
    content: dict[str, Any] = json.loads(answer["DecodedMessage"])
    return content


def values(items: dict[str, Any]) -> list[str]:
    return [item["value"] for item in items["items"]]


@pytest.mark.shows("DecodeAuthorizationMessage", "enforced")
def test_encoded_denial_of_ec2(sandbox: Sandbox, filled: Account) -> None:
    """EC2 refuses with a message that STS decodes: who, what, on what, under which conditions, and why."""
    deny = may("ec2:Stop*", effect="Deny")["Statement"][0] | {"Sid": "KeepRunning"}  # type: ignore[index]
    user = filled.user("operator", policies=[may("ec2:*"), policy(deny)])
    instance = f"arn:aws:ec2:us-east-1:{WORKLOAD}:instance/i-0123456789abcdef0"

    refusal = refused(
        sandbox.client("ec2", user.credentials).stop_instances, InstanceIds=[instance.rpartition("/")[2]]
    )
    assert (refusal.code, refusal.status) == ("UnauthorizedOperation", 403)
    text, _, message = refusal.message.partition(" Encoded authorization failure message: ")
    assert text.startswith("You are not authorized to perform this operation. User: ")
    told = decoded(sandbox, filled.admin, message)
    context = told.pop("context")
    statement = told["matchedStatements"]["items"][0]
    assert (told["allowed"], told["explicitDeny"], told["failures"]) == (False, True, {"items": []})
    assert (statement["statementId"], statement["effect"]) == ("KeepRunning", "DENY")
    assert (values(statement["actions"]), values(statement["resources"])) == (["ec2:Stop*"], ["*"])
    assert (context["action"], context["resource"]) == ("ec2:StopInstances", instance)
    assert context["principal"]["arn"] == user.arn
    keys = {item["key"]: values(item["values"]) for item in context["conditions"]["items"]}
    assert keys["aws:RequestedRegion"] == ["us-east-1"]


def test_implicit_denial(sandbox: Sandbox, filled: Account) -> None:
    """Where nothing allows, no statement matched and the deny is not explicit."""
    user = filled.user("operator")

    message = sandbox.encoded_denial(user.credentials, action="ec2:StartInstances")
    told = decoded(sandbox, filled.admin, message)
    assert (told["allowed"], told["explicitDeny"], told["matchedStatements"]) == (False, False, {"items": []})
    assert (told["context"]["action"], told["context"]["resource"]) == ("ec2:StartInstances", "*")
