"""A third party's way into our account: by an external ID that we made, for this party alone."""

import pulumi

import rolecall

VENDOR = "333333333333"

external_id = rolecall.ExternalId("acme", prefix="acme")

audit = rolecall.CrossAccountRole(
    "acme-audit",
    description="Read by Acme's scanner",
    trusts=[{"accounts": [VENDOR], "external_ids": [external_id.value]}],
    policies=["arn:aws:iam::aws:policy/SecurityAudit"],
    # We hold no credentials of Acme's. What we can prove: nobody else gets in, not even with the external ID.
    verify={"callers": [{"profile": "tools", "expect": "denied"}]},
)

pulumi.export("verdict", audit.verdict)
pulumi.export("level", audit.level)
pulumi.export("arn", audit.verified_arn)
pulumi.export("for acme", audit.access(name="our-customer", source_profile="acme")["cli_profile"])
