"""Credentials for a person's own use: what is sent, what is kept of the answer, and through which roles."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.sandbox.helpers import may, trusting

from rolecall.errors import ProbeError
from rolecall.sandbox.world import World
from rolecall.sts import (
    Credentials,
    Issued,
    Keys,
    Limits,
    MfaCode,
    NotIssued,
    ProvidedContext,
    RoleRequest,
    assume_role,
    federation_token,
    is_session,
    session_token,
)
from rolecall.sts.temporary import chain
from rolecall.verification import read_caller

REGION = "us-east-1"
ROLE = "arn:aws:iam::222222222222:role/deploy"
HUB = "arn:aws:iam::111111111111:role/hub"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
TOOLS_ROOT = "arn:aws:iam::111111111111:root"
ALL_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
SECRETS = {
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": "the-secret-key-of-the-session",
    "SessionToken": "the-session-token",
    "Expiration": datetime(2031, 5, 6, tzinfo=UTC),
}


def keys_of(profile: str) -> Keys:
    return Credentials().keys(read_caller({"profile": profile}, path="caller"))


def request(role_arn: str = ROLE, **changes: Any) -> RoleRequest:
    return RoleRequest(role_arn=role_arn, session_name="alice", **changes)


def issued(found: Issued | NotIssued) -> Issued:
    assert isinstance(found, Issued), found
    return found


def who(found: Issued | NotIssued) -> str:
    return issued(found).keys.sts(REGION).get_caller_identity()["Arn"]


def hub(world: World) -> str:
    """A role of the tools account by which others are reached."""
    account = world.sandbox.account("111111111111")
    return account.role("hub", trusting(TOOLS_ROOT, *ALL_ACTIONS), policies=[may(*ALL_ACTIONS)]).arn


def stubbed(operation: str, sent: Mapping[str, Any], answer: Mapping[str, Any]) -> Keys:
    """Credentials whose STS takes one call with just these parameters."""
    keys = Keys(
        boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="not-a-secret"), REGION
    )
    stubber = Stubber(keys.sts(REGION))
    stubber.add_response(operation, {"Credentials": SECRETS, **answer}, dict(sent))
    stubber.activate()
    return keys


@pytest.mark.shows("AssumeRole", "performed")
def test_every_parameter_of_assume_role_is_sent() -> None:
    """Each field goes out under AWS's name."""
    sent = {
        "RoleArn": ROLE,
        "RoleSessionName": "alice",
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "Policy": "{}",
        "DurationSeconds": 3600,
        "Tags": [{"Key": "team", "Value": "blue"}],
        "TransitiveTagKeys": ["team"],
        "ExternalId": "heron-71",
        "SerialNumber": DEVICE,
        "TokenCode": "123456",
        "SourceIdentity": "alice",
        "ProvidedContexts": [
            {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "signed"}
        ],
    }
    whole = request(
        limits=Limits(
            policy="{}", policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",), duration_seconds=3600
        ),
        tags={"team": "blue"},
        transitive_tag_keys=("team",),
        external_id="heron-71",
        mfa=MfaCode(DEVICE, "123456"),
        source_identity="alice",
        provided_contexts=(ProvidedContext("arn:aws:iam::aws:contextProvider/IdentityCenter", "signed"),),
    )

    assert isinstance(assume_role(stubbed("assume_role", sent, {}), whole, region=REGION), Issued)


def test_what_is_not_given_is_not_sent() -> None:
    """AWS's own defaults hold for the rest."""
    sent = {"RoleArn": ROLE, "RoleSessionName": "alice"}

    assert isinstance(assume_role(stubbed("assume_role", sent, {}), request(), region=REGION), Issued)


@pytest.mark.shows("GetFederationToken", "performed")
def test_every_parameter_of_get_federation_token_is_sent() -> None:
    """Likewise for a federated user."""
    sent = {
        "Name": "bob",
        "Policy": "{}",
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "DurationSeconds": 900,
        "Tags": [{"Key": "team", "Value": "blue"}],
    }
    limits = Limits(
        policy="{}", policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",), duration_seconds=900
    )
    keys = stubbed("get_federation_token", sent, {})

    assert isinstance(
        federation_token(keys, "bob", region=REGION, limits=limits, tags={"team": "blue"}), Issued
    )


