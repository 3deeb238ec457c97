"""A spoke's side, the same program for every account: only the hub gets in."""

import pulumi

import rolecall

HUB = pulumi.Config().require("hub")

spoke = rolecall.CrossAccountRole(
    "spoke",
    trusts=[{"roles": [HUB]}],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    verify={
        "callers": [
            {"profile": "tools", "via": [HUB], "name": "by way of the hub"},
            {"profile": "tools", "expect": "denied"},
        ],
        "require": "live",
    },
)

pulumi.export("verdict", spoke.verdict)
pulumi.export("arn", spoke.verified_arn)
pulumi.export("cli", spoke.access(source_profile="hub")["cli_profile"])
