"""Every operation of STS beside AssumeRole, asked of the embedded AWS by the AWS CLI."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.awscli.conftest import AwsCli
from tests.awscli.test_assume_role import ALICE, CI, SESSION, assume
from tests.sandbox.helpers import TOOLS, WORKLOAD, may, policy, trusting

from rolecall.sandbox.saml.idp import SamlClaims, SamlIdentityProvider
from rolecall.sandbox.web_identity.issuer import GITHUB
from rolecall.sandbox.world import World
from tools import operations

DEPLOY = f"arn:aws:iam::{WORKLOAD}:role/deploy"
MAIN = "repo:acme/infra:ref:refs/heads/main"


@pytest.mark.shows("GetCallerIdentity", "enforced")
def test_get_caller_identity_says_who_a_profile_is(aws: AwsCli) -> None:
    """The caller is the user of the profile's keys."""
    assert aws("sts", "get-caller-identity", profile="tools")["Arn"] == CI


@pytest.mark.shows("GetSessionToken", "enforced")
def test_get_session_token_with_a_code_carries_mfa_into_a_role(aws: AwsCli, world: World) -> None:
    """The session of an MFA code gets into a role that asks for MFA; the plain keys don't."""
    role = world.workload.role("deploy", trusting(ALICE, Bool={"aws:MultiFactorAuthPresent": "true"}))
    serial = world.alice.mfa_serial
    assert serial is not None
    code = ("--serial-number", serial, "--token-code", world.alice.totp())

    given = aws("sts", "get-session-token", "--duration-seconds", "900", *code, profile="alice")
    session = aws.profile("alice-mfa", given["Credentials"])

    assert "(AccessDenied)" in aws.refused(*assume(role.arn), profile="alice")
    assert aws(*assume(role.arn), profile=session)["AssumedRoleUser"]["Arn"] == SESSION
    assert "(AccessDenied)" in aws.refused("sts", "get-session-token", profile=session)


@pytest.mark.shows("GetFederationToken", "enforced")
def test_get_federation_token_can_assume_nothing(aws: AwsCli, world: World) -> None:
    """Its credentials answer who they are, and are refused every role."""
    role = world.workload.role("deploy", trusting(WORKLOAD))
    given = aws("sts", "get-federation-token", "--name", "guest", "--policy", json.dumps(may("sts:*")))
    session = aws.profile("guest", given["Credentials"])

    who = aws("sts", "get-caller-identity", profile=session)["Arn"]

    assert who == given["FederatedUser"]["Arn"] == f"arn:aws:sts::{WORKLOAD}:federated-user/guest"
    assert given["PackedPolicySize"] > 0
    assert "(AccessDenied)" in aws.refused(*assume(role.arn), profile=session)


@pytest.mark.shows("GetAccessKeyInfo", "enforced")
def test_get_access_key_info_names_the_account_of_a_key(aws: AwsCli, world: World) -> None:
    """The account is in the key's id."""
    key = world.ci.credentials.access_key_id

    assert aws("sts", "get-access-key-info", "--access-key-id", key)["Account"] == TOOLS


@pytest.mark.shows("AssumeRoleWithWebIdentity", "enforced")
def test_assume_role_with_web_identity_verifies_the_token(aws: AwsCli, world: World, tmp_path: Path) -> None:
    """The workflow's token opens the role without keys, also by a profile; broken ones and others don't."""
    provider = aws(
        "iam", "create-open-id-connect-provider", "--url", GITHUB, "--client-id-list", "sts.amazonaws.com"
    )["OpenIDConnectProviderArn"]
    subject = {"StringEquals": {f"{GITHUB.removeprefix('https://')}:sub": MAIN}}
    world.workload.role("deploy", _federated(provider, "sts:AssumeRoleWithWebIdentity", subject))
    issuer = world.sandbox.issuers.get(GITHUB)
    token = issuer.token({"sub": MAIN})

    def knock(shown: str) -> tuple[str, ...]:
        words = ("--role-arn", DEPLOY, "--role-session-name", "cli", "--web-identity-token", shown)
        return ("sts", "assume-role-with-web-identity", *words)

    answer = aws(*knock(token), profile=None)

    assert answer["AssumedRoleUser"]["Arn"] == SESSION
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"]) == (MAIN, "sts.amazonaws.com")
    assert "(InvalidIdentityToken)" in aws.refused(*knock(f"{token[:-6]}AAAAAA"), profile=None)
    other = issuer.token({"sub": "repo:eve/infra:ref:refs/heads/main"})
    assert "(AccessDenied)" in aws.refused(*knock(other), profile=None)
    file = tmp_path / "token"
    file.write_text(token)
    name = aws.configure("job", role_arn=DEPLOY, web_identity_token_file=str(file), role_session_name="cli")
    assert aws("sts", "get-caller-identity", profile=name)["Arn"] == SESSION


