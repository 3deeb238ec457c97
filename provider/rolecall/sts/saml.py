"""A SAML assertion as a caller shows it to STS."""

import base64
import binascii
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rolecall.errors import ProbeError
from rolecall.policy import Arn
from rolecall.policy.operations import ASSUME_ROLE_WITH_SAML
from rolecall.policy.saml import context_keys
from rolecall.policy.saml_response import Assertion, SamlError, read_assertion
from rolecall.verification import Call, Federation, Identity, SamlKind, SamlSource

from .asking import limited
from .commands import output_of

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

_REDEEM_WITHIN_SECONDS: Final = 300
_RENEW_BEFORE_SECONDS: Final = 60
_SIGNATURE: Final = re.compile(rb"(<(?:[\w.-]+:)?SignatureValue\b[^>]*>\s*)([A-Za-z0-9+/])")


@dataclass(frozen=True, slots=True)
class Shown:
    """One response and what it says, as far as that is true; neither is in ``repr``."""

    document: bytes = field(repr=False)
    assertion: Assertion = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Assertions:
    """The assertions of one source; shared by all threads.

    Attributes:
        source: where they come from.
        now: seconds since 1970, by which an assertion that a command gave is used again while AWS takes it.
    """

    source: SamlSource
    now: Callable[[], float] = time.time
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _given: Shown | None = field(default=None, repr=False)

    def get(self) -> Shown:
        """An assertion.

        Raises:
            ProbeError: the source has none that can be read. The message never holds any of it.
        """
        if self.source.kind is not SamlKind.COMMAND:
            return _read(self._text())
        with self._lock:
            if self._given is None or self._is_over(self._given.assertion):
                self._given = _read(output_of(self.source.command, "SAML responses"))
            return self._given

    def _text(self) -> str:
        if self.source.kind is SamlKind.ENV:
            text = os.environ.get(self.source.env)
            if not text:
                raise ProbeError(f"{self.source.env} isn't set, so there is no SAML response.")
            return text
        try:
            return Path(self.source.file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it isn't text"
            raise ProbeError(f"the SAML response {self.source.file} can't be read: {reason}.") from error

    def _is_over(self, assertion: Assertion) -> bool:
        redeemable = assertion.issued_at.timestamp() + _REDEEM_WITHIN_SECONDS
        ends = min(redeemable, assertion.expires_at.timestamp())
        return ends - _RENEW_BEFORE_SECONDS <= self.now()


def _read(text: str) -> Shown:
    """Read a response in base 64, as browsers and ``aws sts assume-role-with-saml`` send it, or as XML."""
    stripped = text.strip()
    try:
        is_xml = stripped.startswith("<")
        document = stripped.encode() if is_xml else base64.b64decode("".join(stripped.split()), validate=True)
        return Shown(document, read_assertion(document))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ProbeError("what should be a SAML response is neither base 64 nor XML.") from error
    except SamlError as error:
        raise ProbeError(f"the SAML response can't be used: {error}.") from error


@dataclass(frozen=True, slots=True)
class SamlProof:
    """The assertions of one source, as proof of who calls."""

    assertions: Assertions

    def identity(self) -> Identity:
        """For whom an assertion vouches, as far as it is true.

        Raises:
            ProbeError: the source has no assertion that can be read.
        """
        assertion, provider_arn = self.assertions.get().assertion, self.assertions.source.provider_arn
        keys = {name.lower(): value for name, value in context_keys(assertion, provider_arn).items()}
        provider = Arn.parse(provider_arn).resource
        federation = Federation(operation=ASSUME_ROLE_WITH_SAML, provider=provider, prefix="saml:", keys=keys)
        return Identity(arn=provider, account="", user_id=assertion.subject, federation=federation)

    def prepare(self, call: Call, *, policy: str | None) -> Callable[["STSClient"], Any]:
        """AssumeRoleWithSAML with a session policy.

        Raises:
            ProbeError: the source has no assertion, or one that isn't for this role.
        """
        parameters = self.parameters(call.role_arn, broken_signature=call.broken_signature)
        return lambda sts: sts.assume_role_with_saml(
            **parameters, DurationSeconds=call.duration_seconds, **limited(policy)
        )

    def parameters(self, role_arn: str, *, broken_signature: bool = False) -> dict[str, Any]:
        """The parameters of AssumeRoleWithSAML that say which role, and show an assertion.

        Raises:
            ProbeError: the source has no assertion, or one that isn't for this role.
        """
        shown, provider_arn = self.assertions.get(), self.assertions.source.provider_arn
        if (role_arn, provider_arn) not in shown.assertion.roles:
            raise ProbeError(
                f"the SAML response doesn't offer {role_arn} with {provider_arn}. Assign that role to the "
                "subject at the identity provider (attribute Role), or correct provider_arn."
            )
        document = with_broken_signature(shown.document) if broken_signature else shown.document
        return {
            "RoleArn": role_arn,
            "PrincipalArn": provider_arn,
            "SAMLAssertion": base64.b64encode(document).decode(),
        }


def with_broken_signature(document: bytes) -> bytes:
    """The response with signatures of the same length that aren't its own.

    Raises:
        ProbeError: it has none.
    """
    broken, count = _SIGNATURE.subn(lambda found: found[1] + (b"B" if found[2] == b"A" else b"A"), document)
    if count == 0:
        raise ProbeError("the SAML response isn't signed.")
    return broken
