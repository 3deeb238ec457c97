"""Trusts of every kind, with presets and an external ID that the stack makes."""

import pulumi
import pulumi_aws as aws

import rolecall

provider = aws.iam.OpenIdConnectProvider("github", url="https://token.actions.githubusercontent.com")
acme = rolecall.ExternalId(
    "acme",
    prefix="acme",
    secret=True,
    keepers={"year": pulumi.Output.from_input("2026")},
    opts=pulumi.ResourceOptions(protect=True),
)
vendor: rolecall.TrustArgs = {"accounts": ["333333333333"], "external_ids": [acme.value]}
people: rolecall.TrustArgs = {
    "accounts": ["111111111111"],
    "permission_sets": ["Admin"],
    "organization_ids": ["o-a1b2c3d4e5"],
    "source_identity": ["${aws:username}"],
    "session_tags": {"team": ["ops", acme.value]},
    "source_ips": ["203.0.113.0/24"],
    "not_before": "2026-01-01T00:00:00Z",
    "not_after": "2026-12-31T23:59:59Z",
    "conditions": {"StringEquals": {"aws:PrincipalTag/team": acme.value}},
}
sign_in: rolecall.TrustArgs = {"provider_arn": provider.arn, "saml_endpoints": ["https://example.com/saml"]}
token: rolecall.TrustArgs = {
    "provider_arn": provider.arn,
    "oidc_subjects": ["job:*"],
    "oidc_audiences": ["me"],
    "oidc_claims": {"ref": ["main"]},
}
service: rolecall.TrustArgs = {
    "services": ["sns.amazonaws.com"],
    "source_accounts": ["111111111111"],
    "source_arns": ["arn:aws:sns:*:111111111111:*"],
}
kept_out: rolecall.TrustArgs = {"sessions": ["arn:aws:sts::111111111111:assumed-role/ci/x"], "deny": True}
whole: rolecall.TrustArgs = {"statement": {"Effect": "Deny", "Principal": {"AWS": "*"}}}

uuid = "22222222-2222-4222-8222-222222222222"
deploy = rolecall.CrossAccountRole(
    "deploy",
    trusts=[
        vendor,
        people,
        sign_in,
        token,
        service,
        kept_out,
        whole,
        rolecall.github(repository="acme/infra", environment="prod", provider_arn=provider.arn),
        rolecall.gitlab(project="acme/infra", branch=["main", "release/*"], provider_arn="arn"),
        rolecall.terraform_cloud(organization="acme", workspace="prod", provider_arn="arn"),
        rolecall.bitbucket(workspace_uuid=f"{{{uuid}}}", repository_uuid=f"{{{uuid}}}", provider_arn="arn"),
        rolecall.circleci(organization_id=uuid, project_id=uuid, provider_arn="arn"),
        rolecall.eks_service_account(namespace="prod", service_account="api", provider_arn="arn"),
        rolecall.permission_set(name="Admin", accounts=["111111111111"]),
    ],
)
value: pulumi.Output[str] = acme.value
