"""Web identity tokens as AWS sees them: their providers, and the condition keys that their claims fill in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .request import ContextValue
from .session_claims import SessionClaims

TAGS_CLAIM: Final = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM: Final = "https://aws.amazon.com/source_identity"

_COGNITO: Final = "cognito-identity.amazonaws.com"
_BUILT_IN: Final = frozenset({_COGNITO, "accounts.google.com"})
"""Issuers that AWS knows by itself: a trust policy names the host, and no account has a provider for them."""

_EVERYWHERE: Final = ("sub", "amr", "email")
_BY_ISSUER: Final[Mapping[str, tuple[str, ...]]] = {
    "token.actions.githubusercontent.com": (
        "actor",
        "actor_id",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "workflow",
    ),
}
"""Further claims that become keys; others of these issuers, and all of other issuers, can't be tested."""

_KEPT: Final = (":aud", ":sub", ":amr", ":oaud")
"""How the keys end that stay in the session, where the role's own policies and later trusts can test them."""


def issuer_host(url: str) -> str:
    """An issuer's URL as ARNs and condition keys write it: without ``https://`` and a slash at the end."""
    return url.removeprefix("https://").removesuffix("/")


def provider_name(issuer: str) -> str:
    """What ends the ARN of an issuer's provider in every account; the host of one that AWS knows by itself.

    Args:
        issuer: the ``iss`` claim.
    """
    host = issuer_host(issuer)
    return host if host in _BUILT_IN else f"oidc-provider/{host}"


def claim_keys(claims: Mapping[str, Any]) -> dict[str, ContextValue]:
    """The condition keys that the claims of a token fill in ("Available keys for AWS OIDC federation").

    A token with ``azp`` has that as its audience, and its ``aud`` under the key ``oaud``.
    """
    host = issuer_host(str(claims["iss"]))
    named: dict[str, Any] = {name: claims.get(name) for name in (*_EVERYWHERE, *_BY_ISSUER.get(host, ()))}
    named["aud"] = claims.get("aud")
    if "azp" in claims:
        named |= {"aud": claims["azp"], "oaud": claims.get("aud")}
    return {f"{host}:{name}": _value(value) for name, value in named.items() if value is not None}


def kept_keys(keys: Mapping[str, ContextValue], provider: str) -> dict[str, ContextValue]:
    """The condition keys of later requests with the session ("AWS global condition context keys").

    Args:
        keys: of the token.
        provider: how a trust policy names its provider.
    """
    kept = {name: value for name, value in keys.items() if name.endswith(_KEPT)}
    return {**kept, "aws:FederatedProvider": provider}


def _value(value: Any) -> ContextValue:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        texts = [str(each) for each in value]
        return texts[0] if len(texts) == 1 else texts
    return str(value).lower() if isinstance(value, bool) else str(value)


def session_claims(claims: Mapping[str, Any]) -> SessionClaims:
    """Read tags and source identity out of a token's claims.

    Raises:
        ValueError: they don't have the shape that AWS asks for; each tag has a list of one value.
    """
    given = claims.get(TAGS_CLAIM, {})
    source_identity = claims.get(SOURCE_IDENTITY_CLAIM)
    try:
        tags = {key: _only(values) for key, values in given.get("principal_tags", {}).items()}
        transitive = tuple(given.get("transitive_tag_keys", ()))
    except (AttributeError, TypeError) as error:
        message = f"{TAGS_CLAIM} is not an object with principal_tags and transitive_tag_keys"
        raise ValueError(message) from error
    if not all(isinstance(text, str) for text in (*transitive, source_identity or "")):
        raise ValueError("transitive tag keys and the source identity are texts")
    return SessionClaims(tags=tags, transitive_tag_keys=transitive, source_identity=source_identity)


def _only(values: Any) -> str:
    single = values[0] if isinstance(values, list) and len(values) == 1 else values
    if not isinstance(single, str):
        raise TypeError("a tag has one value")
    return single
