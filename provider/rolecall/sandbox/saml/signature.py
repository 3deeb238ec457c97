"""What of a SAML response the identity provider really signed; nothing else of it is ever looked at."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from rolecall.policy.saml_response import ASSERTION, PROTOCOL, SamlError, plain

_DSIG: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_RESPONSE: Final = f"{PROTOCOL}Response"
_ASSERTION: Final = f"{ASSERTION}Assertion"
_TRANSFORMS: Final = frozenset(
    {
        SignatureConstructionMethod.enveloped.value,
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0.value,
    }
)
"""The transforms of SAML's profile of signatures (SAML 2.0 core, 5.4.4), but the one that keeps comments.

XSLT and XPath would let a signature choose what it covers."""


def signed_part(response: bytes, certificates: Sequence[x509.Certificate]) -> bytes:
    """Return the canonical bytes that were signed: the response, or the one assertion in it.

    The shape is settled before any signature is: one assertion, ids that name one element each, and
    signatures only where the response's and the assertion's own ones belong. Each that is there must hold.

    Args:
        response: a whole response.
        certificates: of which one must have signed; what the response itself says about keys counts for
            nothing.

    Raises:
        SamlError: the response isn't signed, or not by one of the certificates, or is arranged so that
            another assertion could be taken for the signed one.
    """
    root = _root(response)
    assertion = _only_assertion(root)
    _check_ids(root)
    signed = [_verified(root, element, certificates) for element in _signed_elements(root, assertion)]
    if not signed:
        raise SamlError("neither the response nor its assertion is signed")
    # Where both are signed, the assertion comes last: the part that names its subject, as it was signed.
    return signed[-1]


def _root(response: bytes) -> etree._Element:
    try:
        return etree.fromstring(plain(response), _parser())
    except etree.XMLSyntaxError as error:  # libxml2 is stricter than expat, such as with xml:id
        raise SamlError("it isn't well-formed XML") from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def _only_assertion(root: etree._Element) -> etree._Element:
    if root.tag != _RESPONSE:
        raise SamlError("it is no SAML 2.0 response")
    if next(root.iter(f"{ASSERTION}EncryptedAssertion"), None) is not None:
        raise SamlError("its assertion is encrypted, and the provider has no private key")
    found = list(root.iter(_ASSERTION))
    if len(found) != 1 or found[0].getparent() is not root:
        raise SamlError(
            f"it has {len(found) or 'no'} assertions, and one must stand right under the response"
        )
    return found[0]


def _check_ids(root: etree._Element) -> None:
    names = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
    ids = Counter(value for element in root.iter() for name in names if (value := element.get(name)))
    if any(count > 1 for count in ids.values()):
        raise SamlError("two of its elements have the same ID")


def _signed_elements(root: etree._Element, assertion: etree._Element) -> Iterator[etree._Element]:
    parents = [signature.getparent() for signature in root.iter(f"{_DSIG}Signature")]
    for parent in parents:
        if parent is not root and parent is not assertion:
            raise SamlError("it has a signature in a place where none belongs")
    for element in (root, assertion):
        count = sum(parent is element for parent in parents)
        if count > 1:
            raise SamlError("an element of it has two signatures")
        if count:
            yield element


def _verified(
    root: etree._Element, element: etree._Element, certificates: Sequence[x509.Certificate]
) -> bytes:
    _check_reference(element)
    location = "./" if element is root else f"./{_ASSERTION}/"
    for certificate in certificates:
        result = _result(root, location, certificate)
        if result is not None and result.signed_xml is not None:
            if (result.signed_xml.tag, result.signed_xml.get("ID")) != (element.tag, element.get("ID")):
                raise SamlError("its signature covers another element than the one it stands in")
            return result.signed_data
    raise SamlError("its signature isn't one of the provider's keys over what it holds")


def _check_reference(element: etree._Element) -> None:
    (signature,) = element.findall(f"{_DSIG}Signature")
    references = list(signature.iter(f"{_DSIG}Reference"))
    if [each.get("URI") for each in references] != [f"#{element.get('ID')}"]:
        raise SamlError("its signature doesn't refer to the element it stands in, and to nothing else")
    transforms = {each.get("Algorithm") for each in signature.iter(f"{_DSIG}Transform")}
    if not transforms <= _TRANSFORMS:
        raise SamlError("its signature transforms what it covers in a way that SAML doesn't allow")


def _result(root: etree._Element, location: str, certificate: x509.Certificate) -> VerifyResult | None:
    """Return what a signature covers; ``None`` where it isn't good, or not by this certificate's key."""
    configuration = SignatureConfiguration(
        location=location,
        # IAM doesn't look at when certificates end, so each is good at the moment at which it begins.
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        result = XMLVerifier().verify(
            root, x509_cert=certificate, parser=_parser(), id_attribute="ID", expect_config=configuration
        )
    except (SignXMLException, InvalidSignature, etree.LxmlError, ValueError):
        return None
    return result if isinstance(result, VerifyResult) else None
