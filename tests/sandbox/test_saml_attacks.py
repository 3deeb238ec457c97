"""Responses that are made to be taken for something they are not: each is refused, for its own reason."""

import copy
from collections.abc import Callable

import pytest
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner
from tests.sandbox.helpers import WORKLOAD, Clock, refused
from tests.sandbox.saml_setting import Setting, as_response, identity_provider, open_setting, the

from rolecall.policy.saml_response import ASSERTION, ATTRIBUTES, PROTOCOL
from rolecall.sandbox import Account, Sandbox
from rolecall.sandbox.saml.idp import Signed, encoded

DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
NOT_BY_ITS_KEY = "its signature isn't one of the provider's keys over what it holds"


@pytest.fixture
def setting(sandbox: Sandbox, workload: Account, clock: Clock) -> Setting:
    return open_setting(sandbox, workload, clock)


def refusal_of(setting: Setting, response: str) -> str:
    """Show a response that must be refused as no genuine one, and return AWS's sentence."""
    refusal = refused(setting.ask, response=response)
    assert (refusal.code, refusal.status) == ("InvalidIdentityToken", 400)
    return refusal.message


def xml(response: etree._Element) -> str:
    return etree.tostring(response).decode()


def evil(assertion: etree._Element) -> etree._Element:
    """Return an unsigned copy of an assertion that says that its subject is the administrator."""
    made = copy.deepcopy(assertion)
    made.set("ID", "_evil")
    for signature in made.findall(f"{DSIG}Signature"):
        made.remove(signature)
    for attribute in made.iter(f"{ASSERTION}Attribute"):
        if attribute.get("Name") == f"{ATTRIBUTES}RoleSessionName":
            attribute[0].text = "admin"
    return made


def signature_in(element: etree._Element) -> etree._Element:
    (signature,) = element.findall(f"{DSIG}Signature")
    return signature


def beside(response: etree._Element, *, before: bool) -> None:
    genuine = the(response, "Assertion")
    (genuine.addprevious if before else genuine.addnext)(evil(genuine))


def around(response: etree._Element) -> None:
    """Put the genuine assertion into the forged one."""
    genuine = the(response, "Assertion")
    forged = evil(genuine)
    response.replace(genuine, forged)
    forged.append(genuine)


def in_the_signature(response: etree._Element) -> None:
    """Put the genuine assertion into an Object of its own signature, which the forged one carries."""
    genuine = the(response, "Assertion")
    forged, signature = evil(genuine), signature_in(genuine)
    response.replace(genuine, forged)
    forged.insert(1, signature)
    etree.SubElement(signature, f"{DSIG}Object").append(genuine)


def in_extensions(response: etree._Element) -> None:
    """Put the genuine assertion aside, and leave the forged one in its place."""
    genuine = the(response, "Assertion")
    response.replace(genuine, evil(genuine))
    extensions = etree.Element(f"{PROTOCOL}Extensions")
    extensions.append(genuine)
    response.insert(1, extensions)


def with_its_signature(response: etree._Element) -> None:
    """Give the forged assertion the signature of the genuine one, which is elsewhere under another name."""
    genuine = the(response, "Assertion")
    forged, signature = evil(genuine), signature_in(genuine)
    response.replace(genuine, forged)
    forged.insert(1, signature)
    extensions = etree.Element(f"{PROTOCOL}Extensions")
    hidden = etree.SubElement(extensions, "{urn:example:other}Assertion", ID=genuine.get("ID") or "")
    hidden.extend(list(genuine))
    response.insert(1, extensions)


def same_id(response: etree._Element) -> None:
    """Give two elements the ID that the signature refers to."""
    genuine = the(response, "Assertion")
    extensions = etree.Element(f"{PROTOCOL}Extensions", ID=genuine.get("ID") or "")
    response.insert(1, extensions)


WRAPPED: dict[str, tuple[Callable[[etree._Element], None], str]] = {
    "before": (lambda response: beside(response, before=True), "it has 2 assertions"),
    "after": (lambda response: beside(response, before=False), "it has 2 assertions"),
    "around": (around, "it has 2 assertions"),
    "in-the-signature": (in_the_signature, "it has 2 assertions"),
    "in-extensions": (in_extensions, "it has 2 assertions"),
    "with-its-signature": (with_its_signature, "its signature doesn't refer to the element it stands in"),
    "same-id": (same_id, "two of its elements have the same ID"),
}


