"""The hub's side: the one role that people and pipelines enter, and what leads on from it."""

import pulumi

import rolecall

config = pulumi.Config()
SPOKES = config.require_object("spokes")
CI = "arn:aws:iam::111111111111:user/ci"

hub = rolecall.CrossAccountRole(
    "hub",
    trusts=[{"users": [CI]}],
    verify={"callers": [{"profile": "tools"}, {"profile": "stranger", "expect": "denied"}]},
)
# The spokes' roles needn't be there yet: their names are agreed upon.
rolecall.RoleAccess("spokes", roles=[f"arn:aws:iam::{spoke}:role/spoke" for spoke in SPOKES], role=hub)

pulumi.export("verdict", hub.verdict)
pulumi.export("arn", hub.verified_arn)
