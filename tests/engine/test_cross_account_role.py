"""`pulumi up` declares a role and proves it: what users see when it is right, and when it isn't."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.engine.harness import MakeStack

from rolecall.sandbox.world import World

ROLE_ARN = "arn:aws:iam::222222222222:role/deploy"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
EXTERNAL_ID = "acme-3f1c9a0e7b52"
VENDOR_TRUST = {"accounts": ["333333333333"], "external_ids": [EXTERNAL_ID]}
ALICE_TRUST = {"users": ["arn:aws:iam::111111111111:user/alice"], "requires_mfa": True, "mfa_age": 3600}
ALICE = {
    "profile": "alice",
    "mfa_serial": "arn:aws:iam::111111111111:mfa/alice",
    "mfa_code": {"command": ["rolecall", "sandbox", "code", "alice"]},
}


def program(*, exports: str = "", **arguments: Any) -> str:
    """A program with one role, "deploy", and a bucket that waits for its proof."""
    arguments.setdefault("policies", [READ_ONLY])
    return f"""
import pulumi
import pulumi_aws as aws
import rolecall

role = rolecall.CrossAccountRole("deploy", **{arguments!r})
aws.s3.Bucket("dependant", bucket=role.verified_arn.apply(lambda arn: arn.rsplit("/", 1)[-1] + "-logs"))
pulumi.export("arn", role.verified_arn)
pulumi.export("verdict", role.verdict)
pulumi.export("level", role.level)
pulumi.export("probes", role.probes)
{exports}
"""


def verdicts(outputs: dict[str, Any]) -> dict[str, str]:
    return {f"{probe['caller']}: {probe['kind']}": probe["verdict"] for probe in outputs["probes"]}


def attached(world: World) -> list[str]:
    answer = world.workload.client("iam").list_attached_role_policies(RoleName="deploy")
    return [each["PolicyArn"] for each in answer["AttachedPolicies"]]


def bucket_exists(world: World) -> bool:
    return bool(world.workload.client("s3").list_buckets()["Buckets"])


@pytest.mark.shows("AssumeRole", "declared", "performed")
@pytest.mark.shows("AssumeRole: external ID", "declared", "performed")
@pytest.mark.shows("AssumeRole: MFA", "declared", "performed")
def test_a_right_role_is_proved_then_empowered(stack: MakeStack, world: World) -> None:
    """Everybody meant gets in, everybody else is refused; then come the permissions and the dependants."""
    callers = [{"profile": "vendor"}, ALICE, {"profile": "stranger", "expect": "denied"}]
    deployed = stack(program(trusts=[VENDOR_TRUST, ALICE_TRUST], verify={"callers": callers}))
    deployed.up().ok()

    outputs = deployed.outputs()
    assert (outputs["arn"], outputs["verdict"], outputs["level"]) == (ROLE_ARN, "proved", "live")
    assert verdicts(outputs) == {
        "profile vendor: as-declared": "proved",
        "profile vendor: external-id-absent": "proved",
        "profile vendor: external-id-suffixed": "proved",
        "profile vendor: external-id-unrelated": "proved",
        "profile alice: as-declared": "proved",
        "profile alice: mfa-absent": "proved",
        "profile stranger: stranger": "proved",
    }
    assert attached(world) == [READ_ONLY]
    assert bucket_exists(world)


def test_a_second_up_changes_nothing_and_asks_sts_nothing(stack: MakeStack, world: World) -> None:
    """A proof stands until something changes."""
    deployed = stack(program(trusts=[VENDOR_TRUST], verify={"callers": [{"profile": "vendor"}]}))
    deployed.up().ok()
    world.sandbox.forget_calls()

    deployed.up("--expect-no-changes").ok()
    assert [call for call in world.sandbox.calls if call.operation == "AssumeRole"] == []


def test_a_refresh_of_a_proved_role_finds_nothing(stack: MakeStack, world: World) -> None:
    """Refresh compares the trust policy with the proof; it probes nobody."""
    deployed = stack(program(trusts=[VENDOR_TRUST], verify={"callers": [{"profile": "vendor"}]}))
    deployed.up().ok()
    world.sandbox.forget_calls()

    deployed.refresh("--expect-no-changes").ok()
    assert [call for call in world.sandbox.calls if call.operation == "AssumeRole"] == []


def test_a_preview_shows_no_dependant_as_changed_when_a_probe_is_due(stack: MakeStack) -> None:
    """The verified ARN stays known in a preview, so that only the verification itself is shown."""
    verify = {"callers": [{"profile": "vendor"}], "max_age_seconds": 0}
    deployed = stack(program(trusts=[VENDOR_TRUST], verify=verify))
    deployed.up().ok()

    preview = deployed.preview("--diff").ok()
    assert "1 to update" in preview.output
    assert "max_age_seconds" in preview.output


def test_an_old_proof_is_proved_again(stack: MakeStack, world: World) -> None:
    """Over its age a proof counts as a change: the next up probes again, and says why."""
    verify = {"callers": [{"profile": "vendor"}], "max_age_seconds": 0}
    deployed = stack(program(trusts=[VENDOR_TRUST], verify=verify))
    deployed.up().ok()
    first = deployed.resource(":RoleVerification")["outputs"]["verified_at"]
    world.sandbox.forget_calls()

    again = deployed.up().ok()
    assert "max_age_seconds is 0" in again.output
    assert any(call.operation == "AssumeRole" for call in world.sandbox.calls)
    assert deployed.resource(":RoleVerification")["outputs"]["verified_at"] >= first


def test_a_wrong_external_id_at_the_caller_fails_with_the_reason(stack: MakeStack, world: World) -> None:
    """The caller sends another external ID than the trust lists: refuted, and the role gets nothing."""
    verify = {"callers": [{"profile": "vendor", "external_id": "another-one"}]}
    deployed = stack(program(trusts=[VENDOR_TRUST], verify=verify))
    run = deployed.up().failed()

    assert "profile vendor" in run.output
    assert "Traceback" not in run.output
    assert attached(world) == []
    assert not bucket_exists(world)


@pytest.mark.shows("AssumeRole: external ID", "decided")
def test_a_condition_lost_behind_pulumis_back_is_caught_and_repaired(stack: MakeStack, world: World) -> None:
    """Refresh notices without a probe; the next up restores the condition and proves the role again."""
    deployed = stack(program(trusts=[VENDOR_TRUST], verify={"callers": [{"profile": "vendor"}]}))
    deployed.up().ok()
    open_to_all_of_the_vendor = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    world.workload.client("iam").update_assume_role_policy(
        RoleName="deploy", PolicyDocument=json.dumps(open_to_all_of_the_vendor)
    )
    world.sandbox.forget_calls()

    refreshed = deployed.refresh("--expect-no-changes").failed()
    assert "would get in without an external ID" in refreshed.output
    assert deployed.resource(":RoleVerification")["outputs"]["verdict"] == "refuted"
    assert [call for call in world.sandbox.calls if call.operation == "AssumeRole"] == []

    deployed.up().ok()
    assert deployed.outputs()["verdict"] == "proved"
    deployed.refresh("--expect-no-changes").ok()


def test_a_custom_policy_that_only_mentions_the_external_id_is_refuted(
    stack: MakeStack, world: World
) -> None:
    """IfExists is fulfilled by leaving the external ID out; the probe that does so gets in."""
    custom = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}},
            }
        ],
    }
    deployed = stack(program(custom_role_trust_policy=custom, verify={"callers": [{"profile": "vendor"}]}))
    run = deployed.up().failed()

    assert '"profile vendor" got in without an external ID' in run.output
    assert attached(world) == []
    probes = deployed.resource(":RoleVerification")["outputs"]["probes"]
    assert {probe["kind"]: probe["verdict"] for probe in probes}["external-id-absent"] == "refuted"


def test_a_refuted_role_is_repaired_by_correcting_the_program(stack: MakeStack, world: World) -> None:
    """The verdicts stay in the state, and the next up proves the corrected role and goes on."""
    loose = {"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}}
    custom = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
                "Action": "sts:AssumeRole",
                "Condition": loose,
            }
        ],
    }
    verify = {"callers": [{"profile": "vendor"}]}
    deployed = stack(program(custom_role_trust_policy=custom, verify=verify))
    deployed.up().failed()

    deployed.write(program(trusts=[VENDOR_TRUST], verify=verify))
    deployed.up().ok()
    assert deployed.outputs()["verdict"] == "proved"
    assert attached(world) == [READ_ONLY]


def test_mfa_that_the_caller_cannot_show_is_refuted(stack: MakeStack) -> None:
    """Without a device a caller doesn't get into a role that asks for MFA; the report says what it lacks."""
    deployed = stack(program(trusts=[ALICE_TRUST], verify={"callers": [{"profile": "alice"}]}))
    run = deployed.up().failed()
    assert "aws:MultiFactorAuthPresent" in run.output