PLACEMENTS = [
    *((placement, Signed.ASSERTION) for placement in WRAPPED),
    # Where the response is signed too, every change breaks that signature; these are noticed before.
    *(
        (placement, signed)
        for placement in ("before", "after", "around", "in-extensions", "same-id")
        for signed in (Signed.RESPONSE, Signed.BOTH)
    ),
]


@pytest.mark.shows("AssumeRoleWithSAML", "enforced")
@pytest.mark.parametrize(("placement", "signed"), PLACEMENTS)
def test_signature_wrapping(setting: Setting, placement: str, signed: Signed) -> None:
    """A forged assertion isn't taken for the signed one, wherever the signed one is moved."""
    wrap, words = WRAPPED[placement]
    response = setting.genuine(signed=signed)
    wrap(response)

    assert words in refusal_of(setting, encoded(response))


@pytest.mark.parametrize("place", ["Extensions", "Object"])
def test_wrapped_response(setting: Setting, place: str) -> None:
    """A signed response within a forged one vouches for nothing."""
    genuine = setting.genuine(signed=Signed.RESPONSE)
    forged = copy.deepcopy(genuine)
    forged.set("ID", "_evil")
    forged.replace(the(forged, "Assertion"), evil(the(forged, "Assertion")))
    signature = signature_in(forged)
    if place == "Object":
        etree.SubElement(signature, f"{DSIG}Object").append(genuine)
    else:
        extensions = etree.Element(f"{PROTOCOL}Extensions")
        extensions.append(genuine)
        forged.insert(1, extensions)

    assert "it has 2 assertions" in refusal_of(setting, encoded(forged))


def test_what_is_not_signed_is_not_read(setting: Setting) -> None:
    """Unsigned elements beside a signed assertion change nothing, even where they look like its parts."""
    response = setting.genuine()
    genuine = the(response, "Assertion")
    stray = evil(genuine)
    for part in list(stray):
        response.append(part)
    disguised = etree.SubElement(response, "{urn:example:other}Assertion")
    disguised.extend(list(evil(genuine)))

    answer = setting.ask(encoded(response))

    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{WORKLOAD}:assumed-role/sso/alice"


@pytest.mark.parametrize("signed", [Signed.ASSERTION, Signed.RESPONSE, Signed.BOTH])
@pytest.mark.parametrize("name", ["NameID", "Audience", "AttributeValue", "Issuer"])
def test_changed_values(setting: Setting, name: str, signed: Signed) -> None:
    """A value that was changed after it was signed is noticed."""
    response = setting.genuine(signed=signed)
    next(the(response, "Assertion").iter(f"{ASSERTION}{name}")).text = "admin"

    assert NOT_BY_ITS_KEY in refusal_of(setting, encoded(response))


@pytest.mark.parametrize("signed", [Signed.ASSERTION, Signed.RESPONSE])
def test_one_of_two_signatures(setting: Setting, signed: Signed) -> None:
    """Where the response and the assertion are both signed, both signatures must hold."""
    response = setting.genuine(signed=Signed.BOTH)
    element = response if signed is Signed.RESPONSE else the(response, "Assertion")
    value = next(signature_in(element).iter(f"{DSIG}SignatureValue"))
    value.text = f"{'B' if (value.text or '').startswith('A') else 'A'}{(value.text or '')[1:]}"

    assert NOT_BY_ITS_KEY in refusal_of(setting, encoded(response))


def test_no_signature(setting: Setting) -> None:
    """A response that nobody signed is refused."""
    assert "neither the response nor its assertion is signed" in refusal_of(
        setting, setting.response(signed=Signed.NOTHING)
    )


def test_two_signatures_on_one_element(setting: Setting) -> None:
    """An element has one signature; a second one could be the one that is looked at."""
    response = setting.genuine()
    assertion = the(response, "Assertion")
    assertion.insert(1, copy.deepcopy(signature_in(assertion)))
    for number, signature in enumerate(assertion.findall(f"{DSIG}Signature")):
        signature.set("Id", f"_{number}")

    assert "an element of it has two signatures" in refusal_of(setting, encoded(response))


def test_signature_elsewhere(setting: Setting) -> None:
    """A signature that isn't right under the response or the assertion isn't looked for."""
    response = setting.genuine()
    assertion = the(response, "Assertion")
    the(response, "Subject").append(signature_in(assertion))

    assert "a signature in a place where none belongs" in refusal_of(setting, encoded(response))


