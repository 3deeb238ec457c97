"""A role for people who sign in with IAM Identity Center and have a permission set in the tools account."""

import pulumi

import rolecall

TOOLS = "111111111111"

operate = rolecall.CrossAccountRole(
    "operate",
    trusts=[rolecall.permission_set(name="Platform", accounts=[TOOLS])],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    max_session_duration=3600,
    verify={
        "callers": [
            {"profile": "platform"},
            {"profile": "tools", "expect": "denied"},
        ],
    },
)

pulumi.export("verdict", operate.verdict)
pulumi.export("arn", operate.verified_arn)
pulumi.export("cli", operate.access(source_profile="platform")["cli_profile"])
pulumi.export("console", operate.switch_role_url)
