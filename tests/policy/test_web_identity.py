"""Web identity tokens as AWS sees them: which claims are condition keys, and what goes into the session."""

import pytest

from rolecall.policy.web_identity import claim_keys, kept_keys, provider_name, session_claims

GITHUB = "https://token.actions.githubusercontent.com"
TAGS = "https://aws.amazon.com/tags"


@pytest.mark.parametrize(
    ("claims", "keys"),
    [
        ({"sub": "me", "aud": "app"}, {"idp.example.com:sub": "me", "idp.example.com:aud": "app"}),
        ({"aud": ["app"]}, {"idp.example.com:aud": "app"}),
        ({"aud": ["a", "b"]}, {"idp.example.com:aud": ["a", "b"]}),
        ({"aud": "api", "azp": "app"}, {"idp.example.com:aud": "app", "idp.example.com:oaud": "api"}),
        ({"amr": ["authenticated", "sso"]}, {"idp.example.com:amr": ["authenticated", "sso"]}),
        ({"groups": ["admins"], "repository": "acme/infra"}, {}),
        ({"sub": 108}, {"idp.example.com:sub": "108"}),
    ],
)
def test_keys_of_any_issuer(claims: dict[str, object], keys: dict[str, object]) -> None:
    """Audience, subject and a few more; with ``azp`` that is the audience. Other claims are no keys."""
    assert claim_keys({"iss": "https://idp.example.com", **claims}) == keys


def test_keys_of_github() -> None:
    """GitHub's claims for which AWS has keys are keys, others aren't."""
    claims = {"iss": GITHUB, "repository_id": "17", "event_name": "push", "ref": "refs/heads/main"}

    assert claim_keys(claims) == {
        "token.actions.githubusercontent.com:repository_id": "17",
        "token.actions.githubusercontent.com:ref": "refs/heads/main",
    }


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        (GITHUB, "oidc-provider/token.actions.githubusercontent.com"),
        ("https://idp.example.com/id/AB12", "oidc-provider/idp.example.com/id/AB12"),
        ("https://gitlab.example.com/", "oidc-provider/gitlab.example.com"),
        ("https://accounts.google.com", "accounts.google.com"),
        ("https://cognito-identity.amazonaws.com", "cognito-identity.amazonaws.com"),
    ],
)
def test_names_of_providers(issuer: str, name: str) -> None:
    """A provider is named after its issuer's URL; Google and Cognito are known to AWS by their hosts."""
    assert provider_name(issuer) == name


def test_what_a_token_puts_into_the_session() -> None:
    """Each tag has one value; they and the source identity are keys of the request."""
    session = session_claims(
        {
            TAGS: {"principal_tags": {"team": ["core"]}, "transitive_tag_keys": ["team"]},
            "https://aws.amazon.com/source_identity": "octocat",
        }
    )

    assert session.keys() == {
        "aws:RequestTag/team": "core",
        "aws:TagKeys": ["team"],
        "sts:TransitiveTagKeys": ["team"],
        "sts:SourceIdentity": "octocat",
    }
    assert session_claims({}).keys() == {}


@pytest.mark.parametrize(
    "claims",
    [
        {TAGS: "team"},
        {TAGS: {"principal_tags": ["team"]}},
        {TAGS: {"principal_tags": {"team": ["a", "b"]}}},
        {TAGS: {"principal_tags": {"team": [1]}}},
        {TAGS: {"transitive_tag_keys": 1}},
        {TAGS: {"transitive_tag_keys": [1]}},
        {"https://aws.amazon.com/source_identity": ["me"]},
    ],
)
def test_session_claims_that_cant_be_read(claims: dict[str, object]) -> None:
    """What isn't in AWS's shape is an error, never a tag less."""
    with pytest.raises(ValueError, match=r"tag|text"):
        session_claims(claims)


def test_what_stays_in_the_session() -> None:
    """Subject and audience do, with the provider; GitHub's further claims are for the trust policy only."""
    keys = claim_keys({"iss": GITHUB, "sub": "me", "aud": "app", "actor": "octocat"})

    assert kept_keys(keys, "arn:provider") == {
        "token.actions.githubusercontent.com:sub": "me",
        "token.actions.githubusercontent.com:aud": "app",
        "aws:FederatedProvider": "arn:provider",
    }