def test_the_whole_answer_is_kept() -> None:
    """What STS says beside the credentials stays, by its own names; HTTP's own doings don't."""
    about = {
        "AssumedRoleUser": {
            "AssumedRoleId": "AROAEXAMPLEEXAMPLE:alice",
            "Arn": "arn:aws-us-gov:sts::222222222222:assumed-role/deploy/alice",
        },
        "PackedPolicySize": 12,
        "SourceIdentity": "alice",
    }
    sent = {"RoleArn": ROLE, "RoleSessionName": "alice"}

    found = issued(assume_role(stubbed("assume_role", sent, about), request(), region=REGION))

    assert found.about == about
    assert (found.access_key_id, found.expires_at) == (SECRETS["AccessKeyId"], SECRETS["Expiration"])
    assert found.partition == "aws-us-gov"


def test_secrets_are_in_no_repr() -> None:
    """Neither what is sent nor what is issued shows its secrets."""
    sent = {"RoleArn": ROLE, "RoleSessionName": "alice", "ExternalId": "heron-71"}
    asked = request(external_id="heron-71")
    found = assume_role(stubbed("assume_role", sent, {}), asked, region=REGION)
    shown = repr([asked, found, MfaCode(DEVICE, "123456"), ProvidedContext("arn", "signed")])

    hidden = ("heron-71", "123456", "signed", SECRETS["SecretAccessKey"], SECRETS["SessionToken"])
    assert [secret for secret in hidden if str(secret) in shown] == []


def test_a_role_is_assumed(world: World) -> None:
    """The credentials are those of a session of the role with the name asked for."""
    role = world.workload.role("deploy", trusting(TOOLS_ROOT))

    found = assume_role(keys_of("tools"), request(role.arn), region=REGION)

    assert who(found) == "arn:aws:sts::222222222222:assumed-role/deploy/alice"


def test_a_refusal_is_an_answer(world: World) -> None:
    """It names what was refused, AWS's code, and a way out."""
    role = world.workload.role("deploy", trusting(TOOLS_ROOT))

    found = assume_role(keys_of("stranger"), request(role.arn), region=REGION)

    assert isinstance(found, NotIssued)
    assert (found.what, found.code) == (role.arn, "AccessDenied")
    assert "444444444444:user/stranger" in found.sentence


def test_a_bad_parameter_is_no_refusal(world: World) -> None:
    """What STS doesn't accept is no answer about the role."""
    role = world.workload.role("deploy", trusting(TOOLS_ROOT))

    with pytest.raises(ProbeError, match="MaxSessionDuration"):
        assume_role(
            keys_of("tools"), request(role.arn, limits=Limits(duration_seconds=43_200)), region=REGION
        )


def test_a_chain_sends_each_thing_where_it_belongs() -> None:
    """First: MFA, source identity, transitive tags. Last: all that is about the role at the end."""
    mfa = MfaCode(DEVICE, "123456")
    asked = request(
        external_id="heron-71",
        source_identity="alice",
        tags={"team": "blue", "job": "7"},
        transitive_tag_keys=("team",),
        mfa=mfa,
        limits=Limits(policy="{}", duration_seconds=3600),
    )

    first, second, last = chain(asked, [HUB, f"{HUB}-2"])

    assert first == request(
        HUB,
        limits=Limits(duration_seconds=900),
        source_identity="alice",
        tags={"team": "blue"},
        transitive_tag_keys=("team",),
        mfa=mfa,
    )
    assert second == request(f"{HUB}-2", limits=Limits(duration_seconds=900))
    assert last == request(
        external_id="heron-71", tags={"job": "7"}, limits=Limits(policy="{}", duration_seconds=3600)
    )


@pytest.mark.shows("AssumeRole: chains", "performed")
@pytest.mark.shows("AssumeRole: session tags", "performed")
@pytest.mark.shows("AssumeRole: source identity", "performed")
def test_a_chain_keeps_source_identity_and_transitive_tags(world: World) -> None:
    """The role at the end sees who is behind the chain, and the tag that was set at its start."""
    conditions = {"StringEquals": {"sts:SourceIdentity": "alice", "aws:PrincipalTag/team": "blue"}}
    through = hub(world)
    role = world.workload.role("deploy", trusting(through, *ALL_ACTIONS, **conditions))
    asked = request(role.arn, source_identity="alice", tags={"team": "blue"}, transitive_tag_keys=("team",))

    found = issued(assume_role(keys_of("tools"), asked, region=REGION, via=[through]))

    assert who(found) == "arn:aws:sts::222222222222:assumed-role/deploy/alice"
    assert found.about["SourceIdentity"] == "alice"
    without = request(role.arn, source_identity="bob")
    assert isinstance(assume_role(keys_of("tools"), without, region=REGION, via=[through]), NotIssued)


