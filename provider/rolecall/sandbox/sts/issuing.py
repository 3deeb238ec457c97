"""Temporary credentials, and how the operations that make some answer with them."""

from ..callers.identities import Identities, Identity
from .parameter_formats import TOKEN_BYTES
from .parameters import Parameters


def issued_members(identities: Identities, identity: Identity, parameters: Parameters) -> dict[str, object]:
    """Make temporary credentials, and return the members that every operation that makes some answers with.

    Raises:
        ValueError: the identity has no session.
    """
    if identity.session is None:
        raise ValueError("temporary credentials need a session")
    credentials = identities.issue(identity, least_bytes=parameters.least_token_bytes)
    size = len(credentials.session_token or "")
    return {
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": identity.session.expires_at,
        },
        "SessionTokenSize": size,
        "SessionTokenUtilization": size * 100 // TOKEN_BYTES,
    }
