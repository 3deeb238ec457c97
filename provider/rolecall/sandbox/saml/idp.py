"""A SAML identity provider to try things with: keys, metadata, and signed responses that say anything."""

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from rolecall.policy.saml import sign_in_url
from rolecall.policy.saml_response import ATTRIBUTES, SUCCESS

_PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
_METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_AUTHENTICATED: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


_PREFIXES: Final = {"samlp": _PROTOCOL, "saml": _ASSERTION, "md": _METADATA, "ds": _DSIG}
_KEY_BITS: Final = 2048
_LIFETIME: Final = timedelta(minutes=5)
_CERTIFICATE_LIFETIME: Final = timedelta(days=3650)


class Signed(StrEnum):
    """What of a response is signed."""

    ASSERTION = "assertion"
    RESPONSE = "response"
    BOTH = "both"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlClaims:
    """What a response says about its subject.

    Attributes:
        roles: pairs of ARNs: a role, and the SAML provider of its account.
        session_name: the role session's name; ``None`` to leave the attribute out.
        subject: the NameID.
        subject_format: its format, a URN.
        recipient: the sign-in that the response is made for.
        audiences: who may take it.
        issued_at: when it was made, in UTC; now where ``None``.
        lifetime: how long it is good.
        session_ends_at: when the provider's own session ends, in UTC; ``None`` to leave it out.
        source_identity: for the role session; ``None`` to leave the attribute out.
        tags: session tags.
        transitive_tag_keys: those that go along into further sessions.
        attributes: further attributes, by their names.
        status: the response's status code, a URN.
    """

    roles: tuple[tuple[str, str], ...]
    session_name: str | None = "alice"
    subject: str = "_f1c2a8d0"
    subject_format: str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    recipient: str = sign_in_url("aws")
    audiences: tuple[str, ...] = ("urn:amazon:webservices",)
    issued_at: datetime | None = None
    lifetime: timedelta = _LIFETIME
    session_ends_at: datetime | None = None
    source_identity: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: str = SUCCESS

    def all_attributes(self) -> dict[str, tuple[str, ...]]:
        """Return every attribute, by its name."""
        own: dict[str, tuple[str, ...]] = {
            "Role": tuple(f"{role},{provider}" for role, provider in self.roles),
            "RoleSessionName": () if self.session_name is None else (self.session_name,),
            "SourceIdentity": () if self.source_identity is None else (self.source_identity,),
            "TransitiveTagKeys": self.transitive_tag_keys,
            **{f"PrincipalTag:{key}": (value,) for key, value in self.tags.items()},
        }
        return {f"{ATTRIBUTES}{name}": values for name, values in own.items() if values} | dict(
            self.attributes
        )


