"""Every operation of STS, asked of the embedded AWS by the AWS CLI: another client than ours."""

import json

import pytest
from tests.awscli.conftest import AwsCli
from tests.sandbox.helpers import TOOLS, WORKLOAD, may, trusting

from rolecall.sandbox.world import World

CI = f"arn:aws:iam::{TOOLS}:user/ci"
ALICE = f"arn:aws:iam::{TOOLS}:user/alice"
DEPLOY = f"arn:aws:iam::{WORKLOAD}:role/deploy"


def _role(aws: AwsCli, trust: dict[str, object], name: str = "deploy") -> str:
    made = aws(
        "iam", "create-role", "--role-name", name, "--assume-role-policy-document", json.dumps(trust)
    )  # fmt: skip
    return str(made["Role"]["Arn"])


def _assume(role_arn: str, *more: str) -> tuple[str, ...]:
    return ("sts", "assume-role", "--role-arn", role_arn, "--role-session-name", "cli", *more)


@pytest.mark.shows("GetCallerIdentity", "enforced")
def test_get_caller_identity_says_who_a_profile_is(aws: AwsCli) -> None:
    """The caller is the user of the profile's keys."""
    assert aws("sts", "get-caller-identity", profile="tools")["Arn"] == CI


@pytest.mark.shows("AssumeRole", "enforced")
def test_assume_role_wants_the_external_id_of_the_trust(aws: AwsCli) -> None:
    """With the external ID the caller gets in; without it the CLI ends with AWS's refusal."""
    role = _role(aws, trusting(CI, StringEquals={"sts:ExternalId": "acme-42"}))

    let_in = aws(*_assume(role, "--external-id", "acme-42"), profile="tools")
    kept_out = aws.refused(*_assume(role), profile="tools")

    assert let_in["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{WORKLOAD}:assumed-role/deploy/cli"
    assert "(AccessDenied)" in kept_out.message


@pytest.mark.shows("AssumeRole", "enforced")
def test_assume_role_hands_tags_and_source_identity_to_the_session(aws: AwsCli) -> None:
    """Session tags and a source identity need their own actions in the trust policy."""
    trust = trusting(CI, "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    role = _role(aws, trust)

    answer = aws(
        *_assume(role, "--tags", "Key=team,Value=payments", "--transitive-tag-keys", "team"),
        *("--source-identity", "alice", "--duration-seconds", "900"),
        *("--policy", json.dumps(may("s3:Get*"))),
        profile="tools",
    )

    assert answer["SourceIdentity"] == "alice"
    assert answer["PackedPolicySize"] > 0


@pytest.mark.shows("AssumeRole", "enforced")
def test_a_profile_with_a_role_assumes_it_by_itself(aws: AwsCli) -> None:
    """What a user writes into the config file is enough to get in."""
    role = _role(aws, trusting(CI, StringEquals={"sts:ExternalId": "acme-42"}))
    name = aws.configure("deploy", role_arn=role, source_profile="tools", external_id="acme-42")

    arn = aws("sts", "get-caller-identity", profile=name)["Arn"]

    assert arn.startswith(f"arn:aws:sts::{WORKLOAD}:assumed-role/deploy/")


@pytest.mark.shows("GetSessionToken", "enforced")
def test_get_session_token_with_a_code_carries_mfa_into_a_role(aws: AwsCli, world: World) -> None:
    """The session of an MFA code gets into a role that asks for MFA; the plain keys don't."""
    role = _role(aws, trusting(ALICE, Bool={"aws:MultiFactorAuthPresent": "true"}))
    serial = world.alice.mfa_serial
    assert serial is not None

    given = aws(
        "sts", "get-session-token", "--duration-seconds", "900",
        *("--serial-number", serial, "--token-code", world.alice.totp()),
        profile="alice",
    )["Credentials"]  # fmt: skip
    session = aws.profile("alice-mfa", given)

    assert "(AccessDenied)" in aws.refused(*_assume(role), profile="alice").message
    assert aws(*_assume(role), profile=session)["Credentials"]["SessionToken"]


@pytest.mark.shows("GetFederationToken", "enforced")
def test_get_federation_token_can_assume_nothing(aws: AwsCli) -> None:
    """Its credentials answer who they are, and are refused every role."""
    role = _role(aws, trusting(TOOLS))
    session = aws.profile(
        "guest", aws("sts", "get-federation-token", "--name", "guest", profile="tools")["Credentials"]
    )

    who = aws("sts", "get-caller-identity", profile=session)["Arn"]

    assert who == f"arn:aws:sts::{TOOLS}:federated-user/guest"
    assert "(AccessDenied)" in aws.refused(*_assume(role), profile=session).message


@pytest.mark.shows("GetAccessKeyInfo", "enforced")
def test_get_access_key_info_names_the_account_of_a_key(aws: AwsCli, world: World) -> None:
    """The account is in the key's id."""
    key = world.ci.credentials.access_key_id

    assert aws("sts", "get-access-key-info", "--access-key-id", key)["Account"] == TOOLS