@pytest.mark.parametrize("key_info", ["certificate", "key-value"])
def test_another_key(setting: Setting, clock: Clock, key_info: str) -> None:
    """A key that comes along in KeyInfo counts for nothing: only those of the provider's metadata do."""
    forger = identity_provider(clock, number=2)
    response = setting.idp.response(setting.claims)
    assertion = the(response, "Assertion")
    assertion.insert(1, etree.Element(f"{DSIG}Signature", Id="placeholder"))
    signed = XMLSigner(c14n_algorithm=EXCLUSIVE).sign(
        response,
        key=forger.key,
        cert=[forger.certificate] if key_info == "certificate" else None,
        reference_uri=assertion.get("ID"),
        id_attribute="ID",
    )

    assert NOT_BY_ITS_KEY in refusal_of(setting, encoded(signed))


def test_certificate_as_a_shared_secret(setting: Setting) -> None:
    """An HMAC keyed with the certificate, which everybody has, is no signature."""
    response = setting.idp.response(setting.claims)
    assertion = the(response, "Assertion")
    assertion.insert(1, etree.Element(f"{DSIG}Signature", Id="placeholder"))
    signed = XMLSigner(signature_algorithm=SignatureMethod.HMAC_SHA256, c14n_algorithm=EXCLUSIVE).sign(
        response, key=setting.idp.to_pem(), reference_uri=assertion.get("ID"), id_attribute="ID"
    )

    assert NOT_BY_ITS_KEY in refusal_of(setting, encoded(signed))


class _OldSigner(XMLSigner):
    """Signs with what is not to be used any more."""

    def check_deprecated_methods(self) -> None:
        """Let everything through."""


@pytest.mark.parametrize(
    ("signature", "digest"),
    [
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA256),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1),
    ],
    ids=["signature", "digest"],
)
def test_sha_1(setting: Setting, signature: SignatureMethod, digest: DigestAlgorithm) -> None:
    """Signatures and digests by SHA-1 are refused, though the right key made them."""
    response = setting.idp.response(setting.claims)
    assertion = the(response, "Assertion")
    assertion.insert(1, etree.Element(f"{DSIG}Signature", Id="placeholder"))
    signer = _OldSigner(signature_algorithm=signature, digest_algorithm=digest, c14n_algorithm=EXCLUSIVE)
    signed = signer.sign(
        response,
        key=setting.idp.key,
        cert=[setting.idp.certificate],
        reference_uri=assertion.get("ID"),
        id_attribute="ID",
    )

    assert NOT_BY_ITS_KEY in refusal_of(setting, encoded(signed))


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ],
)
def test_transforms(setting: Setting, algorithm: str) -> None:
    """A signature can't choose what it covers by a stylesheet or a path, nor run one."""
    response = setting.genuine()
    transforms = next(response.iter(f"{DSIG}Transforms"))
    etree.SubElement(transforms, f"{DSIG}Transform", Algorithm=algorithm)

    assert "transforms what it covers" in refusal_of(setting, encoded(response))


@pytest.mark.parametrize("uri", ["", "#_other", "https://idp.example.com/assertion", "#xpointer(/)", None])
def test_references(setting: Setting, uri: str | None) -> None:
    """A signature refers to the element it stands in, by its ID."""
    response = setting.genuine()
    reference = next(response.iter(f"{DSIG}Reference"))
    if uri is None:
        del reference.attrib["URI"]
    else:
        reference.set("URI", uri)

    assert "doesn't refer to the element it stands in" in refusal_of(setting, encoded(response))


def test_two_references(setting: Setting) -> None:
    """A second reference could be the only one that is looked at."""
    response = setting.genuine()
    reference = next(response.iter(f"{DSIG}Reference"))
    reference.addnext(copy.deepcopy(reference))

    assert "and to nothing else" in refusal_of(setting, encoded(response))


def test_encrypted_assertion(setting: Setting) -> None:
    """An assertion that can't be read isn't passed over."""
    response = setting.genuine(signed=Signed.RESPONSE)
    etree.SubElement(response, f"{ASSERTION}EncryptedAssertion")

    assert "its assertion is encrypted" in refusal_of(setting, encoded(response))