@pytest.mark.shows("AssumeRoleWithSAML", "enforced")
def test_assume_role_with_saml_verifies_the_response(aws: AwsCli, world: World, tmp_path: Path) -> None:
    """The signed response opens the role without keys; one whose subject was changed later doesn't."""
    company = SamlIdentityProvider.new()
    metadata = tmp_path / "metadata.xml"
    metadata.write_text(company.metadata)
    provider = aws(
        "iam", "create-saml-provider", "--name", "company", "--saml-metadata-document", f"file://{metadata}"
    )["SAMLProviderArn"]
    staff = {"StringEquals": {"SAML:sub": "s-4711"}}
    world.workload.role("deploy", _federated(provider, "sts:AssumeRoleWithSAML", staff))

    def response(subject: str) -> str:
        claims = SamlClaims(roles=((DEPLOY, provider),), session_name="cli", subject=subject)
        return company.respond(claims)

    def knock(shown: str) -> tuple[str, ...]:
        words = ("--role-arn", DEPLOY, "--principal-arn", provider, "--saml-assertion", shown)
        return ("sts", "assume-role-with-saml", *words)

    answer = aws(*knock(response("s-4711")), profile=None)

    assert answer["AssumedRoleUser"]["Arn"] == SESSION
    assert (answer["Subject"], answer["SubjectType"]) == ("s-4711", "persistent")
    assert answer["Issuer"] == company.entity_id
    assert answer["Audience"] == "https://signin.aws.amazon.com/saml"
    assert "(AccessDenied)" in aws.refused(*knock(response("s-0815")), profile=None)
    forged = base64.b64decode(response("s-0815")).replace(b"s-0815", b"s-4711")
    assert "(InvalidIdentityToken)" in aws.refused(*knock(base64.b64encode(forged).decode()), profile=None)


def _federated(provider: str, action: str, condition: Mapping[str, object]) -> dict[str, object]:
    principal = {"Federated": provider}
    return policy({"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition})


@pytest.mark.shows("DecodeAuthorizationMessage", "enforced")
def test_decode_authorization_message_tells_what_was_denied(aws: AwsCli, world: World) -> None:
    """The administrator reads what a user of the account was refused; another account's can't."""
    nobody = world.workload.user("nobody")
    message = world.sandbox.encoded_denial(nobody.credentials, action="ec2:RunInstances")
    decode = ("sts", "decode-authorization-message", "--encoded-message", message)

    told = json.loads(aws(*decode)["DecodedMessage"])

    assert (told["allowed"], told["context"]["action"]) == (False, "ec2:RunInstances")
    assert told["context"]["principal"]["arn"] == nobody.arn
    assert "(AccessDenied)" in aws.refused(*decode, profile="stranger")


@pytest.mark.shows("GetWebIdentityToken", "enforced")
def test_get_web_identity_token_says_who_calls(aws: AwsCli) -> None:
    """Once the account lets it, a caller gets a token for an audience outside AWS, which names the caller."""
    words = ("--audience", "backup.example.com", "--signing-algorithm", "ES384")
    call = ("sts", "get-web-identity-token", *words)
    refusal = aws.refused(*call)
    issuer = aws("iam", "enable-outbound-web-identity-federation")["IssuerIdentifier"]

    _, payload, _ = aws(*call)["WebIdentityToken"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(f"{payload}=="))

    assert "(OutboundWebIdentityFederationDisabledException)" in refusal
    assert (claims["iss"], claims["aud"]) == (issuer, "backup.example.com")
    assert claims["sub"] == aws("sts", "get-caller-identity")["Arn"]


@pytest.mark.shows("AssumeRoot", "refused")
@pytest.mark.shows("GetDelegatedAccessToken", "refused")
@pytest.mark.parametrize(
    "words",
    [
        (
            "assume-root",
            *("--target-principal", WORKLOAD),
            *("--task-policy-arn", "arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"),
        ),
        ("get-delegated-access-token", "--trade-in-token", "token"),
    ],
    ids=lambda words: words[0],
)
def test_what_nothing_here_can_stand_for_is_refused_by_name(aws: AwsCli, words: tuple[str, ...]) -> None:
    """The refusal says that it is the sandbox's, and why."""
    refusal = aws.refused("sts", *words)

    assert "(NotImplemented)" in refusal
    assert "The sandbox does not imitate" in refusal


def test_no_operation_of_the_cli_is_missing(aws: AwsCli) -> None:
    """Each command of `aws sts` has a test in this folder that says so."""
    tested = {each.row.partition(":")[0] for each in operations.shown() if "tests/awscli/" in each.file}

    assert tested == set(aws.operations("sts"))
