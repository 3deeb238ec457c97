"""Calls to services with a role's session: checked before anything is changed, and made for real."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.sts.running import verify

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build
from rolecall.sts import Credentials
from rolecall.sts.service_calls import faults_of
from rolecall.verification import (
    Call,
    Cause,
    Done,
    Refused,
    ServiceCall,
    Unanswered,
    Verdict,
    read_caller,
    read_verify,
)

REGION = "us-east-1"
BUCKETS = ServiceCall(service="s3", operation="list_buckets")
TOOLS_ALONE = [{"profile": "tools"}]
TOOLS = "arn:aws:iam::111111111111:root"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The default accounts of an AWS that lets policies decide calls to all services."""
    with Sandbox(authorize=True) as sandbox:
        made = build(sandbox)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in made.environment(tmp_path).items():
            monkeypatch.setenv(name, value)
        yield made


def allow(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(action: str | list[str] = "sts:AssumeRole", **conditions: object) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": TOOLS}, "Action": action}
    return {
        "Version": "2012-10-17",
        "Statement": [statement | ({"Condition": conditions} if conditions else {})],
    }


def tools() -> Any:
    source = read_caller({"profile": "tools"}, path="caller")
    return Credentials().callers([source])[source.name]


def call(arn: str) -> Call:
    return Call(role_arn=arn, session_name="rolecall-test")


def test_a_session_does_what_the_role_may(world: World) -> None:
    """It carries no session policy that denies everything, unlike that of other probes."""
    role = world.workload.role("reader", trust(), policies=[allow("s3:ListAllMyBuckets")])
    reply = tools().do(call(role.arn), BUCKETS, region=REGION)

    assert isinstance(reply, Done)
    assert reply.endpoint == world.sandbox.endpoint_url
    assert reply.milliseconds > 0


def test_a_session_does_not_do_what_the_role_may_not(world: World) -> None:
    """The service's own code comes back."""
    role = world.workload.role("reader", trust(), policies=[allow("ec2:*")])
    reply = tools().do(call(role.arn), BUCKETS, region=REGION)

    assert isinstance(reply, Refused)
    assert reply.code == "AccessDenied"


@pytest.mark.shows("AssumeRole: session policies", "performed")
def test_a_session_policy_takes_away(world: World) -> None:
    """What role and session policy both allow remains."""
    role = world.workload.role("reader", trust(), policies=[allow("s3:ListAllMyBuckets")])
    limited = ServiceCall(
        service="s3",
        operation="list_buckets",
        session_policy='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}',
    )
    assert isinstance(tools().do(call(role.arn), limited, region=REGION), Refused)


def test_without_a_session_there_is_no_answer(world: World) -> None:
    """A refused AssumeRole says nothing about the role's policies."""
    role = world.workload.role("closed", trust(StringEquals={"sts:ExternalId": "acme-3f1c9a0e7b52"}))
    reply = tools().do(call(role.arn), BUCKETS, region=REGION)

    assert isinstance(reply, Unanswered)
    assert reply.cause.startswith("the role could not be assumed to try it: AccessDenied")


def test_an_answer_about_something_else_is_handed_on(world: World) -> None:
    """Only what STS itself means by a code is in its table; a service's own code stays as it is."""
    role = world.workload.role("reader", trust(), policies=[allow("s3:*")])
    objects = ServiceCall(service="s3", operation="list_objects_v2", parameters={"Bucket": "not-there"})
    reply = tools().do(call(role.arn), objects, region=REGION)

    assert isinstance(reply, Refused)
    assert reply.code == "NoSuchBucket"


def test_a_code_that_sts_means_otherwise_is_the_services_own(world: World) -> None:
    """CloudFormation's ValidationError is about a stack, not about a parameter of STS."""
    role = world.workload.role("reader", trust(), policies=[allow("cloudformation:*")])
    stack = ServiceCall(
        service="cloudformation", operation="describe_stacks", parameters={"StackName": "not-there"}
    )
    reply = tools().do(call(role.arn), stack, region=REGION)

    assert isinstance(reply, Refused)
    assert (reply.code, "not-there" in reply.message) == ("ValidationError", True)


@pytest.mark.shows("AssumeRole: session policies", "performed")
def test_only_who_uses_the_session_leaves_it_its_powers(world: World) -> None:
    """A probe that only assumes the role puts a policy on the session by which it can do nothing."""
    role = world.workload.role("reader", trust(), policies=[allow("s3:ListAllMyBuckets")])
    caller, sent = tools(), []
    events = caller.keys().sts(REGION).meta.events
    events.register("provide-client-params.sts.AssumeRole", lambda params, **_: sent.append(params))

    caller.assume(call(role.arn), region=REGION)
    caller.do(call(role.arn), BUCKETS, region=REGION)

    assert [each.get("Policy") for each in sent] == [
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
        None,
    ]


def test_can_do_is_proved_and_refuted_for_real(world: World) -> None:
    """One operation that the role's policies allow, and one that they don't and should."""
    role = world.workload.role("reader", trust(), policies=[allow("s3:ListAllMyBuckets")])
    wanted = [
        {"caller": "profile tools", "service": service, "operation": operation, "expect": expect}
        for service, operation, expect in (
            ("s3", "list_buckets", "allowed"),
            ("sqs", "list_queues", "denied"),
            ("ec2", "describe_instances", "allowed"),
        )
    ]
    report = verify(role.arn, {"callers": TOOLS_ALONE, "can_do": wanted})

    assert [(each.label, each.verdict, each.cause) for each in report.results if each.kind == "can-do"] == [
        ("s3 list_buckets", Verdict.PROVED, None),
        ("sqs list_queues", Verdict.PROVED, None),
        ("ec2 describe_instances", Verdict.REFUTED, Cause.MAY_NOT),
    ]


@pytest.mark.shows("GetWebIdentityToken", "performed")
def test_tokens_for_others_are_asked_for_with_a_session(world: World) -> None:
    """What the role's policies let a session tell to whom is an operation like others: proved both ways."""
    world.workload.client("iam").enable_outbound_web_identity_federation()
    backup = {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://backup.example.com"}}
    policy = allow("sts:GetWebIdentityToken")
    policy["Statement"][0]["Condition"] = backup
    role = world.workload.role("backup", trust(), policies=[policy])
    wanted = [
        {
            "caller": "profile tools",
            "service": "sts",
            "operation": "get_web_identity_token",
            "parameters": {"Audience": [f"https://{host}.example.com"], "SigningAlgorithm": "ES384"},
            "expect": expect,
        }
        for host, expect in (("backup", "allowed"), ("other", "denied"))
    ]
    report = verify(role.arn, {"callers": TOOLS_ALONE, "can_do": wanted})

    assert [(each.expectation, each.verdict) for each in report.results if each.kind == "can-do"] == [
        ("allowed", Verdict.PROVED),
        ("denied", Verdict.PROVED),
    ]


@pytest.mark.shows("AssumeRole: session tags", "performed")
def test_tags_are_sent_and_enforced_for_real(world: World) -> None:
    """The tagged session gets in; untagged, wrongly tagged and overtagged ones are refused."""
    role = world.workload.role(
        "tagged",
        trust(
            ["sts:AssumeRole", "sts:TagSession"],
            **{
                "StringEquals": {"aws:RequestTag/team": "blue"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
                "ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": ["team"]},
            },
        ),
    )
    report = verify(role.arn, {"callers": TOOLS_ALONE})

    assert {result.kind: result.verdict for result in report.results} == dict.fromkeys(
        ["as-declared", "tag-absent", "tag-wrong", "tag-undeclared", "transitive-tag-absent"], Verdict.PROVED
    )
    assert {result.endpoint for result in report.results} == {world.sandbox.endpoint_url}


def test_a_trust_that_does_not_let_tag_refuses_as_predicted(world: World) -> None:
    """STS refuses tags without sts:TagSession in the trust policy, and so does the prediction."""
    role = world.workload.role("untaggable", trust(StringEquals={"aws:RequestTag/team": "blue"}))
    (declared, *_) = verify(role.arn, {"callers": TOOLS_ALONE}).results

    assert (declared.cause, declared.disagreement) == (Cause.TRUST_REFUSES, None)
    assert declared.unmet[0].action == "sts:TagSession"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"service": "s4"}, "can_do[0].service: boto3 has no service 's4'"),
        ({"operation": "list_bucket"}, "Perhaps list_buckets or"),
        ({"operation": "ListBuckets"}, "s3 has no operation 'ListBuckets'"),
        ({"parameters": {"Bucket": "b"}}, 'Unknown parameter in input: "Bucket"'),
        (
            {"operation": "head_object", "parameters": {"Bucket": "b"}},
            'can_do[0].parameters: boto3 doesn\'t take them: Missing required parameter in input: "Key"',
        ),
        ({"service": "sts", "operation": "get_caller_identity", "parameters": {"x": 1}}, "Unknown parameter"),
    ],
)
def test_what_boto3_would_not_send_is_bad_input(entry: Mapping[str, Any], told: str) -> None:
    """Services, operations and parameters are held against boto3's models, without a call."""
    raw = {"caller": "profile tools", "service": "s3", "operation": "list_buckets", "expect": "allowed"}
    if entry.get("operation") == "ListBuckets":
        raw["insist"] = True  # type: ignore[assignment]
    spec = read_verify({"callers": [{"profile": "tools"}], "can_do": [{**raw, **entry}]})

    (fault,) = faults_of(spec.can_do, path="")
    assert told in str(fault)


def test_what_boto3_would_send_is_fine() -> None:
    """No fault for a right one."""
    raw = {"caller": "profile tools", "service": "s3", "operation": "list_buckets", "expect": "allowed"}
    spec = read_verify({"callers": [{"profile": "tools"}], "can_do": [raw]})
    assert faults_of(spec.can_do) == ()
