"""Trusted context assertions: what IAM Identity Center says about the person behind a role session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rolecall.policy.request import ContextValue

from ..door.refusals import Refusal
from ..iam.backend import home_partition
from ..sealing import Seal
from .parameters import ProvidedContext

_PURPOSE: Final = "context"
_LIFETIME: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Contexts:
    """Makes and reads assertions.

    AWS signs and encrypts an assertion for itself, so the one that reads it is the one that made it: the
    sandbox's stand for those that ``sso-oidc:CreateTokenWithIAM`` gives.
    """

    seal: Seal

    def assertion(self, keys: Mapping[str, str], now: datetime) -> str:
        """Return an assertion of condition keys such as ``identitystore:UserId``, good for an hour."""
        expires_at = int((now + _LIFETIME).timestamp())
        return self.seal.close(_PURPOSE, {"keys": dict(keys), "expires_at": expires_at})

    def keys(self, given: tuple[ProvidedContext, ...], now: datetime) -> dict[str, ContextValue]:
        """Return the condition keys that assertions give ("sts:RequestContext/context-key").

        Raises:
            Refusal: an assertion is of another provider, is no assertion, or is over.
        """
        if not given:
            return {}
        provider = f"arn:{home_partition()}:iam::aws:contextProvider/IdentityCenter"
        found: dict[str, ContextValue] = {"sts:RequestContextProviders": [provider]}
        for context in given:
            if context.provider_arn != provider:
                raise Refusal("InvalidParameterValue", f"{context.provider_arn} is not a context provider.")
            asserted = self.seal.open(_PURPOSE, context.assertion)
            if asserted is None:
                raise Refusal("InvalidParameterValue", "The context assertion is not valid.")
            if asserted["expires_at"] <= now.timestamp():
                raise Refusal("ExpiredTokenException", "The context assertion is expired.")
            found |= {f"sts:RequestContext/{key}": value for key, value in asserted["keys"].items()}
        return found
