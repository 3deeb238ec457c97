"""Both sides: who may assume a role, and what its tools need."""

from typing import assert_type

import pulumi
import pulumi_aws as aws

import rolecall

hub = rolecall.CrossAccountRole("hub", trusts=[{"users": ["arn:aws:iam::111111111111:user/ci"]}])
group = aws.iam.Group("deployers")

for_role = rolecall.RoleAccess("spokes", roles=["arn:aws:iam::222222222222:role/spoke"], role=hub)
for_group = rolecall.RoleAccess("deploy", roles=[hub, hub.arn], group=group, tag_session=True)
assert_type(for_group.policy, pulumi.Output[str])

caller: rolecall.AccessArgs = {"source_profile": "tools", "duration_seconds": 3600}
pulumi.export("profile", hub.access(**caller)["cli_profile"])
hub.access(trust=hub.name.apply(len), session_tags={"team": "infra"})
