"""GetWebIdentityToken: tokens that others verify with the keys of the account's issuer."""

import json
import urllib.request
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.sandbox.helpers import TOOLS, Clock, may, policy, refused, root, session, trusting, unchecked_sts

from rolecall.sandbox import Account, Sandbox

CLAIMS = "https://sts.amazonaws.com/"
CALL: dict[str, Any] = {"Audience": ["https://backup.example.com"], "SigningAlgorithm": "RS256"}


@pytest.fixture
def issuer_url(tools: Account) -> str:
    url: str = tools.client("iam").enable_outbound_web_identity_federation()["IssuerIdentifier"]
    return url


@pytest.mark.shows("GetWebIdentityToken", "enforced")
@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_others_verify_the_token(
    sandbox: Sandbox, tools: Account, issuer_url: str, clock: Clock, algorithm: str
) -> None:
    """The keys that the issuer publishes verify the token, which says who called, and for how long."""
    sts = sandbox.client("sts", tools.admin)
    answer = sts.get_web_identity_token(
        **CALL | {"SigningAlgorithm": algorithm}, Tags=[{"Key": "team", "Value": "blue"}]
    )
    address = sandbox.issuers.get(issuer_url).address
    with urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=10) as page:
        keys_url = json.load(page)["jwks_uri"].replace(issuer_url, address)
    with urllib.request.urlopen(keys_url, timeout=10) as page:
        keys = KeySet.import_key_set(json.load(page))

    claims = jwt.decode(answer["WebIdentityToken"], keys, algorithms=[algorithm]).claims
    assert (claims["iss"], claims["aud"]) == (issuer_url, "https://backup.example.com")
    assert claims["sub"] == f"arn:aws:iam::{TOOLS}:user/admin"
    assert (claims[CLAIMS]["aws_account"], claims[CLAIMS]["request_tags"]) == (TOOLS, {"team": "blue"})
    assert claims["exp"] - claims["iat"] == 300
    assert claims["exp"] == answer["Expiration"].timestamp() == clock.now.timestamp() + 300


def test_the_account_decides(sandbox: Sandbox, tools: Account) -> None:
    """Tokens are made only while the account has the feature enabled."""
    iam, sts = tools.client("iam"), sandbox.client("sts", tools.admin)

    refusal = refused(sts.get_web_identity_token, **CALL)
    assert (refusal.code, refusal.status) == ("OutboundWebIdentityFederationDisabledException", 403)
    assert refused(iam.get_outbound_web_identity_federation_info).code == "FeatureDisabled"
    iam.enable_outbound_web_identity_federation()
    assert refused(iam.enable_outbound_web_identity_federation).code == "FeatureEnabled"
    assert sts.get_web_identity_token(**CALL)["WebIdentityToken"]
    iam.disable_outbound_web_identity_federation()
    assert refused(sts.get_web_identity_token, **CALL).status == 403


@pytest.mark.shows("GetWebIdentityToken", "enforced")
@pytest.mark.usefixtures("issuer_url")
def test_policies_limit_the_audience(sandbox: Sandbox, tools: Account) -> None:
    """Audience, algorithm and duration are condition keys; tags need a permission of their own."""
    limits = {
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": CALL["Audience"]},
        "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
    }
    allow = {"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*", "Condition": limits}
    sts = sandbox.client("sts", tools.user("app", policies=[policy(allow)]).credentials)

    assert sts.get_web_identity_token(**CALL)
    for change in (
        {"Audience": ["https://other.example.com"]},
        {"DurationSeconds": 301},
        {"Tags": [{"Key": "team", "Value": "blue"}]},
    ):
        assert refused(sts.get_web_identity_token, **CALL | change).code == "AccessDenied"


@pytest.mark.usefixtures("issuer_url")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SigningAlgorithm": "HS256"}, "ValidationError"),
        ({"Audience": []}, "ValidationError"),
        ({"Audience": ["a"] * 11}, "ValidationError"),
        ({"DurationSeconds": 59}, "ValidationError"),
        ({"DurationSeconds": 3601}, "ValidationError"),
        (
            {"Tags": [{"Key": f"key-{n}", "Value": "v" * 256} for n in range(20)]},
            "JWTPayloadSizeExceededException",
        ),
    ],
)
def test_limits(sandbox: Sandbox, tools: Account, change: dict[str, object], code: str) -> None:
    """A token has one to ten audiences, lives a minute to an hour, and is no larger than AWS lets it be."""
    refusal = refused(unchecked_sts(sandbox, tools.admin).get_web_identity_token, **CALL | change)
    assert (refusal.code, refusal.status) == (code, 400)


@pytest.mark.usefixtures("issuer_url")
def test_a_token_ends_with_its_session(sandbox: Sandbox, tools: Account, clock: Clock) -> None:
    """A session can't get a token that lives longer than itself."""
    role = tools.role("app", trusting(root(TOOLS)), policies=[may("sts:GetWebIdentityToken")])
    assumed = sandbox.client("sts", tools.admin).assume_role(
        RoleArn=role.arn, RoleSessionName="run", DurationSeconds=900
    )
    sts = sandbox.client("sts", session(assumed))
    clock.advance(600)

    assert sts.get_web_identity_token(**CALL, DurationSeconds=300)
    refusal = refused(sts.get_web_identity_token, **CALL, DurationSeconds=301)
    assert (refusal.code, refusal.status) == ("SessionDurationEscalationException", 403)