LAUGHS = "".join(
    f'<!ENTITY l{number} "{"".join(f"&l{number - 1};" for _ in range(10))}">' for number in range(1, 10)
)
DTDS = {
    "external-entity": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "network-entity": '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter-entity": '<!DOCTYPE r [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>',
    "bomb": f'<!DOCTYPE r [<!ENTITY l0 "lol">{LAUGHS}<!ENTITY x "&l9;">]>',
    "quadratic": f'<!DOCTYPE r [<!ENTITY x "{"x" * 20_000}">]>',
    "external-dtd": '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/r.dtd">',
    "attributes": "<!DOCTYPE r [<!ATTLIST samlp:Response ID ID #IMPLIED>]>",
    "nothing": "<!DOCTYPE r>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("dtd", DTDS)
def test_document_types(setting: Setting, dtd: str, encoding: str) -> None:
    """A document type declaration is where it ends: no entity is ever defined, read or expanded."""
    text = xml(setting.genuine())
    if "<!ENTITY x " in DTDS[dtd]:
        text = text.replace(">alice<", ">&x;<")
    document = f'<?xml version="1.0" encoding="{encoding}"?>{DTDS[dtd]}{text}'

    message = refusal_of(setting, as_response(document.encode(encoding)))

    assert message == "Response signature invalid: it holds a document type declaration"


@pytest.mark.parametrize(
    ("inserted", "what"),
    [("<!-- -->", "a comment"), ("<?php ?>", "a processing instruction")],
    ids=["comment", "instruction"],
)
@pytest.mark.parametrize("name", ["NameID", "AttributeValue", "Issuer"])
def test_comments_in_values(setting: Setting, name: str, inserted: str, what: str) -> None:
    """A comment within a value cuts it short for some readers, and signatures don't notice; it is refused."""
    response = setting.genuine()
    value = next(the(response, "Assertion").iter(f"{ASSERTION}{name}")).text or ""
    cut = value.replace(value, f"{value[:2]}{inserted}{value[2:]}")
    document = xml(response).replace(f">{value}<", f">{cut}<")

    assert (
        refusal_of(setting, as_response(document.encode())) == f"Response signature invalid: it holds {what}"
    )


@pytest.mark.parametrize("depth", [50, 5000])
def test_nested_input(setting: Setting, depth: int) -> None:
    """Elements nested deeper than any response has them are refused at once."""
    response = xml(setting.genuine())
    nest = f"{'<a>' * depth}{'</a>' * depth}</samlp:Response>"

    message = refusal_of(setting, as_response(response.replace("</samlp:Response>", nest).encode()))

    assert message == "Response signature invalid: its elements are nested more than 40 deep"


def test_huge_input(setting: Setting) -> None:
    """A response of more than 100,000 characters isn't even decoded."""
    response = xml(setting.genuine()).replace("</samlp:Response>", f"{' ' * 100_000}</samlp:Response>")

    refusal = refused(setting.ask, response=as_response(response.encode()))

    assert refusal.code == "ValidationError"


def test_transform_that_is_not_enveloped(setting: Setting) -> None:
    """A signature over the whole element with itself in it can't hold, and isn't made to."""
    response = setting.genuine()
    for transform in list(response.iter(f"{DSIG}Transform")):
        if transform.get("Algorithm") == SignatureConstructionMethod.enveloped.value:
            parent = transform.getparent()
            assert parent is not None
            parent.remove(transform)

    assert NOT_BY_ITS_KEY in refusal_of(setting, encoded(response))


@pytest.mark.parametrize(
    "mangled", [b"", b"\x00", b"<", b"\xff\xfe<", b"not xml", b"<a/><b/>", b"<samlp:Response/>"]
)
def test_nonsense(setting: Setting, mangled: bytes) -> None:
    """What is no XML at all is refused as such."""
    response = as_response(mangled) or "AAAA"

    assert "it isn't well-formed XML" in refusal_of(setting, response)


def test_readers_agree(setting: Setting) -> None:
    """What one XML reader takes and the other doesn't is refused: both must see the same."""
    response = setting.genuine()
    response.set("{http://www.w3.org/XML/1998/namespace}id", "no name")

    assert "it isn't well-formed XML" in refusal_of(setting, encoded(response))


def test_nothing_of_a_response_comes_back(setting: Setting) -> None:
    """A refusal doesn't repeat what the response says."""
    for response in (
        setting.response(session_name="not allowed!"),
        setting.response(audiences=("https://secret.example.com",)),
        setting.response(recipient="https://secret.example.com"),
        setting.response(tags={"team": "not allowed!"}),
    ):
        message = refusal_of(setting, response)
        assert "not allowed" not in message
        assert "secret" not in message
