"""A web identity token as a caller shows it to STS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rolecall.errors import ProbeError
from rolecall.policy.operations import ASSUME_ROLE_WITH_WEB_IDENTITY
from rolecall.policy.web_identity import (
    claim_keys,
    issuer_host,
    provider_name,
    session_claims,
)
from rolecall.verification import Call, Federation, Identity, TokenKind

from .asking import limited
from .web_identity_tokens import Tokens, claims_of

if TYPE_CHECKING:
    from types_boto3_sts import STSClient


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """The tokens of one source, as proof of who calls."""

    tokens: Tokens

    def identity(self) -> Identity:
        """For whom a token vouches, as far as its claims are true.

        Raises:
            ProbeError: the source has no token that can be read.
        """
        claims = claims_of(self.tokens.token())
        issuer = str(claims["iss"])
        try:
            keys = claim_keys(claims) | session_claims(claims).keys()
        except ValueError as error:
            raise ProbeError(f"the web identity token can't be understood: {error}.") from error
        provider = provider_name(issuer)
        federation = Federation(
            operation=ASSUME_ROLE_WITH_WEB_IDENTITY,
            provider=provider,
            prefix=f"{issuer_host(issuer).lower()}:",
            keys={name.lower(): value for name, value in keys.items()},
            other_audiences=self.tokens.source.kind is TokenKind.GITHUB,
        )
        return Identity(arn=provider, account="", user_id=str(claims.get("sub", "")), federation=federation)

    def prepare(self, call: Call, *, policy: str | None) -> Callable[["STSClient"], Any]:
        """AssumeRoleWithWebIdentity with a session policy.

        Raises:
            ProbeError: the source has no token.
        """
        token = self.tokens.token(call.audience)
        shown = with_broken_signature(token) if call.broken_signature else token
        return lambda sts: sts.assume_role_with_web_identity(
            RoleArn=call.role_arn,
            RoleSessionName=call.session_name,
            WebIdentityToken=shown,
            DurationSeconds=call.duration_seconds,
            **limited(policy),
        )


def with_broken_signature(token: str) -> str:
    """The token with a signature of the same length that isn't its own."""
    signed, dot, signature = token.rpartition(".")
    return f"{signed}{dot}{'B' if signature.startswith('A') else 'A'}{signature[1:]}"
