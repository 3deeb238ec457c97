"""What AWS knows of SAML: sign-ins by partition, and the condition keys that an assertion fills in."""

import ast
import subprocess
import sys

import pytest

from rolecall.policy.saml import (
    CLAIM_KEYS,
    context_keys,
    is_audience,
    is_sign_in,
    name_qualifier,
    sign_in_url,
)
from rolecall.policy.saml_response import ATTRIBUTES, SamlError, plain, read_assertion

PROVIDER = "arn:aws:iam::123456789012:saml-provider/MySAMLIdP"
HEAD = (
    '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" IssueInstant="2031-01-01T00:00:00Z">'
)


def assertion(**attributes: tuple[str, ...]) -> bytes:
    """Return an unsigned assertion with attributes, by the ends of their names where AWS reads them."""
    every = {f"{ATTRIBUTES}RoleSessionName": ("alice",), **attributes}
    statements = "".join(
        f'<saml:Attribute Name="{name}">'
        + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in every.items()
    )
    return (
        f"{HEAD}<saml:Issuer>https://example.com/saml</saml:Issuer><saml:Subject>"
        "<saml:NameID>s-4711</saml:NameID>"
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        '<saml:SubjectConfirmationData NotOnOrAfter="2031-01-01T00:05:00.123456789Z" Recipient="https://signin.aws.amazon.com/saml"/>'
        "</saml:SubjectConfirmation></saml:Subject><saml:Conditions/>"
        f"<saml:AttributeStatement>{statements}</saml:AttributeStatement></saml:Assertion>"
    ).encode()


@pytest.mark.parametrize(
    ("url", "partition", "expected"),
    [
        ("https://signin.aws.amazon.com/saml", "aws", True),
        ("https://us-west-2.signin.aws.amazon.com/saml", "aws", True),
        ("https://us-west-2.signin.aws.amazon.com/saml/acs/SAMLSP4X7EXAMPLE", "aws", True),
        ("https://signin.amazonaws.cn/saml", "aws-cn", True),
        ("https://us-gov-east-1.signin.amazonaws-us-gov.com/saml", "aws-us-gov", True),
        ("https://signin.amazonaws.cn/saml", "aws", False),
        ("http://signin.aws.amazon.com/saml", "aws", False),
        ("https://signin.aws.amazon.com/saml/", "aws", False),
        ("https://signin.aws.amazon.com/saml?x", "aws", False),
        ("https://signin.aws.amazon.com.example.com/saml", "aws", False),
        ("https://evil.example.com/https://signin.aws.amazon.com/saml", "aws", False),
        ("https://signinxaws.amazon.com/saml", "aws", False),
        ("https://signin.aws.amazon.com/saml\n", "aws", False),
    ],
)
def test_sign_ins(url: str, partition: str, expected: bool) -> None:
    """A sign-in is a partition's own or one of its regions', and nothing that looks like it."""
    assert is_sign_in(url, partition) is expected
    assert is_audience(url, partition) is expected


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_usual_sign_in(partition: str) -> None:
    """What is asked for where nothing is declared is a sign-in of the partition."""
    assert is_sign_in(sign_in_url(partition), partition)


@pytest.mark.parametrize(
    ("audience", "partition"),
    [
        ("urn:amazon:webservices", "aws"),
        ("urn:amazon:webservices:cn-north-1", "aws-cn"),
        ("urn:amazon:webservices:govcloud", "aws-us-gov"),
    ],
)
def test_audiences(audience: str, partition: str) -> None:
    """Each partition has a name of its own as an audience."""
    found = {each for each in ("aws", "aws-cn", "aws-us-gov") if is_audience(audience, each)}

    assert found == {partition}


def test_name_qualifier() -> None:
    """The hash of AWS's documentation: BASE64(SHA1("https://example.com/saml" + account + "/MySAMLIdP"))."""
    assert name_qualifier("https://example.com/saml", PROVIDER) == "1uAJanUnBc2XeUkHURMht+xam2c="


@pytest.mark.parametrize("name", CLAIM_KEYS)
def test_attributes_with_keys(name: str) -> None:
    """Each attribute that AWS has a key for fills it in; those that can have several values, with all."""
    keys = context_keys(read_assertion(assertion(**{name: ("one", "two")})), PROVIDER)

    assert keys[CLAIM_KEYS[name]] in (["one", "two"], "one")


def test_keys() -> None:
    """Subject, issuer and recipient fill in keys; an attribute that AWS doesn't know fills in none."""
    document = assertion(**{"shoe size": ("43",), f"{ATTRIBUTES}PrincipalTag:team": ("ops",)})

    assert context_keys(read_assertion(document), PROVIDER) == {
        "saml:aud": "https://signin.aws.amazon.com/saml",
        "saml:iss": "https://example.com/saml",
        "saml:sub": "s-4711",
        "saml:sub_type": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "saml:namequalifier": name_qualifier("https://example.com/saml", PROVIDER),
        "saml:doc": "123456789012/MySAMLIdP",
        "sts:RoleSessionName": "alice",
        "aws:RequestTag/team": "ops",
        "aws:TagKeys": ["team"],
    }


def test_nothing_in_reprs() -> None:
    """An assertion shows none of its values."""
    assert repr(read_assertion(assertion())) == "Assertion()"


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
def test_size(size: int) -> None:
    """A document of more than a million bytes isn't read."""
    with pytest.raises(SamlError, match="more than 1000000 bytes"):
        plain(b"<a>" + b" " * size + b"</a>")


def test_comments_where_they_are_let_through() -> None:
    """Metadata may hold comments: nothing is signed there."""
    assert plain(b"<a><!-- --></a>", comments=True)
    with pytest.raises(SamlError, match="a comment"):
        plain(b"<a><!-- --></a>")


def test_tables_need_no_xml() -> None:
    """Who only declares trusts doesn't load an XML parser."""
    program = (
        "import sys, rolecall.policy.declaration; print([m for m in sys.modules if m.startswith('xml')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ast.literal_eval(done.stdout) == []
