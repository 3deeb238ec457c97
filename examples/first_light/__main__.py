"""A role for a vendor's scanner and for our own on-call engineer: proved, then empowered.

The vendor gets in with its external ID only, the engineer with MFA only, and a stranger not at all.
"""

import pulumi

import rolecall

VENDOR = "333333333333"
ALICE = "arn:aws:iam::111111111111:user/alice"

audit = rolecall.CrossAccountRole(
    "audit",
    description="Read by the vendor's scanner, and by our engineer on call",
    trusts=[
        {"accounts": [VENDOR], "external_ids": ["acme-3f1c9a0e7b52"]},
        {"users": [ALICE], "requires_mfa": True, "mfa_age": 3600},
    ],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    verify={
        "callers": [
            {"profile": "vendor"},
            {
                "profile": "alice",
                "mfa_serial": "arn:aws:iam::111111111111:mfa/alice",
                "mfa_code": {"command": ["rolecall", "sandbox", "code", "alice"]},
            },
            {"profile": "stranger", "expect": "denied"},
        ],
    },
)

pulumi.export("arn", audit.verified_arn)
pulumi.export("verdict", audit.verdict)
pulumi.export("level", audit.level)
