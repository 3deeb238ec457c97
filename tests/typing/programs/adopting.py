"""Roles that exist already, verified in a line or with the resource."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

import rolecall

by_arn: rolecall.RoleVerification = rolecall.verify(
    "arn:aws:iam::222222222222:role/existing", callers=[{"profile": "tools"}]
)
role = aws.iam.Role("plain", assume_role_policy="{}")
by_role = rolecall.verify(
    role, callers=[{"profile": "tools"}], on_pending="fail", opts=pulumi.ResourceOptions(depends_on=[by_arn])
)
by_output = rolecall.verify(role.arn, name="late", max_age_seconds=3600)
resource = rolecall.RoleVerification(
    "resource",
    role_arn=role.arn,
    trust_policy=role.assume_role_policy,
    verify={"callers": [{"ambient": True}]},
    require={"no_public": True},
    nonce=role.unique_id,
)

verified_arn: pulumi.Output[str] = by_role.verified_arn
verdict: pulumi.Output[str | None] = resource.verdict

by_ci: rolecall.FleetRoleArgs = {"arn": role.arn, "callers": ["ci"]}
defaults: rolecall.FleetDefaultsArgs = {"max_age_seconds": 86400}
fleet = rolecall.FleetVerification(
    "fleet",
    roles=[role, role.arn, "arn:aws:iam::222222222222:role/existing", by_ci],
    callers={"ci": {"profile": "tools"}},
    defaults=defaults,
    calls_per_second=50,
)
verified_arns: pulumi.Output[Sequence[str]] = fleet.verified_arns
