"""Roles as a program declares them: every shape, plain and as outputs."""

import pulumi
import pulumi_aws as aws

import rolecall

external_id: pulumi.Output[str] = pulumi.Config().require_secret("external_id")
vendor: rolecall.TrustArgs = {"accounts": ["333333333333"], "external_ids": [external_id]}
engineer: rolecall.TrustArgs = {
    "users": ["arn:aws:iam::111111111111:user/alice"],
    "requires_mfa": True,
    "mfa_age": 3600,
    "role_session_name": "${aws:username}",
}
pipeline: rolecall.TrustArgs = {"roles": [pulumi.Output.from_input("arn:aws:iam::111111111111:role/ci")]}
service: rolecall.TrustArgs = {"services": ["ec2.amazonaws.com"]}

code: rolecall.MfaCodeArgs = {"command": ["rolecall", "sandbox", "code", "alice"]}
alice: rolecall.CallerArgs = {
    "name": "alice",
    "profile": "alice",
    "mfa_serial": "arn:aws:iam::111111111111:mfa/alice",
    "mfa_code": code,
    "expect": "allowed",
}
chain: rolecall.CallerArgs = {
    "ambient": True,
    "via": ["arn:aws:iam::111111111111:role/hub"],
    "external_id": external_id,
    "session_name": "nightly",
    "source_identity": "alice",
    "tags": {"team": "blue"},
    "transitive_tag_keys": ["team"],
}
request: rolecall.GithubTokenArgs = {"audience": "sts.amazonaws.com"}
token: rolecall.WebIdentityArgs = {"github": request}
workflow: rolecall.CallerArgs = {"web_identity": token, "name": "workflow"}
forgotten: rolecall.ExpectArgs = {"caller": "alice", "external_id": "other", "mfa": True, "expect": "denied"}
reads: rolecall.CanDoArgs = {
    "caller": "alice",
    "service": "s3",
    "operation": "list_objects_v2",
    "parameters": {"Bucket": "logs", "MaxKeys": 1},
    "expect": "allowed",
}
how: rolecall.VerifyArgs = {
    "callers": [
        alice,
        chain,
        workflow,
        {"env": "VENDOR_"},
        {"command": ["vault", "read"]},
        {"profile": "none"},
    ],
    "expect": [forgotten],
    "can_do": [reads],
    "regions": ["eu-central-1"],
    "allowed_timeout_seconds": 60,
    "denied_timeout_seconds": 30.5,
    "denied_probes": "live",
    "on_pending": "fail",
    "on_inconclusive": "warn",
    "require": "live",
    "max_age_seconds": 28800,
}
requirements: rolecall.RequireArgs = {
    "own_accounts": ["111111111111"],
    "third_party_external_id": True,
    "humans_mfa": True,
    "no_public": True,
}

boundary = aws.iam.Policy("boundary", policy="{}")
deploy = rolecall.CrossAccountRole(
    "deploy",
    trusts=[vendor, engineer, pipeline, service],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess", boundary],
    inline_policies={"logs": {"Version": "2012-10-17", "Statement": []}},
    max_session_duration=7200,
    permissions_boundary=boundary.arn,
    path="/ops/",
    description="for deployments",
    tags={"team": "platform"},
    verify=how,
    name="deploy",
    opts=pulumi.ResourceOptions(protect=True),
)
whole = rolecall.CrossAccountRole(
    "whole",
    custom_role_trust_policy={"Version": "2012-10-17", "Statement": []},
    policies={"boundary": boundary.arn},
    verify=False,
)

known: list[pulumi.Output[str]] = [
    deploy.arn,
    deploy.name,
    deploy.unique_id,
    deploy.trust_policy,
    deploy.level,
]
perhaps: list[pulumi.Output[str | None]] = [
    deploy.verified_arn,
    deploy.verdict,
    deploy.switch_role_url,
    deploy.switch_role_note,
]
tries: pulumi.Output[int] = deploy.probes.apply(len)

accepted: rolecall.AcceptArgs = {
    "rule": "external-id-if-exists",
    "reason": "the vendor migrates",
    "until": "2027-01-31",
    "where": "/Statement/0",
}
rolecall.CrossAccountRole("accepted", trusts=[{"accounts": ["111111111111"]}], accept=[accepted])