def test_the_hop_that_refuses_is_named(world: World) -> None:
    """Who stands before the first of three doors needn't look at the third."""
    role = world.workload.role("deploy", trusting(TOOLS_ROOT))

    found = assume_role(keys_of("stranger"), request(role.arn), region=REGION, via=[hub(world)])

    assert isinstance(found, NotIssued)
    assert found.what == HUB


@pytest.mark.shows("AssumeRole: MFA", "performed")
def test_an_mfa_code_opens_a_role_and_works_once(world: World) -> None:
    """The code goes with the call itself; the same code again is no refusal by the role."""
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = world.workload.role("deploy", trusting(TOOLS_ROOT, **condition))
    asked = request(role.arn, mfa=MfaCode(DEVICE, world.alice.totp()))

    assert who(assume_role(keys_of("alice"), asked, region=REGION)).endswith("/deploy/alice")
    with pytest.raises(ProbeError, match=f"code for {DEVICE}: it is wrong, or was used before"):
        assume_role(keys_of("alice"), asked, region=REGION)


@pytest.mark.shows("AssumeRole: contexts", "performed")
def test_a_context_provider_vouches_for_who_asks(world: World) -> None:
    """What an assertion says can be demanded by the trust policy."""
    identity_center = "arn:aws:iam::aws:contextProvider/IdentityCenter"
    condition = {"StringEquals": {"sts:RequestContext/identitystore:UserId": "u-1"}}
    role = world.workload.role(
        "deploy", trusting("arn:aws:iam::222222222222:root", "sts:AssumeRole", "sts:SetContext", **condition)
    )
    assertion = world.sandbox.context_assertion({"identitystore:UserId": "u-1"})
    contexts = (ProvidedContext(identity_center, assertion),)

    with_context = assume_role(
        keys_of("workload"), request(role.arn, provided_contexts=contexts), region=REGION
    )

    assert isinstance(with_context, Issued), with_context
    assert isinstance(assume_role(keys_of("workload"), request(role.arn), region=REGION), NotIssued)


@pytest.mark.shows("GetSessionToken", "performed")
def test_a_user_gets_a_session_of_its_own(world: World) -> None:
    """GetSessionToken, with MFA: the user itself, and able to pass where MFA is demanded."""
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = world.workload.role("deploy", trusting(TOOLS_ROOT, **condition))
    mfa = MfaCode(DEVICE, world.alice.totp())

    found = issued(session_token(keys_of("alice"), region=REGION, duration_seconds=900, mfa=mfa))

    assert who(found) == "arn:aws:iam::111111111111:user/alice"
    assert isinstance(assume_role(found.keys, request(role.arn), region=REGION), Issued)


@pytest.mark.shows("GetFederationToken", "performed")
def test_a_user_vouches_for_somebody(world: World) -> None:
    """GetFederationToken: somebody without a user, who can assume nothing."""
    account = world.sandbox.account("111111111111")
    broker = account.user("broker", policies=[may("sts:*")])
    session = boto3.Session(
        aws_access_key_id=broker.credentials.access_key_id,
        aws_secret_access_key=broker.credentials.secret_access_key,
    )
    limits = Limits(policy=None, policy_arns=(), duration_seconds=900)
    role = world.workload.role("deploy", trusting(TOOLS_ROOT))

    found = issued(federation_token(Keys(session, REGION), "bob", region=REGION, limits=limits, tags={}))

    assert who(found) == "arn:aws:sts::111111111111:federated-user/bob"
    assert isinstance(assume_role(found.keys, request(role.arn), region=REGION), NotIssued)


def test_a_session_is_told_from_keys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary credentials are known by their token, before any call."""
    found = issued(session_token(keys_of("tools"), region=REGION))
    for name, value in (
        ("ACCESS_KEY_ID", found.access_key_id),
        ("SECRET_ACCESS_KEY", found.secret_access_key),
        ("SESSION_TOKEN", found.session_token),
    ):
        monkeypatch.setenv(f"GOT_{name}", value)

    assert is_session(Credentials().keys(read_caller({"env": "GOT_"}, path="caller"))) is True
    assert is_session(keys_of("tools")) is False


def test_who_has_no_credentials_cannot_ask(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing configured is told with the way out."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(ProbeError, match="no credentials were found"):
        is_session(Credentials().keys())
