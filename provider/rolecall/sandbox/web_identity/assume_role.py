"""AssumeRoleWithWebIdentity: tokens of the account's OpenID Connect providers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from rolecall.policy.formats import SESSION_TAGS, SOURCE_IDENTITY, TAG_KEY, TAG_VALUE
from rolecall.policy.session_claims import SessionClaims
from rolecall.policy.web_identity import (
    claim_keys,
    kept_keys,
    provider_name,
    session_claims,
)

from ..door.refusals import Refusal
from ..iam.view import OidcProviderView
from ..sts.federated import FederatedEntry, UnsignedCall, Vouched
from ..sts.role_sessions import Wanted, role_of
from .pages import IssuerPages
from .tokens import check, read, verify

_OPERATION: Final = "AssumeRoleWithWebIdentity"
_OAUTH: Final = ("www.amazon.com", "graph.facebook.com")
"""Providers of OAuth 2.0 access tokens, which AWS knows by itself."""
_OAUTH_CLAIMS: Final = ("app_id", "user_id", "id")


@dataclass(frozen=True, slots=True)
class AssumeRoleWithWebIdentity:
    """The operation; called without the sandbox's lock, because it waits for issuers."""

    entry: FederatedEntry
    pages: IssuerPages

    def __call__(self, call: UnsignedCall) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("AssumeRoleWithWebIdentity", "Errors").
        """
        provider_id = call.parameters.get("ProviderId")
        if provider_id is not None:
            return self._with_access_token(call, provider_id)
        token = call.parameters.texts["WebIdentityToken"]
        claims = read(token)
        provider = self._provider(call, str(claims["iss"]))
        verify(token, self.pages.keys(provider.issuer))
        audience = check(claims, provider.client_ids, call.now)
        session, keys = _session(claims), claim_keys(claims)
        parameters = replace(
            call.parameters, tags=session.tags, transitive_tag_keys=session.transitive_tag_keys
        )
        vouched = Vouched(
            provider=provider.arn,
            keys={**keys, **session.keys()},
            session=Wanted(
                name=call.parameters.texts["RoleSessionName"],
                tags=session.tags,
                transitive_tag_keys=frozenset(map(str.lower, session.transitive_tag_keys)),
                source_identity=session.source_identity,
                keys=kept_keys(keys, provider.arn),
            ),
        )
        return {
            **self.entry.enter(replace(call, parameters=parameters), _OPERATION, vouched),
            "SubjectFromWebIdentityToken": claims["sub"],
            "Provider": claims["iss"],
            "Audience": audience,
        }

    def _provider(self, call: UnsignedCall, issuer: str) -> OidcProviderView:
        role, name = role_of(call.parameters), provider_name(issuer)
        if "/" not in name:
            return OidcProviderView(arn=name, issuer=f"https://{name}", client_ids=None, thumbprints=())
        arn = f"arn:{role.partition}:iam::{role.account}:{name}"
        with self.entry.arriving(call) as iam:
            provider = iam.oidc_provider(role.account, arn)
        if provider is None:
            raise Refusal(
                "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}"
            )
        shown = self.pages.issuers.thumbprint_of(provider.issuer)
        if shown is not None and shown.lower() not in map(str.lower, provider.thumbprints):
            raise Refusal(
                "InvalidIdentityToken",
                "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
            )
        return provider

    def _with_access_token(self, call: UnsignedCall, provider_id: str) -> Mapping[str, object]:
        if provider_id not in _OAUTH:
            raise Refusal("ValidationError", f"{provider_id} is no provider of access tokens")
        said = self.pages.token_info(f"https://{provider_id}", call.parameters.texts["WebIdentityToken"])
        keys = {f"{provider_id}:{name}": str(said[name]) for name in _OAUTH_CLAIMS if name in said}
        vouched = Vouched(
            provider=provider_id,
            keys=keys,
            session=Wanted(name=call.parameters.texts["RoleSessionName"], keys=kept_keys(keys, provider_id)),
        )
        return {
            **self.entry.enter(call, _OPERATION, vouched),
            "SubjectFromWebIdentityToken": str(said.get("user_id", said.get("id", ""))),
            "Provider": provider_id,
            "Audience": str(said.get("app_id", "")),
        }


def _session(claims: Mapping[str, Any]) -> SessionClaims:
    """Read what the claims put into the session.

    Raises:
        Refusal: ``InvalidIdentityToken`` where that isn't what AWS takes.
    """
    try:
        session = session_claims(claims)
    except ValueError as error:
        raise Refusal("InvalidIdentityToken", str(error)) from error
    source_identity = session.source_identity
    good = (
        len(session.tags) <= SESSION_TAGS
        and all(TAG_KEY.accepts(key) and TAG_VALUE.accepts(value) for key, value in session.tags.items())
        and len({key.lower() for key in session.tags}) == len(session.tags)
        and {key.lower() for key in session.transitive_tag_keys} <= {key.lower() for key in session.tags}
        and (source_identity is None or SOURCE_IDENTITY.accepts(source_identity))
    )
    if not good:
        raise Refusal("InvalidIdentityToken", "The token's session tags or source identity are not valid.")
    return session
