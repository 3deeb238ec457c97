"""Roles opened by what an identity provider gave: web identity tokens and SAML responses."""

from pathlib import Path
from typing import Any

import pytest
from tests.sandbox.helpers import trusting
from tests.sandbox.saml_setting import PROVIDER as SAML_PROVIDER
from tests.sandbox.saml_setting import saml_trust
from tests.sts.job import AUDIENCE, MAIN, Job, job

from rolecall.errors import ProbeError
from rolecall.sandbox.saml.idp import SamlClaims, SamlIdentityProvider
from rolecall.sandbox.world import World
from rolecall.sts import (
    Defaults,
    Issued,
    Limits,
    NotIssued,
    RoleRequest,
    assume_role_by_proof,
    open_without_keys,
)
from rolecall.verification import SamlKind, SamlSource, TokenKind, TokenSource

REGION = "us-east-1"
TOKEN = TokenSource(kind=TokenKind.ENV, env="A_TOKEN")


def ask(proof: TokenSource | SamlSource, role_arn: str, **changes: Any) -> Issued | NotIssued:
    via = changes.pop("via", ())
    request = RoleRequest(role_arn=role_arn, session_name="ci-7", **changes)
    return assume_role_by_proof(open_without_keys(Defaults()), proof, request, region=REGION, via=via)


def opened(found: Issued | NotIssued) -> Issued:
    assert isinstance(found, Issued), found
    return found


@pytest.fixture
def github(world: World, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job whose token is in A_TOKEN, and that has no keys."""
    found = job(world)
    monkeypatch.setenv("A_TOKEN", found.token)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    return found


def test_a_token_opens_a_role(world: World, github: Job) -> None:
    """Without any credentials; the answer says for whom, and by whose word."""
    found = opened(ask(TOKEN, github.role_arn, limits=Limits(duration_seconds=900)))

    assert found.about["AssumedRoleUser"]["Arn"] == "arn:aws:sts::222222222222:assumed-role/deploy/ci-7"
    assert (found.about["SubjectFromWebIdentityToken"], found.about["Audience"]) == (MAIN, AUDIENCE)
    assert found.keys.sts(REGION).get_caller_identity()["Account"] == "222222222222"


def test_a_token_opens_the_first_of_several_roles(world: World, github: Job) -> None:
    """What an AssumeRole can send goes to the roles behind."""
    condition = {"StringEquals": {"sts:ExternalId": "heron-71"}}
    between = world.workload.role("between", trusting(github.role_arn)).arn
    behind = world.workload.role("behind", trusting(between, **condition)).arn

    found = opened(ask(TOKEN, behind, via=[github.role_arn, between], external_id="heron-71"))

    assert found.about["AssumedRoleUser"]["Arn"] == "arn:aws:sts::222222222222:assumed-role/behind/ci-7"


def test_the_wrong_token_is_refused(world: World, github: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another branch's token: an answer that names the role, also where it is the first of several."""
    monkeypatch.setenv("A_TOKEN", github.other_token)

    for found in (
        ask(TOKEN, github.role_arn),
        ask(TOKEN, "arn:aws:iam::222222222222:role/x", via=[github.role_arn]),
    ):
        assert isinstance(found, NotIssued)
        assert (found.what, found.code) == (github.role_arn, "AccessDenied")
        assert github.other_token not in found.sentence


def test_without_a_token_nothing_is_asked(world: World, github: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that lacks one is named."""
    monkeypatch.delenv("A_TOKEN")

    with pytest.raises(ProbeError, match="A_TOKEN isn't set"):
        ask(TOKEN, github.role_arn)


@pytest.mark.shows("AssumeRoleWithSAML", "performed")
def test_a_saml_response_opens_a_role(world: World, tmp_path: Path) -> None:
    """The session is called what the identity provider says."""
    idp = SamlIdentityProvider.new("https://idp.example.com/saml")
    world.workload.client("iam").create_saml_provider(Name="corp", SAMLMetadataDocument=idp.metadata)
    role = world.workload.role("sso", saml_trust())
    file = tmp_path / "response.txt"
    file.write_text(idp.respond(SamlClaims(roles=((role.arn, SAML_PROVIDER),))))
    proof = SamlSource(kind=SamlKind.FILE, file=str(file), provider_arn=SAML_PROVIDER)

    found = opened(ask(proof, role.arn))

    assert found.about["AssumedRoleUser"]["Arn"] == "arn:aws:sts::222222222222:assumed-role/sso/alice"
    assert found.about["Issuer"] == "https://idp.example.com/saml"
