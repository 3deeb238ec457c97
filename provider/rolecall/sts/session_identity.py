"""Asks who the session of a role is, with one client for all sessions.

A client of its own for each session takes 2 ms to make, as much as the call itself.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from botocore.credentials import Credentials

from rolecall.verification import Identity

from .asking import identity_of
from .credentials import Keys, with_token

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

_AT_HAND: Final[ContextVar[Credentials]] = ContextVar("credentials of the session at hand")
_NOBODY: Final = dict.fromkeys(("AccessKeyId", "SecretAccessKey", "SessionToken"), "-")
"""Keeps the client from looking for credentials; none of its calls is signed with these."""


def session_identity(keys: Keys, given: Mapping[str, Any], *, region: str) -> Identity:
    """Who STS says that the session is which an answer gave.

    Args:
        keys: of whoever asked for the session.
        given: the session's credentials, as the answer holds them.
        region: of the endpoint to ask.
    """
    before = _AT_HAND.set(Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))
    try:
        return identity_of(keys.once(("sts for sessions", region), lambda: _client(keys, region)))
    finally:
        _AT_HAND.reset(before)


def _client(keys: Keys, region: str) -> "STSClient":
    client = with_token(keys, _NOBODY).sts(region)
    client.meta.events.register("before-sign.sts", _sign_with_the_session_at_hand)
    return client


def _sign_with_the_session_at_hand(request: Any, **_: object) -> None:
    # botocore (1.43, RequestSigner.sign) prefers the credentials of a request's context to the client's.
    request.context.setdefault("signing", {})["request_credentials"] = _AT_HAND.get()