FORCE_MFA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "sts:AssumeRole",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}


def test_a_callers_own_force_mfa_policy_proves_nothing_about_the_trust(
    stack: MakeStack, world: World
) -> None:
    """The trust would let plain keys in; the caller's own policy refuses them: inconclusive, not proved."""
    world.sandbox.account("111111111111").client("iam").put_user_policy(
        UserName="alice", PolicyName="force-mfa", PolicyDocument=json.dumps(FORCE_MFA)
    )
    custom = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111111111111:user/alice"},
                "Action": "sts:AssumeRole",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ],
    }
    deployed = stack(program(custom_role_trust_policy=custom, verify={"callers": [ALICE]}))
    deployed.up().failed()

    probes = {each["kind"]: each for each in deployed.resource(":RoleVerification")["outputs"]["probes"]}
    assert probes["as-declared"]["verdict"] == "proved"
    assert probes["mfa-absent"]["verdict"] == "inconclusive"
    assert probes["mfa-absent"]["enforced_by"] == "caller"


def test_a_caller_whose_policy_comes_later_is_pending_and_settled_by_its_own_stack(
    stack: MakeStack, world: World, tmp_path: Path
) -> None:
    """The owner's stack warns and goes on; the caller's stack brings the policy and proves the way in."""
    new = world.sandbox.account("333333333333").user("new")
    profiles = {**world.profiles, "new": new.credentials}
    owner = world.sandbox.environment(default=world.workload.admin, profiles=profiles, directory=tmp_path)
    verify = {"callers": [{"profile": "new"}], "on_inconclusive": "warn"}
    declared = stack(program(trusts=[VENDOR_TRUST], verify=verify), environment=owner)
    run = declared.up().ok()

    assert declared.outputs()["verdict"] in {"pending", "inconclusive"}
    probes = {each["kind"]: each["verdict"] for each in declared.outputs()["probes"]}
    assert probes["as-declared"] == "pending"
    assert "profile new" in run.output

    callers = world.sandbox.environment(
        default=world.sandbox.account("333333333333").admin, profiles=profiles, directory=tmp_path
    )
    other = stack(CALLERS_STACK, environment=callers)
    other.up().ok()
    assert other.outputs()["verdict"] == "proved"


