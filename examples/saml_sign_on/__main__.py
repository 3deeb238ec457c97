"""A role for people who sign in with the company's identity provider, by SAML."""

import os
from pathlib import Path

import pulumi
import pulumi_aws as aws

import rolecall

company = aws.iam.SamlProvider(
    "company",
    name="company",
    saml_metadata_document=Path("idp-metadata.xml").read_text(encoding="utf-8"),
)

# A response of the identity provider is good for five minutes; with one at hand, the way in is proved.
response = {"provider_arn": company.arn, "env": "SAML_RESPONSE"}
callers = [{"saml": response, "name": "a colleague"}] if "SAML_RESPONSE" in os.environ else []

audit = rolecall.CrossAccountRole(
    "sso-audit",
    trusts=[{"provider_arn": company.arn}],
    policies=["arn:aws:iam::aws:policy/SecurityAudit"],
    max_session_duration=8 * 3600,
    verify={"callers": callers},
)

pulumi.export("verdict", audit.verdict)
pulumi.export("level", audit.level)
pulumi.export("arn", audit.verified_arn)
# For the identity provider, as a value of the attribute https://aws.amazon.com/SAML/Attributes/Role.
pulumi.export("role attribute", pulumi.Output.concat(audit.arn, ",", company.arn))
