"""The federation endpoint: temporary credentials in, a link into the console out."""

import hmac
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from rolecall.policy.formats import SESSION_DURATION

from ..callers.identities import Identities, Identity, Kind
from ..environment import SIGN_IN_PATH
from ..sealing import Seal
from .refusals import Refusal
from .wire import HttpAnswer, HttpRequest, json_answer

_PURPOSE: Final = "sign-in"
_TOKEN_LIFETIME: Final = timedelta(minutes=15)
_SESSION_FIELDS: Final = ("sessionId", "sessionKey", "sessionToken")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Serves ``getSigninToken`` and ``login`` ("Enable custom identity broker access to the AWS console").

    Where AWS would redirect to the console, ``login`` answers with who signed in and until when.
    """

    identities: Identities
    seal: Seal
    clock: Callable[[], datetime]
    lock: threading.RLock

    def serves(self, request: HttpRequest) -> bool:
        """Return whether a request is for this endpoint."""
        return request.path == SIGN_IN_PATH

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request; 400 with a sentence where AWS would refuse."""
        sent = request.parameters()
        actions = {"getSigninToken": self._token, "login": self._login}
        try:
            act = actions.get(sent.get("Action", ""))
            if act is None:
                return _refused("Action must be getSigninToken or login.")
            return json_answer(act(sent))
        except Refusal as refusal:
            return _refused(refusal.message)

    def _token(self, sent: Mapping[str, str]) -> Mapping[str, object]:
        with self.lock:
            now = self.clock()
            identity = self._identity(_credentials(sent), now)
        expires_at = _session_end(identity, sent.get("SessionDuration"), now)
        content = {
            "arn": identity.arn,
            "account": identity.account_id,
            "user_id": identity.user_id,
            "expires_at": expires_at.timestamp(),
            "good_until": (now + _TOKEN_LIFETIME).timestamp(),
        }
        return {"SigninToken": self.seal.close(_PURPOSE, content)}

    def _login(self, sent: Mapping[str, str]) -> Mapping[str, object]:
        content = self.seal.open(_PURPOSE, sent.get("SigninToken", ""))
        if content is None:
            raise _bad("The sign-in token is not valid.")
        if content["good_until"] <= self.clock().timestamp():
            raise _bad("The sign-in token is expired.")
        if not sent.get("Destination", ""):
            raise _bad("Destination is missing.")
        return {
            "Arn": content["arn"],
            "Account": content["account"],
            "UserId": content["user_id"],
            "Destination": sent["Destination"],
            "Issuer": sent.get("Issuer", ""),
            "Expiration": datetime.fromtimestamp(content["expires_at"], UTC).isoformat(),
        }

    def _identity(self, credentials: Mapping[str, str], now: datetime) -> Identity:
        access_key_id, secret, token = (credentials[name] for name in _SESSION_FIELDS)
        expected = self.identities.secret_of(access_key_id, token)
        if not hmac.compare_digest(expected.encode(), secret.encode()):
            raise _bad("The credentials are not valid.")
        return self.identities.identity_of(access_key_id, now)


def _credentials(sent: Mapping[str, str]) -> Mapping[str, str]:
    try:
        session: Any = json.loads(sent.get("Session", ""))
    except (ValueError, RecursionError) as error:
        raise _bad("Session is not JSON.") from error
    given = session if isinstance(session, dict) else {}
    texts = {name: text for name in _SESSION_FIELDS if isinstance(text := given.get(name), str)}
    if len(texts) < len(_SESSION_FIELDS) or not all(map(str.isascii, texts.values())):
        raise _bad(f"Session needs the texts {', '.join(_SESSION_FIELDS)}.")
    return texts


def _session_end(identity: Identity, asked: str | None, now: datetime) -> datetime:
    """Return when the console's session ends: with the credentials, or after the duration asked for."""
    session = identity.session
    if session is None or identity.kind not in {Kind.ASSUMED_ROLE, Kind.FEDERATED_USER}:
        raise _bad("Only credentials of a role or of GetFederationToken sign in.")
    if asked is None:
        return session.expires_at
    if identity.kind is Kind.FEDERATED_USER:
        raise _bad("SessionDuration can't be given with credentials of GetFederationToken.")
    if session.chained:
        raise _bad("SessionDuration can't be given with credentials of role chaining.")
    least, most = SESSION_DURATION.minimum, SESSION_DURATION.maximum
    if not re.fullmatch(r"\d{1,6}", asked, re.ASCII) or not least <= int(asked) <= most:
        raise _bad(f"SessionDuration must be from {least} to {most} seconds.")
    return now + timedelta(seconds=int(asked))


def _bad(sentence: str) -> Refusal:
    return Refusal("BadRequest", sentence)


def _refused(sentence: str) -> HttpAnswer:
    return json_answer({"error": sentence}, status=HTTPStatus.BAD_REQUEST)
