"""Where web identity tokens come from: a file, an environment variable, or GitHub Actions."""

import base64
import binascii
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from rolecall.errors import ProbeError
from rolecall.verification import TokenKind, TokenSource

REQUEST_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
REQUEST_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the name of a variable
_TIMEOUT_SECONDS: Final = 15
_RENEW_BEFORE_SECONDS: Final = 60


@dataclass(slots=True, kw_only=True)
class Tokens:
    """The web identity tokens of one source; shared by all threads.

    Attributes:
        source: where they come from.
        now: seconds since 1970, by which a token that was requested is used again while it lasts.
    """

    source: TokenSource
    now: Callable[[], float] = time.time
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _requested: dict[str, str] = field(default_factory=dict, repr=False)

    def token(self, audience: str | None = None) -> str:
        """A token.

        Args:
            audience: for whom it must be made; ``None`` for what the source says.

        Raises:
            ProbeError: the source has none. The message never holds a token.
        """
        if self.source.kind is TokenKind.FILE:
            return self._from_file()
        if self.source.kind is TokenKind.ENV:
            return self._from_environment()
        with self._lock:
            wanted = audience or self.source.github
            token = self._requested.get(wanted)
            if token is None or self._is_over(token):
                token = self._requested[wanted] = request_from_github(wanted)
            return token

    def _from_file(self) -> str:
        try:
            token = Path(self.source.file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it isn't text"
            raise ProbeError(f"the token file {self.source.file} can't be read: {reason}.") from error
        if not token:
            raise ProbeError(f"the token file {self.source.file} is empty.")
        return token

    def _from_environment(self) -> str:
        token = os.environ.get(self.source.env, "").strip()
        if not token:
            raise ProbeError(f"{self.source.env} isn't set, so there is no web identity token.")
        return token

    def _is_over(self, token: str) -> bool:
        ends = claims_of(token).get("exp")
        return not isinstance(ends, int | float) or ends - _RENEW_BEFORE_SECONDS <= self.now()


def request_from_github(audience: str) -> str:
    """Request a token of the GitHub Actions job that this process is part of (GitHub page: OpenID Connect).

    Raises:
        ProbeError: there is no such job, it may not request tokens, or GitHub doesn't answer.
    """
    url, secret = os.environ.get(REQUEST_URL), os.environ.get(REQUEST_TOKEN)
    if not url or not secret:
        raise ProbeError(
            f"{REQUEST_URL} and {REQUEST_TOKEN} aren't both set. Run in a GitHub Actions job with "
            "permissions: id-token: write."
        )
    joined = f"{url}{'&' if '?' in url else '?'}{urlencode({'audience': audience})}"
    headers = {"Authorization": f"bearer {secret}", "Accept": "application/json"}
    try:
        proxies = get_environ_proxies(joined)
        with closing(URLLib3Session(timeout=_TIMEOUT_SECONDS, proxies=proxies)) as session:
            answer = session.send(AWSRequest(method="GET", url=joined, headers=headers).prepare())
    except (BotoCoreError, ValueError) as error:  # their texts hold the URL, which may hold a secret
        raise ProbeError(f"GitHub's token request failed: {type(error).__name__}.") from error
    if answer.status_code != HTTPStatus.OK:
        raise ProbeError(f"GitHub refused the token request: HTTP {answer.status_code}.")
    try:
        return str(json.loads(answer.content)["value"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProbeError("GitHub's answer to the token request holds no token.") from error


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of a token, read without verifying it.

    Raises:
        ProbeError: it is no JSON Web Token. The message doesn't hold it.
    """
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error) as error:
        raise ProbeError("what should be a web identity token is no JSON Web Token.") from error
    if not isinstance(claims, dict) or not isinstance(claims.get("iss"), str):
        raise ProbeError("the web identity token doesn't say who issued it (iss).")
    return claims