CALLERS_STACK = f"""
import json
import pulumi
import pulumi_aws as aws
import rolecall

may = aws.iam.UserPolicy("may-assume", user="new", policy=json.dumps({{
    "Version": "2012-10-17",
    "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{ROLE_ARN}"}}],
}}))
proof = rolecall.verify(
    "{ROLE_ARN}",
    callers=[{{"profile": "new", "external_id": "{EXTERNAL_ID}"}}],
    owner={{"profile": "workload"}},
    opts=pulumi.ResourceOptions(depends_on=[may]),
)
pulumi.export("verdict", proof.verdict)
"""


def test_a_role_that_becomes_assumable_later_is_waited_for(stack: MakeStack, world: World) -> None:
    """A fresh role is refused for six seconds; the deployment succeeds soon after."""
    world.sandbox.faults.propagation(6)
    deployed = stack(program(trusts=[VENDOR_TRUST], verify={"callers": [{"profile": "vendor"}]}))
    deployed.up().ok()

    outputs = deployed.outputs()
    assert outputs["verdict"] == "proved"
    first = next(probe for probe in outputs["probes"] if probe["kind"] == "as-declared")
    assert first["attempts"] > 2
    report = deployed.resource(":RoleVerification")["outputs"]["report"]
    assert report["waited_seconds"] < 9


