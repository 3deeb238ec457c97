"""SAML as AWS sees it: sign-in endpoints, attribute names, and the condition keys that assertions fill in."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from .arn import Arn
from .consoles import CONSOLES
from .request import ContextValue

if TYPE_CHECKING:
    from .saml_response import Assertion

_AUDIENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws": ("urn:amazon:webservices",),
    "aws-cn": ("urn:amazon:webservices:cn-north-1",),
    "aws-us-gov": ("urn:amazon:webservices:govcloud",),
}
_SIGN_IN_PATH: Final = r"/saml(/acs/[\w-]+)?"

_NAME_ID_FORMAT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_KEPT: Final = ("saml:namequalifier", "saml:sub", "saml:sub_type")
"""Keys of an assertion that stay with the session."""
_EDU_PERSON: Final = "urn:oid:1.3.6.1.4.1.5923.1.1.1."
_EDU_ORG: Final = "urn:oid:1.3.6.1.4.1.5923.1.2.1."
_SOAP: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"

CLAIM_KEYS: Final[Mapping[str, str]] = {
    f"{_EDU_PERSON}1": "saml:edupersonaffiliation",
    f"{_EDU_PERSON}2": "saml:edupersonnickname",
    f"{_EDU_PERSON}3": "saml:edupersonorgdn",
    f"{_EDU_PERSON}4": "saml:edupersonorgunitdn",
    f"{_EDU_PERSON}5": "saml:edupersonprimaryaffiliation",
    f"{_EDU_PERSON}6": "saml:edupersonprincipalname",
    f"{_EDU_PERSON}7": "saml:edupersonentitlement",
    f"{_EDU_PERSON}8": "saml:edupersonprimaryorgunitdn",
    f"{_EDU_PERSON}9": "saml:edupersonscopedaffiliation",
    f"{_EDU_PERSON}10": "saml:edupersontargetedid",
    f"{_EDU_PERSON}11": "saml:edupersonassurance",
    f"{_EDU_ORG}2": "saml:eduorghomepageuri",
    f"{_EDU_ORG}3": "saml:eduorgidentityauthnpolicyuri",
    f"{_EDU_ORG}4": "saml:eduorglegalname",
    f"{_EDU_ORG}5": "saml:eduorgsuperioruri",
    f"{_EDU_ORG}6": "saml:eduorgwhitepagesuri",
    "urn:oid:2.5.4.3": "saml:cn",
    "2.5.4.3": "saml:commonName",
    "2.5.4.4": "saml:surname",
    "2.5.4.42": "saml:givenName",
    "2.5.4.45": "saml:x500UniqueIdentifier",
    "0.9.2342.19200300.100.1.1": "saml:uid",
    "0.9.2342.19200300.100.1.3": "saml:mail",
    "0.9.2342.19200300.100.1.45": "saml:organizationStatus",
    f"{_SOAP}name": "saml:name",
    "http://schemas.xmlsoap.org/claims/CommonName": "saml:commonName",
    f"{_SOAP}givenname": "saml:givenName",
    f"{_SOAP}surname": "saml:surname",
    f"{_SOAP}emailaddress": "saml:mail",
    f"{_SOAP}uid": "saml:uid",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "saml:primaryGroupSID",
}
"""The condition key of each attribute that has one, by the attribute's name (AWS page: Configure SAML
assertions for the authentication response, "Mapping SAML attributes to AWS trust policy context keys")."""

OWN_KEYS: Final = ("saml:doc", "saml:iss", "saml:namequalifier", "saml:sub", "saml:sub_type")
"""The keys, besides ``saml:aud``, that every assertion fills in."""

MULTIVALUED: Final = frozenset(
    {
        "saml:edupersonaffiliation",
        "saml:edupersonassurance",
        "saml:edupersonentitlement",
        "saml:edupersonnickname",
        "saml:edupersonorgdn",
        "saml:edupersonorgunitdn",
        "saml:edupersonprimaryorgunitdn",
        "saml:edupersonscopedaffiliation",
        "saml:edupersontargetedid",
    }
)
"""Keys of assertions that can have several values (AWS page: IAM and AWS STS condition context keys)."""


CLAIMS: Final = frozenset(key.lower().removeprefix("saml:") for key in (*OWN_KEYS, *CLAIM_KEYS.values()))
"""What can be tested beside ``saml:aud``: the keys in lower case, without the part before the colon."""


def sign_in_url(partition: str) -> str:
    """Return the sign-in to which assertions are sent where nothing else is said, and ``SAML:aud``."""
    return f"https://{_host(partition)}/saml"


def is_sign_in(url: str, partition: str) -> bool:
    """Whether a URL is a sign-in of a partition: the global one or a region's, with or without a provider id.

    AWS page: AWS sign-in endpoints and quotas; for ``/acs/``: Configure SAML assertions.
    """
    host = re.escape(_host(partition))
    return re.fullmatch(rf"https://([a-z0-9-]+\.)?{host}{_SIGN_IN_PATH}", url, re.ASCII) is not None


def _host(partition: str) -> str:
    return CONSOLES.get(partition, CONSOLES["aws"]).sign_in_host()


def is_audience(value: str, partition: str) -> bool:
    """Whether an ``Audience`` names AWS in a partition."""
    return is_sign_in(value, partition) or value in _AUDIENCES.get(partition, _AUDIENCES["aws"])


def name_qualifier(issuer: str, provider_arn: str) -> str:
    """Return the hash that tells subjects of providers apart (AWS page: AssumeRoleWithSAML)."""
    provider = Arn.parse(provider_arn)
    text = f"{issuer}{provider.account}/{provider.name}"
    return base64.b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


def subject_type(name_id_format: str) -> str:
    """Return the format of a NameID as AWS tells it: what SAML itself defines without its prefix."""
    return name_id_format.removeprefix(_NAME_ID_FORMAT)


def context_keys(assertion: "Assertion", provider_arn: str) -> dict[str, ContextValue]:
    """Return the condition keys that an assertion fills in.

    Args:
        assertion: what the identity provider says.
        provider_arn: the SAML provider of IAM that stands for it.
    """
    return dict(_keys(assertion, provider_arn))


def kept_keys(keys: Mapping[str, ContextValue], provider_arn: str) -> dict[str, ContextValue]:
    """Return the condition keys of later requests with the session ("IAM and STS condition context keys").

    Args:
        keys: of the assertion.
        provider_arn: the SAML provider of IAM that stands for it.
    """
    return {**{name: keys[name] for name in _KEPT}, "aws:FederatedProvider": provider_arn}


def _keys(assertion: "Assertion", provider_arn: str) -> Iterator[tuple[str, ContextValue]]:
    provider = Arn.parse(provider_arn)
    yield "saml:aud", assertion.recipient
    yield "saml:iss", assertion.issuer
    yield "saml:sub", assertion.subject
    yield "saml:sub_type", subject_type(assertion.subject_format)
    yield "saml:namequalifier", name_qualifier(assertion.issuer, provider_arn)
    yield "saml:doc", f"{provider.account}/{provider.name}"
    for name, values in assertion.attributes.items():
        key = CLAIM_KEYS.get(name)
        if key is not None and values:
            yield key, list(values) if key in MULTIVALUED else values[0]
    yield "sts:RoleSessionName", assertion.session_name
    yield from assertion.session.keys().items()
