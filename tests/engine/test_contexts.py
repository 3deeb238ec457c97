"""`pulumi up` of a role for one person behind an application, as a trusted context names that person."""

import pytest
from tests.engine.harness import MakeStack
from tests.sandbox.helpers import WORKLOAD, refused, trusting

from rolecall.sandbox.world import World

IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
CONDITION = {"StringEquals": {"sts:RequestContext/identitystore:UserId": "u-1"}}
TRUST = trusting(WORKLOAD, "sts:AssumeRole", "sts:SetContext", **CONDITION)

PROGRAM = f"""
import pulumi
import rolecall

trusts = [{{"statement": statement}} for statement in {TRUST["Statement"]!r}]
pulumi.export("arn", rolecall.CrossAccountRole("data", trusts=trusts).arn)
"""


@pytest.mark.shows("AssumeRole: contexts", "declared", "enforced")
def test_only_the_person_of_the_context_gets_in(stack: MakeStack, world: World) -> None:
    """The application gets in with its user's assertion, and neither by itself nor with another one's."""
    deployed = stack(PROGRAM)
    deployed.up().ok()
    by_itself = {"RoleArn": deployed.outputs()["arn"], "RoleSessionName": "app"}
    sts = world.workload.client("sts")

    def behind(person: str) -> dict[str, object]:
        assertion = world.sandbox.context_assertion({"identitystore:UserId": person})
        context = {"ProviderArn": IDENTITY_CENTER, "ContextAssertion": assertion}
        return {**by_itself, "ProvidedContexts": [context]}

    assert sts.assume_role(**behind("u-1"))["AssumedRoleUser"]
    assert refused(sts.assume_role, **behind("u-2")).code == "AccessDenied"
    assert refused(sts.assume_role, **by_itself).code == "AccessDenied"
