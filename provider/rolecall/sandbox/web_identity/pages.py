"""What an issuer says about itself over HTTP: the way from a provider's URL to the keys of its tokens."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from ..door.refusals import Refusal
from .issuer import DISCOVERY, TOKEN_INFO
from .issuers import Issuers

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_TIMEOUT_SECONDS: Final = 5
_MOST_BYTES: Final = 1_000_000
_KINDS: Final = ("RSA", "EC")
"""Kinds of keys that AWS looks at; a shared secret among them is none that anybody may sign with."""
_MOST_KEYS: Final = 100
"""Of each kind (AWS page: Create an OpenID Connect identity provider in IAM)."""


@dataclass(frozen=True, slots=True)
class IssuerPages:
    """Asks issuers; waits for the network, so no lock may be held."""

    issuers: Issuers

    def keys(self, issuer: str) -> "KeySet":
        """Return the keys that an issuer signs with.

        Args:
            issuer: its URL.

        Raises:
            Refusal: ``IDPCommunicationError`` where it can't be reached; ``InvalidIdentityToken`` where what
                it answers isn't what OpenID Connect Discovery asks for.
        """
        from joserfc.errors import JoseError  # noqa: PLC0415 - takes long to load, and is seldom needed
        from joserfc.jwk import KeySet  # noqa: PLC0415 - as above

        about = self._page(f"{issuer}{DISCOVERY}")
        if not isinstance(about, dict) or about.get("issuer") != issuer:
            raise _no_keys()
        page = self._page(str(about.get("jwks_uri")))
        try:
            usable = [key for key in page["keys"] if key["kty"] in _KINDS]
            found = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _no_keys() from error
        kinds = [key["kty"] for key in usable]
        if not kinds or max(map(kinds.count, kinds)) > _MOST_KEYS:
            raise _no_keys()
        return found

    def token_info(self, issuer: str, access_token: str) -> dict[str, Any]:
        """Return what an issuer says about an access token.

        Raises:
            Refusal: ``IDPRejectedClaim`` where it rejects the token; ``IDPCommunicationError``.
        """
        query = urlencode({"access_token": access_token})
        try:
            told = json.loads(self._get(f"{issuer}{TOKEN_INFO}?{query}"))
        except (_NotServed, ValueError) as error:
            raise _rejected() from error
        if not isinstance(told, dict):
            raise _rejected()
        return told

    def _page(self, url: str) -> Any:
        try:
            return json.loads(self._get(url))
        except (_NotServed, ValueError) as error:
            raise _no_keys() from error

    def _get(self, url: str) -> bytes:
        address = self.issuers.address_of(url)
        if address is None:
            raise _unreachable(f"The sandbox knows no issuer for {url.partition('?')[0]}.")
        # A proxy must not be asked for the loopback interface.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        try:
            with opener.open(address, timeout=_TIMEOUT_SECONDS) as answer:
                return bytes(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                if error.code < 500:  # noqa: PLR2004 - 5xx is the server's fault
                    raise _NotServed from error
            raise _unreachable(f"The issuer answered with HTTP {error.code}.") from error
        except OSError as error:
            raise _unreachable(f"The issuer did not answer: {type(error).__name__}.") from error


class _NotServed(Exception):  # noqa: N818 - an answer of the issuer, not an error of this package
    """The issuer answers, and doesn't give the page."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, which could lead off the loopback interface; the answer counts as it is."""

    def redirect_request(self, *_: object) -> None:
        """Go nowhere."""


def _rejected() -> Refusal:
    return Refusal("IDPRejectedClaim", "The identity provider reported that authentication failed.")


def _no_keys() -> Refusal:
    return Refusal(
        "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider, please reference"
        " AssumeRoleWithWebIdentity documentation for requirements",
    )


def _unreachable(why: str) -> Refusal:
    return Refusal(
        "IDPCommunicationError",
        "The request could not be fulfilled because the identity provider (IDP) that was asked to verify the"
        f" incoming identity token could not be reached. {why}",
    )
