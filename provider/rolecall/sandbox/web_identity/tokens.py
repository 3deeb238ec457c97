"""Whether a web identity token is genuine, meant for AWS, and of this moment."""

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from ..door.refusals import Refusal

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
"""Signatures that AWS verifies; ``none`` and those with a shared secret are none."""

_REQUIRED: Final = ("iss", "sub", "aud", "exp", "iat")
_OLDEST_SECONDS: Final = 86_400
_LAST_MOMENT: Final = 253_402_300_799
"""The end of the year 9999, in seconds since 1970."""


def read(token: str) -> dict[str, Any]:
    """Return the claims of a token, before anything about it is known to be true.

    Raises:
        Refusal: ``InvalidIdentityToken`` where it is no JSON Web Token with every claim that AWS needs.
    """
    try:
        header, payload, _ = map(_decoded, token.split("."))
        claims, about = json.loads(payload), json.loads(header)
        algorithm = about["alg"]
    except (ValueError, binascii.Error, KeyError, TypeError, RecursionError) as error:
        raise _invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        ) from error
    if not isinstance(claims, dict):
        raise _invalid("The ID Token provided is not a valid JWT.")
    if algorithm not in ALGORITHMS:
        raise _invalid("The token's signature algorithm is not supported.")
    for name in _REQUIRED:
        if claims.get(name) is None:
            raise _invalid(f"Missing a required claim: {name}")
    return claims


def verify(token: str, keys: Any) -> None:
    """Check a token's signature.

    Args:
        token: as ``read`` took it.
        keys: the issuer's ``KeySet``.

    Raises:
        Refusal: ``InvalidIdentityToken`` where none of the keys made it.
    """
    from joserfc import jwt  # noqa: PLC0415 - takes long to load, and is seldom needed
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above

    try:
        jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError) as error:
        raise _invalid("The token's signature could not be verified.") from error


def check(claims: Mapping[str, Any], client_ids: Collection[str] | None, now: datetime) -> str:
    """Check for whom and for when a token was made, and return the audience that it is meant for.

    Args:
        claims: of a token whose signature holds.
        client_ids: audiences of the provider; ``None`` for one that AWS knows by itself: any will do.
        now: the sandbox's time.

    Raises:
        Refusal: ``InvalidIdentityToken`` or ``ExpiredTokenException``.
    """
    audience = _audience(claims, client_ids)
    moment = now.timestamp()
    expires, issued, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires <= moment:
        raise Refusal(
            "ExpiredTokenException",
            f"Token expired: current date/time {moment:.0f} must be before the expiration date/time "
            f"{expires:.0f}",
        )
    if moment - issued > _OLDEST_SECONDS:
        raise Refusal("ExpiredTokenException", f"Token too old: {moment - issued:.0f}")
    if max(issued, begins) > moment:
        raise _invalid("The token must not be accepted before the current date/time.")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise _invalid("Missing a required claim: sub")
    return audience


def _audience(claims: Mapping[str, Any], client_ids: Collection[str] | None) -> str:
    """The audience that counts: of a token for several, ``azp`` says for whom it was made."""
    given = claims["aud"]
    named = given if isinstance(given, list) else [given]
    candidates = [claims["azp"]] if "azp" in claims else named
    for each in candidates:
        if isinstance(each, str) and (client_ids is None or each in client_ids):
            return each
    raise _invalid("Incorrect token audience")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name, 0)
    # JSON as Python reads it has NaN, which is neither before nor after any moment, and infinity.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_MOMENT:
        raise _invalid(f"The claim {name} is not a moment.")
    return float(value)


def _decoded(part: str) -> bytes:
    return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidIdentityToken", message)