def test_a_role_that_never_becomes_assumable_fails_with_the_reason(stack: MakeStack, world: World) -> None:
    """At the timeout the run fails; the role has no permissions, and nothing that waits for it exists."""
    world.sandbox.faults.never_propagate(ROLE_ARN)
    verify = {"callers": [{"profile": "vendor"}], "allowed_timeout_seconds": 3}
    deployed = stack(program(trusts=[VENDOR_TRUST], verify=verify))
    run = deployed.up().failed()

    assert "profile vendor" in run.output
    assert "Traceback" not in run.output
    assert attached(world) == []
    assert not bucket_exists(world)


EXISTING = f"""
import pulumi
import rolecall

proof = rolecall.verify("{ROLE_ARN}", callers=[{{"profile": "vendor"}}])
pulumi.export("verdict", proof.verdict)
"""


def test_any_existing_role_can_be_verified(stack: MakeStack, world: World) -> None:
    """A role that rolecall doesn't declare is adopted in a line, by its live trust policy."""
    world.workload.role("deploy", trust_policy({"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}))
    adopted = stack(EXISTING)
    adopted.up().ok()
    assert adopted.outputs()["verdict"] == "proved"


def test_an_unreachable_endpoint_is_inconclusive_and_says_where(stack: MakeStack, world: World) -> None:
    """No answer is neither proved nor refuted; the sentence names the endpoint."""
    world.workload.role("deploy", trust_policy({"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}))
    adopted = stack(EXISTING)
    run = adopted.up(AWS_ENDPOINT_URL_STS="http://127.0.0.1:9").failed()

    assert "127.0.0.1:9" in run.output
    assert "Traceback" not in run.output
    assert adopted.resource(":RoleVerification")["outputs"]["verdict"] == "inconclusive"


def trust_policy(condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
                "Action": "sts:AssumeRole",
                "Condition": condition,
            }
        ],
    }


def test_two_stacks_at_once_do_not_disturb_each_other(stack: MakeStack, world: World) -> None:
    """Two deployments with the same caller and the same MFA device run side by side."""
    one = stack(program(trusts=[VENDOR_TRUST], verify={"callers": [{"profile": "vendor"}]}, name="one"))
    two = stack(
        program(trusts=[VENDOR_TRUST], verify={"callers": [{"profile": "vendor"}]}, name="two"), name="two"
    )
    runs = [each.start("up", "--yes", "--skip-preview") for each in (one, two)]
    for run in runs:
        run.finish().ok()
    assert [each.outputs()["verdict"] for each in (one, two)] == ["proved", "proved"]


def test_an_interrupt_while_waiting_ends_the_run_and_the_next_one_recovers(
    stack: MakeStack, world: World
) -> None:
    """^C in mid-wait ends the run without a traceback; afterwards up finishes what was begun."""
    world.sandbox.faults.never_propagate(ROLE_ARN)
    verify = {"callers": [{"profile": "vendor"}], "allowed_timeout_seconds": 30}
    deployed = stack(program(trusts=[VENDOR_TRUST], verify=verify))
    running = deployed.start("up", "--yes", "--skip-preview")
    running.wait_for_text("waiting for profile vendor")
    running.interrupt()
    ended = running.finish()

    assert ended.returncode != 0
    assert "Traceback" not in ended.output
    assert attached(world) == []

    world.sandbox.faults.clear()
    deployed.up().ok()
    assert deployed.outputs()["verdict"] == "proved"


def test_a_killed_engine_is_recovered_from_as_the_docs_say(stack: MakeStack, world: World) -> None:
    """After kill -9 in mid-wait: cancel, refresh without what was pending, up."""
    world.sandbox.faults.never_propagate(ROLE_ARN)
    verify = {"callers": [{"profile": "vendor"}], "allowed_timeout_seconds": 30}
    deployed = stack(program(trusts=[VENDOR_TRUST], verify=verify))
    running = deployed.start("up", "--yes", "--skip-preview")
    running.wait_for_text("waiting for profile vendor")
    running.kill()
    running.finish()
    world.sandbox.faults.clear()

    deployed.pulumi("cancel", "--yes").ok()
    deployed.refresh("--clear-pending-creates").ok()
    deployed.up().ok()
    assert deployed.outputs()["verdict"] == "proved"


BAD = {
    "trusts": [
        {"accounts": ["11111111111"], "external_ids": ["x"]},
        {"users": ["arn:aws:iam::111111111111:user/*"]},
        {"services": ["ec2.amazonaws.com"], "requires_mfa": True},
    ],
    "max_session_duration": 60,
}


def test_bad_input_is_refused_in_the_preview_with_every_fault(stack: MakeStack) -> None:
    """Each fault has the path of its field, the value and what is allowed; there is no traceback."""
    run = stack(program(**BAD)).preview().failed()

    for path in (
        "trusts[0].accounts[0]",
        "trusts[0].external_ids[0]",
        "trusts[1].users[0]",
        "trusts[2].requires_mfa",
        "max_session_duration",
    ):
        assert path in run.output
    assert "11111111111" in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize(
    ("requirement", "trust", "who"),
    [
        ("third_party_external_id", {"accounts": ["333333333333"]}, "333333333333"),
        ("humans_mfa", {"users": ["arn:aws:iam::111111111111:user/alice"]}, "user/alice"),
    ],
)
def test_a_broken_requirement_fails_the_preview_by_name(
    stack: MakeStack, requirement: str, trust: dict[str, Any], who: str
) -> None:
    """What a declaration leaves out is found by what the stack requires."""
    declared = stack(program(trusts=[trust]))
    require = {"own_accounts": ["111111111111"], requirement: True}
    declared.config("rolecall:require", json.dumps(require))
    run = declared.preview().failed()

    assert requirement in run.output
    assert who in run.output
    assert "Traceback" not in run.output


def test_a_stacks_profile_is_what_ambient_means(stack: MakeStack, world: World, tmp_path: Path) -> None:
    """``aws:profile`` of the stack is what "ambient" means to the verification too."""
    environment = world.sandbox.environment(default=None, profiles=dict(world.profiles), directory=tmp_path)
    trusts = [VENDOR_TRUST]
    deployed = stack(
        program(trusts=trusts, verify={"callers": [{"profile": "vendor"}]}), environment=environment
    )
    deployed.config("aws:profile", "workload")
    deployed.up().ok()
    assert deployed.outputs()["verdict"] == "proved"


SECRET_PROGRAM = """
import pulumi
import rolecall

secret = pulumi.Config().require_secret("external-id")
role = rolecall.CrossAccountRole(
    "deploy",
    trusts=[{"accounts": ["333333333333"], "external_ids": [secret]}],
    policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    verify={"callers": [{"profile": "vendor"}, %s]},
)
pulumi.export("arn", role.verified_arn)
pulumi.export("verdict", role.verdict)
pulumi.export("probes", role.probes)
"""


@pytest.mark.parametrize("outcome", ["proved", "refuted"])
def test_a_secret_external_id_is_nowhere_in_clear(stack: MakeStack, world: World, outcome: str) -> None:
    """Neither state, history, backups nor output hold the secret, whether the role is proved or not."""
    secret = "top-secret-4711-acme"
    other = '{"profile": "tools", "expect": "allowed"}' if outcome == "refuted" else ""
    deployed = stack(SECRET_PROGRAM % other)
    deployed.config("external-id", secret, secret=True)

    deployed.preview().ok()
    run = deployed.up()
    assert (run.returncode == 0) == (outcome == "proved"), run.output
    deployed.refresh()
    deployed.up("--refresh")
    world.workload.client("iam").update_assume_role_policy(
        RoleName="deploy", PolicyDocument=json.dumps(trust_policy({"Bool": {"aws:SecureTransport": "true"}}))
    )
    deployed.refresh()
    deployed.destroy().ok()

    assert deployed.leaks([secret]) == []


def test_the_search_for_leaks_finds_one(stack: MakeStack, world: World) -> None:
    """The check behind the promise works: a program that prints a secret is caught."""
    leaky = stack("import pulumi\npulumi.export('oops', 'top-secret-4711-acme')\n")
    leaky.up().ok()
    assert leaky.leaks(["top-secret-4711-acme"])
