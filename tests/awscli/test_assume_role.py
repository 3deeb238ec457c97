"""AssumeRole with each of its parameters, asked of the embedded AWS by another client than ours."""

import json

import pytest
from tests.awscli.conftest import AwsCli
from tests.sandbox.helpers import TOOLS, WORKLOAD, may, policy, trusting

from rolecall.sandbox.world import World

CI = f"arn:aws:iam::{TOOLS}:user/ci"
ALICE = f"arn:aws:iam::{TOOLS}:user/alice"
SESSION = f"arn:aws:sts::{WORKLOAD}:assumed-role/deploy/cli"
EVERYTHING = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter"


def assume(role_arn: str, *more: str) -> tuple[str, ...]:
    return ("sts", "assume-role", "--role-arn", role_arn, "--role-session-name", "cli", *more)


@pytest.mark.shows("AssumeRole: external ID", "enforced")
def test_the_external_id_of_the_trust_is_wanted(aws: AwsCli, world: World) -> None:
    """With the external ID the caller gets in; without it the CLI ends with AWS's refusal."""
    role = world.workload.role("deploy", trusting(CI, StringEquals={"sts:ExternalId": "acme-42"}))

    let_in = aws(*assume(role.arn, "--external-id", "acme-42"), profile="tools")
    kept_out = aws.refused(*assume(role.arn), profile="tools")

    assert let_in["AssumedRoleUser"] == {"AssumedRoleId": f"{role.unique_id}:cli", "Arn": SESSION}
    assert "(AccessDenied)" in kept_out


@pytest.mark.shows("AssumeRole", "enforced")
def test_a_profile_with_a_role_assumes_it_by_itself(aws: AwsCli) -> None:
    """A role that the CLI made, and what a user writes into the config file, are enough to get in."""
    trust = json.dumps(trusting(CI, StringEquals={"sts:ExternalId": "acme-42"}))
    made = aws("iam", "create-role", "--role-name", "deploy", "--assume-role-policy-document", trust)
    role_arn = made["Role"]["Arn"]
    name = aws.configure("deploy", role_arn=role_arn, source_profile="tools", external_id="acme-42")

    arn = aws("sts", "get-caller-identity", profile=name)["Arn"]

    assert arn.startswith(f"arn:aws:sts::{WORKLOAD}:assumed-role/deploy/")


@pytest.mark.shows("AssumeRole: MFA", "enforced")
def test_a_code_opens_a_role_once(aws: AwsCli, world: World) -> None:
    """The code of the caller's device goes with the call; it can't be shown again, nor left out."""
    role = world.workload.role("deploy", trusting(ALICE, Bool={"aws:MultiFactorAuthPresent": "true"}))
    serial = world.alice.mfa_serial
    assert serial is not None
    with_code = assume(role.arn, "--serial-number", serial, "--token-code", world.alice.totp())

    assert aws(*with_code, profile="alice")["AssumedRoleUser"]["Arn"] == SESSION
    assert "MultiFactorAuthentication failed" in aws.refused(*with_code, profile="alice")
    assert "(AccessDenied)" in aws.refused(*assume(role.arn), profile="alice")


@pytest.mark.shows("AssumeRole: session tags", "enforced")
@pytest.mark.shows("AssumeRole: source identity", "enforced")
@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        (
            {"StringEquals": {"aws:RequestTag/team": "blue"}},
            ("--tags", "Key=team,Value=blue"),
            ("--tags", "Key=team,Value=red"),
        ),
        (
            {"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}},
            ("--tags", "Key=team,Value=blue", "--transitive-tag-keys", "team"),
            ("--tags", "Key=team,Value=blue"),
        ),
        (
            {"StringEquals": {"sts:SourceIdentity": "alice"}},
            ("--source-identity", "alice"),
            ("--source-identity", "bob"),
        ),
    ],
    ids=["tags", "transitive-tags", "source-identity"],
)
def test_the_trust_decides_by_what_the_session_gets(
    aws: AwsCli,
    world: World,
    condition: dict[str, object],
    right: tuple[str, ...],
    wrong: tuple[str, ...],
) -> None:
    """Tags, those of them that go on, and the source identity are what the trust asks for."""
    role = world.workload.role("deploy", trusting(CI, *EVERYTHING, **condition))

    answer = aws(*assume(role.arn, *right), profile="tools")

    assert answer["AssumedRoleUser"]["Arn"] == SESSION
    assert answer.get("SourceIdentity") == ("alice" if "alice" in right else None)
    assert "(AccessDenied)" in aws.refused(*assume(role.arn, *wrong), profile="tools")


