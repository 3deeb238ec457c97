"""A role that trusts a SAML provider, and responses to show for it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from lxml import etree
from tests.sandbox.helpers import WORKLOAD, Clock

from rolecall.policy.saml_response import ASSERTION
from rolecall.sandbox import Account, Role, Sandbox
from rolecall.sandbox.saml.idp import SamlClaims, SamlIdentityProvider, Signed, encoded

ENTITY_ID = "https://idp.example.com/saml"
PROVIDER = f"arn:aws:iam::{WORKLOAD}:saml-provider/corp"
SIGN_IN = "https://signin.aws.amazon.com/saml"


@cache
def _key(number: int) -> bytes:
    """Return a key that all tests share, because keys take long to make."""
    return SamlIdentityProvider.new(f"https://{number}.example.com").to_pem()


def identity_provider(clock: Clock, *, entity_id: str = ENTITY_ID, number: int = 1) -> SamlIdentityProvider:
    """Return a provider; another number is another key."""
    return SamlIdentityProvider.from_pem(_key(number), entity_id, clock=clock)


def saml_trust(*actions: str, **condition: object) -> dict[str, object]:
    """Return a trust policy for the provider; ``condition`` maps operators to keys and values."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": ["sts:AssumeRoleWithSAML", *actions],
        "Condition": condition or {"StringEquals": {"SAML:aud": SIGN_IN}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def unsigned_sts(sandbox: Sandbox) -> Any:
    """Return an STS client without credentials, which leaves it to AWS to check parameters."""
    config = Config(signature_version=UNSIGNED, parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("sts", endpoint_url=sandbox.endpoint_url, region_name="us-east-1", config=config)


@dataclass(frozen=True)
class Setting:
    """A role of the workload account, its identity provider, and what that says by default."""

    sandbox: Sandbox
    workload: Account
    idp: SamlIdentityProvider
    role: Role
    claims: SamlClaims = field(repr=False)

    def ask(self, response: str, **parameters: object) -> dict[str, Any]:
        """Show a response."""
        given = {"RoleArn": self.role.arn, "PrincipalArn": PROVIDER, "SAMLAssertion": response}
        answer: dict[str, Any] = unsigned_sts(self.sandbox).assume_role_with_saml(**given | parameters)
        return answer

    def response(self, *, signed: Signed = Signed.ASSERTION, **changed: Any) -> str:
        """Return a response, with some of the claims changed."""
        return self.idp.respond(replace(self.claims, **changed), signed=signed)

    def edited(self, edit: Callable[[etree._Element], object], *, signed: Signed = Signed.ASSERTION) -> str:
        """Return a response that was changed before it was signed."""
        response = self.idp.response(self.claims)
        edit(response)
        return encoded(self.idp.sign(response, signed=signed))

    def genuine(self, *, signed: Signed = Signed.ASSERTION) -> etree._Element:
        """Return a signed response as a tree, to be tampered with."""
        return self.idp.sign(self.idp.response(self.claims), signed=signed)


def open_setting(
    sandbox: Sandbox, workload: Account, clock: Clock, trust: dict[str, object] | None = None
) -> Setting:
    """Make the provider and a role that trusts it."""
    idp = identity_provider(clock)
    workload.client("iam").create_saml_provider(Name="corp", SAMLMetadataDocument=idp.metadata)
    role = workload.role(
        "sso", trust or saml_trust("sts:TagSession", "sts:SetSourceIdentity"), path="/staff/"
    )
    return Setting(sandbox, workload, idp, role, SamlClaims(roles=((role.arn, PROVIDER),)))


def the(response: etree._Element, name: str) -> etree._Element:
    """Return the one element of the assertion's namespace that has this name."""
    (found,) = response.iter(f"{ASSERTION}{name}")
    return found


def as_response(document: bytes) -> str:
    """Return XML as a response."""
    return base64.b64encode(document).decode()
