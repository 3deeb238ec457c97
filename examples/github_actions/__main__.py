"""A role for one repository's deployments: GitHub vouches for who is calling, and nobody keeps a key."""

import os

import pulumi
import pulumi_aws as aws

import rolecall

github = aws.iam.OpenIdConnectProvider(
    "github",
    url="https://token.actions.githubusercontent.com",
    client_id_lists=["sts.amazonaws.com"],
)

# A job with `id-token: write` has these variables, and so a token to prove the way in with.
in_a_job = "ACTIONS_ID_TOKEN_REQUEST_URL" in os.environ

deploy = rolecall.CrossAccountRole(
    "github-deploy",
    trusts=[rolecall.github(repository="acme/infra", environment="production", provider_arn=github.arn)],
    policies=["arn:aws:iam::aws:policy/PowerUserAccess"],
    verify={"callers": [{"web_identity": {"github": {}}, "name": "this job"}] if in_a_job else []},
)

pulumi.export("verdict", deploy.verdict)
pulumi.export("level", deploy.level)
pulumi.export("arn", deploy.verified_arn)
pulumi.export("step", deploy.access(region="eu-west-1")["github_step"])
