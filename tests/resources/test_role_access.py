"""RoleAccess without an engine: the policy it declares, and what it refuses to declare."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from tests.resources.fakes import ROLE, Monitor

from rolecall import CrossAccountRole, RoleAccess

OTHER = "arn:aws:iam::333333333333:role/other"
TAGGED = [{"accounts": ["111111111111"], "session_tags": {"team": ["infra"]}}]

Run = Callable[[Callable[[], Any]], Any]


def actions(policy: str) -> dict[str, Any]:
    """Actions by resource."""
    return {each["Resource"]: each["Action"] for each in json.loads(policy)["Statement"]}


@pytest.mark.parametrize("owner", ["user", "group", "role"])
def test_the_owner_gets_an_inline_policy(run: Run, monitor: Monitor, owner: str) -> None:
    """One inline policy, called as the component, in a user, group or role."""
    run(lambda: RoleAccess("deployers", roles=[ROLE], **{owner: "ops"}))  # type: ignore[arg-type]

    [made] = monitor.of(f":{owner.capitalize()}Policy")
    assert (made.name, made.inputs["name"], made.inputs[owner]) == ("deployers", "deployers", "ops")
    assert actions(made.inputs["policy"]) == {ROLE: "sts:AssumeRole"}


def test_owners_of_the_same_program(run: Run, monitor: Monitor) -> None:
    """A resource stands for its name."""

    def program() -> None:
        group = aws.iam.Group("ops", name="ops")
        RoleAccess("access", roles=[ROLE], group=group)

    run(program)

    [made] = monitor.of(":GroupPolicy")
    assert made.inputs["group"] == "ops"


def test_a_proved_role_as_owner_gets_it_after_its_proof(run: Run, monitor: Monitor) -> None:
    """Prove, then empower: a role that others assume leads on to further roles only once it is proved."""

    def program() -> None:
        hub = CrossAccountRole("hub", trusts=[{"accounts": ["111111111111"]}])
        RoleAccess("access", roles=[OTHER], role=hub)

    run(program)

    order = [each.typ.rpartition(":")[2] for each in monitor.made]
    assert order.index("RoleVerification") < order.index("RolePolicy")


def test_without_an_owner_there_is_the_document(
    run: Run, monitor: Monitor, value: Callable[[pulumi.Output[Any]], Any]
) -> None:
    """For a permission set, say: nothing is made, and ``policy`` tells what to put there."""
    access = run(lambda: RoleAccess("access", roles=[ROLE, OTHER]))

    assert [each.typ for each in monitor.made] == ["rolecall:index:RoleAccess"]
    assert json.loads(value(access.policy))["Statement"][0]["Resource"] == [ROLE, OTHER]


def test_roles_of_the_same_program_tell_what_they_take(
    run: Run, value: Callable[[pulumi.Output[Any]], Any]
) -> None:
    """A trust that asks for session tags needs sts:TagSession on the caller's side, too; others don't."""

    def program() -> RoleAccess:
        tagged = CrossAccountRole("tagged", trusts=TAGGED)
        return RoleAccess("access", roles=[tagged, OTHER])

    assert actions(value(run(program).policy)) == {
        ROLE: ["sts:AssumeRole", "sts:TagSession"],
        OTHER: "sts:AssumeRole",
    }


def test_for_arns_the_program_tells(run: Run, value: Callable[[pulumi.Output[Any]], Any]) -> None:
    """Of a role that is elsewhere only its ARN is known."""
    access = run(lambda: RoleAccess("access", roles=[OTHER], tag_session=True, set_source_identity=True))

    assert actions(value(access.policy))[OTHER] == [
        "sts:AssumeRole",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    ]


def test_a_secret_external_id_does_not_hide_the_policy(
    run: Run, value: Callable[[pulumi.Output[Any]], Any]
) -> None:
    """Which roles may be assumed is no secret, whatever has to be sent."""

    def program() -> pulumi.Output[Any]:
        secret = pulumi.Output.secret("s-1")
        role = CrossAccountRole("r", trusts=[{"accounts": ["111111111111"], "external_ids": [secret]}])
        policy = RoleAccess("access", roles=[role]).policy
        return pulumi.Output.all(policy.is_secret(), policy)

    secret, policy = value(run(program))
    assert (secret, "s-1" in policy) == (False, False)


def test_all_faults_are_told_at_once(run: Run, monitor: Monitor) -> None:
    """One RunError lists every fault, and nothing is declared."""
    with pytest.raises(pulumi.RunError) as caught:
        run(
            lambda: RoleAccess(
                "access", roles=["deploy", ROLE, ROLE], user="a/b", role="ci", requires_mfa=True
            )
        )

    for place in ("roles[0]", "roles[2]", 'user: "a/b"', "user: stands beside role", "requires_mfa"):
        assert place in str(caught.value)
    assert monitor.made == []


@pytest.mark.parametrize("roles", [[], ROLE, None])
def test_roles_are_a_list(run: Run, roles: Any) -> None:
    """Nobody, and a bare ARN, are faults."""
    with pytest.raises(pulumi.RunError, match="roles: is no list of roles"):
        run(lambda: RoleAccess("access", roles=roles))


def test_an_output_is_checked_when_it_is_known(run: Run) -> None:
    """What an output turns out to be is held to the same rules."""
    with pytest.raises(pulumi.RunError, match=r"roles\[0\].*isn't the ARN of a role"):
        run(lambda: RoleAccess("access", roles=[pulumi.Output.from_input("nonsense")], user="ci"))


def test_a_policy_over_the_quota_is_refused_early(run: Run) -> None:
    """IAM would refuse it in the middle of an update."""
    many = [f"arn:aws:iam::222222222222:role/role-number-{index:03}" for index in range(60)]

    with pytest.raises(pulumi.RunError, match="more than the quota of a user"):
        run(lambda: RoleAccess("access", roles=many, user="ci"))