def _machine_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlIdentityProvider:
    """One identity provider, with a key of its own.

    Attributes:
        entity_id: what its metadata and its assertions call it.
        key: what it signs with.
        certificate: of that key; signed by itself.
        clock: the time in UTC.
    """

    entity_id: str
    key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)

    @classmethod
    def new(
        cls, entity_id: str = "https://idp.example.com/saml", *, clock: Callable[[], datetime] = _machine_time
    ) -> Self:
        """Make a provider with a new key (RSA, 2,048 bits)."""
        key = generate_private_key(public_exponent=65_537, key_size=_KEY_BITS)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
        begins = clock() - timedelta(days=1)
        certificate = (
            x509.CertificateBuilder(
                issuer_name=name,
                subject_name=name,
                public_key=key.public_key(),
                serial_number=x509.random_serial_number(),
                not_valid_before=begins,
                not_valid_after=begins + _CERTIFICATE_LIFETIME,
            )
        ).sign(key, SHA256())
        return cls(entity_id=entity_id, key=key, certificate=certificate, clock=clock)

    @classmethod
    def from_pem(cls, pem: bytes, entity_id: str, *, clock: Callable[[], datetime] = _machine_time) -> Self:
        """Return a provider whose key and certificate ``to_pem`` wrote.

        Raises:
            ValueError: it holds no key, or no certificate.
            TypeError: the key is of another kind than RSA.
        """
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the key is no RSA key")
        return cls(entity_id=entity_id, key=key, certificate=x509.load_pem_x509_certificate(pem), clock=clock)

    def to_pem(self) -> bytes:
        """Return key and certificate for another process."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)

    @property
    def metadata(self) -> str:
        """The metadata document that IAM takes."""
        der = base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()
        document = _metadata(
            "EntityDescriptor",
            _metadata(
                "IDPSSODescriptor",
                _metadata(
                    "KeyDescriptor",
                    _dsig("KeyInfo", _dsig("X509Data", _dsig("X509Certificate", der))),
                    use="signing",
                ),
                _metadata("SingleSignOnService", Binding=_POST, Location=f"{self.entity_id}/sso"),
                protocolSupportEnumeration=_PROTOCOL,
            ),
            entityID=self.entity_id,
        )
        return etree.tostring(document, encoding="unicode")

    def respond(self, claims: SamlClaims, *, signed: Signed = Signed.ASSERTION) -> str:
        """Return a signed response as AssumeRoleWithSAML takes it, in base 64."""
        return encoded(self.sign(self.response(claims), signed=signed))

    def response(self, claims: SamlClaims) -> etree._Element:
        """Return a response that isn't signed yet."""
        now = claims.issued_at or self.clock()
        return _protocol(
            "Response",
            _saml("Issuer", self.entity_id),
            _protocol("Status", _protocol("StatusCode", Value=claims.status)),
            self._assertion(claims, now),
            ID=_new_id(),
            Version="2.0",
            IssueInstant=_moment(now),
            Destination=claims.recipient,
        )

    def sign(self, response: etree._Element, *, signed: Signed = Signed.ASSERTION) -> etree._Element:
        """Return a copy of a response with the signatures that are asked for."""
        if signed in {Signed.ASSERTION, Signed.BOTH}:
            response = self._signed(response, f"{{{_ASSERTION}}}Assertion")
        if signed in {Signed.RESPONSE, Signed.BOTH}:
            response = self._signed(response, f"{{{_PROTOCOL}}}Response")
        return response

    def _signed(self, response: etree._Element, tag: str) -> etree._Element:
        """Sign one element; SAML wants the signature right behind its issuer."""
        copy = etree.fromstring(etree.tostring(response))
        element = next(copy.iter(tag))
        element.insert(1, _dsig("Signature", Id="placeholder"))
        signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
        return signer.sign(
            copy, key=self.key, cert=[self.certificate], reference_uri=element.get("ID"), id_attribute="ID"
        )

    def _assertion(self, claims: SamlClaims, now: datetime) -> etree._Element:
        until = _moment(now + claims.lifetime)
        session = (
            {} if claims.session_ends_at is None else {"SessionNotOnOrAfter": _moment(claims.session_ends_at)}
        )
        return _saml(
            "Assertion",
            _saml("Issuer", self.entity_id),
            _saml(
                "Subject",
                _saml("NameID", claims.subject, Format=claims.subject_format),
                _saml(
                    "SubjectConfirmation",
                    _saml("SubjectConfirmationData", NotOnOrAfter=until, Recipient=claims.recipient),
                    Method=_BEARER,
                ),
            ),
            _saml(
                "Conditions",
                _saml("AudienceRestriction", *(_saml("Audience", each) for each in claims.audiences)),
                NotBefore=_moment(now),
                NotOnOrAfter=until,
            ),
            _saml(
                "AuthnStatement",
                _saml("AuthnContext", _saml("AuthnContextClassRef", _AUTHENTICATED)),
                AuthnInstant=_moment(now),
                **session,
            ),
            _saml(
                "AttributeStatement",
                *(
                    _saml("Attribute", *(_saml("AttributeValue", value) for value in values), Name=name)
                    for name, values in claims.all_attributes().items()
                ),
            ),
            ID=_new_id(),
            Version="2.0",
            IssueInstant=_moment(now),
        )


def _element(namespace: str, name: str, *content: etree._Element | str, **attributes: str) -> etree._Element:
    made = etree.Element(f"{{{namespace}}}{name}", attributes, nsmap=_PREFIXES)
    for each in content:
        if isinstance(each, str):
            made.text = each
        else:
            made.append(each)
    return made


_protocol: Final = partial(_element, _PROTOCOL)
_saml: Final = partial(_element, _ASSERTION)
_metadata: Final = partial(_element, _METADATA)
_dsig: Final = partial(_element, _DSIG)


def encoded(response: etree._Element) -> str:
    """Return a response as AssumeRoleWithSAML takes it, in base 64."""
    return base64.b64encode(etree.tostring(response)).decode()


def _new_id() -> str:
    return f"_{uuid.uuid4()}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
