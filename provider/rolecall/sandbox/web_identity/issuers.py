"""Where issuers are reached: a table of URLs and loopback addresses, in place of DNS and TLS."""

import json
import re
import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from rolecall.errors import SandboxError

from ..door.wire import HttpAnswer, HttpRequest, json_answer
from ..environment import CONTROL_PATH
from .issuer import ALGORITHMS, Issuer

_PATH: Final = f"{CONTROL_PATH}/issuers"
_ADDRESS: Final = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}(/[\w.~/-]*)?", re.ASCII)
_URL: Final = re.compile(r"https://[a-z0-9.-]+(/[\w.~/-]*)?", re.ASCII | re.IGNORECASE)


class Issuers:
    """The issuers of one sandbox; safe to use from many threads."""

    def __init__(self, endpoint_url: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._endpoint_url = endpoint_url
        self._clock = clock
        self._lock = threading.Lock()
        self._own: list[Issuer] = []
        self._addresses: dict[str, str] = {}

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._own.clear()
            self._addresses.clear()

    def get(self, url: str, *, algorithms: tuple[str, ...] = ALGORITHMS) -> Issuer:
        """Return the issuer with this URL, made on first use.

        Args:
            url: as tokens name it.
            algorithms: by which it signs, where it is made now.

        Raises:
            SandboxError: the URL isn't one that IAM takes, or is a program's own issuer.
        """
        known = _checked(url)
        with self._lock:
            for issuer in self._own:
                if issuer.url == known:
                    return issuer
            if known in self._addresses:
                message = f"{known} is an issuer at {self._addresses[known]}, not one of the sandbox."
                raise SandboxError(message)
            address = f"{self._endpoint_url()}{_PATH}/{len(self._own)}"
            issuer = Issuer(known, address, self._clock, algorithms)
            self._own.append(issuer)
            self._addresses[known] = address
            return issuer

    def point(self, url: str, address: str) -> None:
        """Let an issuer be reached at an address: ``http://127.0.0.1:PORT`` and perhaps a path.

        Raises:
            SandboxError: the URL isn't one that IAM takes, or the address isn't on the loopback interface.
        """
        known = _checked(url)
        if not _ADDRESS.fullmatch(address):
            message = (
                f"{address!r} is no address of an issuer. It is http://127.0.0.1:PORT, perhaps with a path."
            )
            raise SandboxError(message)
        with self._lock:
            self._addresses[known] = address.removesuffix("/")

    def address_of(self, url: str) -> str | None:
        """Translate the URL of a page of an issuer; ``None`` where nobody said where that issuer is."""
        with self._lock:
            known = [each for each in self._addresses if url == each or url.startswith(f"{each}/")]
            if not known:
                return None
            longest = max(known, key=len)
            return self._addresses[longest] + url.removeprefix(longest)

    def thumbprint_of(self, url: str) -> str | None:
        """Return the thumbprint of the certificate that an issuer would show, where that matters."""
        with self._lock:
            return next((each.thumbprint for each in self._own if each.url == url), None)

    def secrets(self) -> frozenset[str]:
        """Return every secret of the issuers' jobs."""
        with self._lock:
            return frozenset(secret for issuer in self._own for secret in issuer.secrets())

    def serves(self, request: HttpRequest) -> bool:
        """Return whether a request is for an issuer."""
        return request.path == _PATH or request.path.startswith(f"{_PATH}/")

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request to an issuer.

        ``POST /_rolecall/issuers`` with ``{"url": …}`` makes an issuer and tells its address; with an
        ``address`` besides, tokens of that URL are verified with the keys found there.
        """
        if request.path == _PATH:
            return self._announced(request)
        number, slash, rest = request.path.removeprefix(f"{_PATH}/").partition("/")
        with self._lock:
            issuer = self._own[int(number)] if number.isdecimal() and int(number) < len(self._own) else None
        if issuer is None:
            return json_answer({"error": "there is no such issuer"}, status=HTTPStatus.NOT_FOUND)
        return issuer.answer(request, slash + rest)

    def _announced(self, request: HttpRequest) -> HttpAnswer:
        try:
            asked = json.loads(request.body)
            url, address = str(asked["url"]), asked.get("address")
            if address is None:
                return json_answer({"address": self.get(url).address})
            self.point(url, str(address))
        except (ValueError, KeyError, TypeError, AttributeError, SandboxError) as error:
            return json_answer({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
        return json_answer({"address": address})


def _checked(url: str) -> str:
    if not _URL.fullmatch(url):
        raise SandboxError(f"{url!r} is no URL of an OpenID Connect provider. It begins with https://.")
    return url.removesuffix("/")
