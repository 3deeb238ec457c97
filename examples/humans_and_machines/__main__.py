"""One role, two kinds of callers: engineers need MFA; a pipeline can't have it, and comes by its own role."""

import pulumi

import rolecall

ALICE = "arn:aws:iam::111111111111:user/alice"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
PIPELINE = "arn:aws:iam::111111111111:role/pipeline"

deploy = rolecall.CrossAccountRole(
    "deploy",
    trusts=[
        {"users": [ALICE], "requires_mfa": True, "mfa_age": 3600},
        {"roles": [PIPELINE], "role_session_name": "deploy-*"},
    ],
    policies=["arn:aws:iam::aws:policy/PowerUserAccess"],
    verify={
        "callers": [
            {
                "profile": "alice",
                "mfa_serial": DEVICE,
                "mfa_code": {"command": ["rolecall", "sandbox", "code", "alice"]},
            },
            {"profile": "pipeline", "session_name": "deploy-proof"},
            {"profile": "tools", "expect": "denied"},
        ],
        "require": "live",
    },
)

pulumi.export("verdict", deploy.verdict)
pulumi.export("arn", deploy.verified_arn)
pulumi.export("for alice", deploy.access(trust=0, source_profile="alice", mfa_serial=DEVICE)["cli_profile"])
pulumi.export("for the pipeline", deploy.access(trust=1, session_name="deploy-main")["aws_provider"])
