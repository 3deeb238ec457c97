"""GetWebIdentityToken: a token by which a caller shows others outside of AWS who it is."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..callers.incoming import Incoming
from ..callers.permissions import Permissions
from ..door.refusals import Refusal
from ..door.wire import compact_json
from ..iam.backend import account_iam
from ..sts.parameters import tag_keys
from .issuer import OUTBOUND_ALGORITHMS
from .issuers import Issuers

_CLAIMS: Final = "https://sts.amazonaws.com/"
_MOST_BYTES: Final = 4096
"""AWS doesn't tell its own limit."""


@dataclass(frozen=True, slots=True)
class GetWebIdentityToken:
    """The operation; called under the sandbox's lock.

    The account's issuer answers where ``Issuers.get`` says, with the keys that verify its tokens.
    """

    issuers: Issuers
    permissions: Permissions

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("GetWebIdentityToken", "Errors").
        """
        parameters, session = call.parameters, call.identity.session
        algorithm = parameters.texts["SigningAlgorithm"]
        if algorithm not in OUTBOUND_ALGORITHMS:
            raise Refusal("ValidationError", f"{algorithm} is none of {', '.join(OUTBOUND_ALGORITHMS)}")
        if not parameters.audiences:
            raise Refusal(
                "ValidationError", "Value at 'audience' failed to satisfy constraint: Member must not be null"
            )
        self._require(call)
        url = account_iam(call.identity.account_id).outbound_issuer
        if url is None:
            raise Refusal(
                "OutboundWebIdentityFederationDisabledException",
                "Outbound web identity federation is not enabled for this account.",
            )
        expires_at = call.now + timedelta(seconds=parameters.duration_seconds)
        if session is not None and expires_at > session.expires_at:
            raise Refusal(
                "SessionDurationEscalationException",
                "The requested token duration would extend the session beyond its expiration time.",
            )
        claims = _claims(call)
        if len(compact_json(claims).encode()) > _MOST_BYTES:
            raise Refusal("JWTPayloadSizeExceededException", "The token payload exceeds the maximum size.")
        token = self.issuers.get(url, algorithms=OUTBOUND_ALGORITHMS).token(
            claims, algorithm=algorithm, lifetime_seconds=parameters.duration_seconds
        )
        return {"WebIdentityToken": token, "Expiration": expires_at}

    def _require(self, call: Incoming) -> None:
        parameters = call.parameters
        keys = {
            "sts:IdentityTokenAudience": list(parameters.audiences),
            "sts:SigningAlgorithm": parameters.texts["SigningAlgorithm"],
            "sts:DurationSeconds": str(parameters.duration_seconds),
            **tag_keys(parameters),
        }
        further = ("sts:TagGetWebIdentityToken",) if parameters.tags else ()
        for action in ("sts:GetWebIdentityToken", *further):
            self.permissions.require(call, action, "*", keys)


def _claims(call: Incoming) -> dict[str, object]:
    audiences = call.parameters.audiences
    about: dict[str, object] = {
        "aws_account": call.identity.account_id,
        "source_region": call.region,
        "principal_id": call.identity.entity_arn,
    }
    if call.parameters.tags:
        about["request_tags"] = dict(call.parameters.tags)
    return {
        "aud": audiences[0] if len(audiences) == 1 else list(audiences),
        "sub": call.identity.entity_arn,
        "jti": secrets.token_hex(16),
        _CLAIMS: about,
    }