@pytest.mark.shows("AssumeRole: chains", "enforced")
def test_a_chain_carries_tags_and_source_identity_for_an_hour(aws: AwsCli, world: World) -> None:
    """What the first call set is with the third one, which asks for none of it and gets an hour at most."""
    tools = world.sandbox.account(TOOLS)
    hub = tools.role(
        "hub", trusting(CI, *EVERYTHING), policies=[may(*EVERYTHING)], max_session_duration=43_200
    )
    between = tools.role("between", trusting(hub.arn, *EVERYTHING), policies=[may(*EVERYTHING)])
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue", "sts:SourceIdentity": "alice"}}
    role = world.workload.role(
        "deploy", trusting(between.arn, *EVERYTHING, **condition), max_session_duration=43_200
    )
    named = ("--source-identity", "alice", "--duration-seconds", "7200", "--tags", "Key=team,Value=blue")

    def by_way_of_both(name: str, *more: str) -> str:
        first = aws.profile(
            f"hub-{name}", aws(*assume(hub.arn, *named, *more), profile="tools")["Credentials"]
        )
        return aws.profile(name, aws(*assume(between.arn), profile=first)["Credentials"])

    there = by_way_of_both("carried", "--transitive-tag-keys", "team")
    lost = by_way_of_both("lost")
    too_long = assume(role.arn, "--duration-seconds", "3601")

    assert aws(*assume(role.arn), profile=there)["SourceIdentity"] == "alice"
    assert "1 hour session limit" in aws.refused(*too_long, profile=there)
    assert "(AccessDenied)" in aws.refused(*assume(role.arn), profile=lost)


@pytest.mark.shows("AssumeRole: session policies", "enforced")
@pytest.mark.parametrize("given", ["policy", "policy-arns"])
def test_session_policies_leave_what_the_role_may_anyway(aws: AwsCli, world: World, given: str) -> None:
    """The session may do what the role and its session policies both allow: neither alone is enough."""
    tools = world.sandbox.account(TOOLS)
    roles = {name: f"arn:aws:iam::{WORKLOAD}:role/{name}" for name in ("both", "role", "session")}
    hub = tools.role("hub", trusting(CI), policies=[_may_assume(roles["both"], roles["role"])])
    for name in roles:
        world.workload.role(name, trusting(hub.arn))
    document = json.dumps(_may_assume(roles["both"], roles["session"]))
    managed = tools.client("iam").create_policy(PolicyName="limit", PolicyDocument=document)["Policy"]["Arn"]
    limit = {"policy": ("--policy", document), "policy-arns": ("--policy-arns", f"arn={managed}")}[given]

    answer = aws(*assume(hub.arn, *limit), profile="tools")
    limited = aws.profile("limited", answer["Credentials"])

    assert answer["PackedPolicySize"] > 0
    assert aws(*assume(roles["both"]), profile=limited)["Credentials"]
    for name in ("role", "session"):
        assert "(AccessDenied)" in aws.refused(*assume(roles[name]), profile=limited)


def _may_assume(*role_arns: str) -> dict[str, object]:
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": list(role_arns)})


@pytest.mark.shows("AssumeRole: contexts", "enforced")
def test_a_trusted_context_says_who_stands_behind_the_call(aws: AwsCli, world: World) -> None:
    """The person of the assertion is whom the trust asks for; another one, and nobody, stay out."""
    condition = {"StringEquals": {"sts:RequestContext/identitystore:UserId": "u-1"}}
    trust = trusting(WORKLOAD, "sts:AssumeRole", "sts:SetContext", **condition)
    role = world.workload.role("deploy", trust)

    def behind(person: str) -> tuple[str, ...]:
        assertion = world.sandbox.context_assertion({"identitystore:UserId": person})
        context = f"ProviderArn={IDENTITY_CENTER},ContextAssertion={assertion}"
        return assume(role.arn, "--provided-contexts", context)

    assert aws(*behind("u-1"))["AssumedRoleUser"]["Arn"] == SESSION
    assert "(AccessDenied)" in aws.refused(*behind("u-2"))
    assert "(AccessDenied)" in aws.refused(*assume(role.arn))
