"""The role for the day on which nothing else works: few people, a fresh MFA code, an alarm each time."""

import json

import pulumi
import pulumi_aws as aws

import rolecall

ALICE = "arn:aws:iam::111111111111:user/alice"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"

break_glass = rolecall.CrossAccountRole(
    "break-glass",
    description="In an emergency only; every use raises an alarm",
    trusts=[
        {
            "users": [ALICE],
            "requires_mfa": True,
            "mfa_age": 900,
            "source_identity": ["${aws:username}"],
        }
    ],
    policies=["arn:aws:iam::aws:policy/AdministratorAccess"],
    max_session_duration=3600,
    verify={
        "callers": [
            {
                "profile": "alice",
                "source_identity": "alice",
                "mfa_serial": DEVICE,
                "mfa_code": {"command": ["rolecall", "sandbox", "code", "alice"]},
            },
            {"profile": "tools", "expect": "denied"},
        ],
        "require": "live",
        "on_pending": "fail",
        "max_age_seconds": 7 * 24 * 3600,
    },
)

entered = aws.cloudwatch.EventRule(
    "break-glass-entered",
    description="Somebody tries the break-glass role",
    event_pattern=break_glass.arn.apply(
        lambda arn: json.dumps(
            {
                "source": ["aws.sts"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {"eventName": ["AssumeRole"], "requestParameters": {"roleArn": [arn]}},
            }
        )
    ),
)
aws.cloudwatch.EventTarget("break-glass-pager", rule=entered.name, arn=pulumi.Config().require("pager"))

pulumi.export("verdict", break_glass.verdict)
pulumi.export("arn", break_glass.verified_arn)
