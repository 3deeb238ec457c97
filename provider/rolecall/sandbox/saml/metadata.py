"""The metadata of a SAML identity provider: who it is, and the certificates that check its signatures."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, fromstring

from cryptography import x509

from rolecall.policy.saml_response import SamlError, moment, plain

from ..door.refusals import Refusal

_METADATA: Final = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_SAML_2: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_SHORTEST: Final = 1000
_ENTITY_ID_CHARACTERS: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What IAM keeps of a metadata document.

    Attributes:
        entity_id: what the provider's assertions name as their issuer.
        certificates: whose keys may sign; one is enough, so that keys can be changed one by one. IAM doesn't
            look at when they end ("Create a SAML identity provider in IAM").
        valid_until: when the document says that it ends, in UTC; ``None`` where it doesn't say.
    """

    entity_id: str
    certificates: tuple[x509.Certificate, ...]
    valid_until: datetime | None


def read_metadata(document: str) -> Metadata:
    """Read a metadata document as CreateSAMLProvider does.

    Raises:
        Refusal: ``ValidationError`` for a document that is too short, ``InvalidInput`` for one that says not
            enough, or holds a DTD.
    """
    if len(document) < _SHORTEST:
        raise Refusal(
            "ValidationError",
            "1 validation error detected: Value at 'sAMLMetadataDocument' failed to satisfy constraint: "
            f"Member must have length greater than or equal to {_SHORTEST}",
        )
    try:
        return _metadata(fromstring(plain(document.encode(), comments=True)))  # noqa: S314 - without entities
    except (SamlError, ValueError) as error:
        raise Refusal("InvalidInput", f"Could not parse metadata: {error}") from error


def _metadata(root: Element) -> Metadata:
    if root.tag != f"{_METADATA}EntityDescriptor":
        raise SamlError("it is no EntityDescriptor of SAML 2.0")
    entity_id = root.get("entityID", "")
    if not 0 < len(entity_id) <= _ENTITY_ID_CHARACTERS:
        raise SamlError("its entityID is missing or too long")
    descriptors = [
        each
        for each in root.findall(f"{_METADATA}IDPSSODescriptor")
        if _SAML_2 in each.get("protocolSupportEnumeration", "").split()
    ]
    certificates = tuple(each for descriptor in descriptors for each in _certificates(descriptor))
    if not certificates:
        raise SamlError("it has no IDPSSODescriptor of SAML 2.0 with an X509Certificate to sign with")
    until = root.get("validUntil")
    return Metadata(
        entity_id=entity_id,
        certificates=certificates,
        valid_until=moment(until, "validUntil") if until else None,
    )


def _certificates(descriptor: Element) -> Iterator[x509.Certificate]:
    for key in descriptor.findall(f"{_METADATA}KeyDescriptor"):
        if key.get("use", "signing") != "signing":
            continue
        for certificate in key.iter(f"{_SIGNATURE}X509Certificate"):
            text = re.sub(r"\s", "", certificate.text or "")
            try:
                yield x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
            except (binascii.Error, ValueError) as error:
                raise SamlError("it has an X509Certificate that can't be read") from error
