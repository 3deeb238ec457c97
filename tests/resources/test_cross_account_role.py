"""CrossAccountRole without an engine: the graph it declares, and what it refuses to declare."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from tests.resources.fakes import EXTERNAL_ID, ROLE, Monitor, trust_policy

from rolecall import CrossAccountRole

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
TRUSTS = [{"accounts": ["111111111111"], "external_ids": [EXTERNAL_ID]}]
S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

Run = Callable[[Callable[[], Any]], Any]


def names(monitor: Monitor, kind: str) -> set[str]:
    return {each.name for each in monitor.of(kind)}


def test_role_gets_the_declared_trust_policy(run: Run, monitor: Monitor) -> None:
    """The trusts become the role's trust policy, and the role's name is the resource's: nothing is random."""
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, max_session_duration=7200))

    [role] = monitor.of("iam/role:Role")
    assert json.loads(role.inputs["assumeRolePolicy"]) == trust_policy()
    assert role.inputs["name"] == "deploy"
    assert role.inputs["maxSessionDuration"] == 7200


def test_proof_knows_the_role_and_its_declaration(run: Run, monitor: Monitor) -> None:
    """The verification gets role, document and settings; its nonce makes a recreated role be proved anew."""
    verify = {"callers": [{"profile": "tools"}]}
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, verify=verify))

    [proof] = monitor.of(":RoleVerification")
    assert proof.inputs["role_arn"] == proof.inputs["verified_arn"] == ROLE
    assert json.loads(proof.inputs["trust_policy"]) == trust_policy()
    assert proof.inputs["verify"] == verify
    assert proof.inputs["nonce"] == "AROAEXAMPLE"


def test_permissions_come_after_the_proof(run: Run, monitor: Monitor) -> None:
    """Prove, then empower: no policy is attached before the verification is there."""
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, policies=[READ_ONLY], inline_policies={"s3": S3}))

    order = [each.typ.rpartition(":")[2] for each in monitor.made]
    assert order[:3] == ["CrossAccountRole", "Role", "RoleVerification"]
    assert sorted(order[3:]) == ["RolePolicy", "RolePolicyAttachment"]


def test_names_come_from_content(run: Run, monitor: Monitor) -> None:
    """The order of a list names nothing: reversed, it makes the same resources, so nothing is replaced."""
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, policies=[READ_ONLY, AUDIT]))
    first = names(monitor, "RolePolicyAttachment")
    monitor.made.clear()
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, policies=[AUDIT, READ_ONLY]))

    assert names(monitor, "RolePolicyAttachment") == first
    assert {name.rpartition("-")[0] for name in first} == {"deploy-ReadOnlyAccess", "deploy-SecurityAudit"}


def test_policies_of_the_same_program(run: Run, monitor: Monitor) -> None:
    """A policy resource names its attachment; an ARN that isn't known yet is named by the user."""

    def program() -> None:
        own = aws.iam.Policy("own", policy=json.dumps(S3))
        CrossAccountRole("one", trusts=TRUSTS, policies=[own])
        CrossAccountRole("two", trusts=TRUSTS, policies={"mine": own.arn})

    run(program)

    assert names(monitor, "RolePolicyAttachment") == {"one-own", "two-mine"}
    assert {each.inputs["policyArn"] for each in monitor.of("RolePolicyAttachment")} == {
        "arn:aws:iam::222222222222:policy/own"
    }


def test_inline_policies_keep_their_names(run: Run, monitor: Monitor) -> None:
    """An inline policy is called as the user calls it, whether it is a dictionary, JSON text or an output."""
    documents = {"a": S3, "b": json.dumps(S3), "c": pulumi.Output.from_input(S3)}
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, inline_policies=documents))

    policies = {each.inputs["name"]: json.loads(each.inputs["policy"]) for each in monitor.of(":RolePolicy")}
    assert policies == {"a": S3, "b": S3, "c": S3}


def test_without_verification_nothing_is_claimed(
    run: Run, monitor: Monitor, value: Callable[[pulumi.Output[Any]], Any]
) -> None:
    """``verify=False`` makes no proof: no verified ARN, no verdict, level none; the policies are attached."""
    role = run(lambda: CrossAccountRole("deploy", trusts=TRUSTS, policies=[READ_ONLY], verify=False))

    assert not monitor.of(":RoleVerification")
    assert len(monitor.of("RolePolicyAttachment")) == 1
    assert [value(each) for each in (role.arn, role.verified_arn, role.verdict, role.level)] == [
        ROLE,
        None,
        None,
        "none",
    ]


def test_secret_external_id_stays_secret(run: Run, value: Callable[[pulumi.Output[Any]], Any]) -> None:
    """A secret external ID makes the trust policy secret; the link to the console, without it, is clear."""

    def program() -> pulumi.Output[Any]:
        secret = pulumi.Output.secret("s-1")
        role = CrossAccountRole("d", trusts=[{"accounts": ["111111111111"], "external_ids": [secret]}])
        return pulumi.Output.from_input([role.trust_policy.is_secret(), role.switch_role_url.is_secret()])

    assert value(run(program)) == [True, False]


def test_all_faults_are_told_at_once(run: Run, monitor: Monitor) -> None:
    """One RunError lists every fault of the whole declaration, and nothing at all is declared."""
    with pytest.raises(pulumi.RunError) as caught:
        run(
            lambda: CrossAccountRole(
                "deploy",
                trusts=[{"accounts": ["11111111111"], "extrenal_ids": ["x-1"]}],
                policies=["nope", READ_ONLY, READ_ONLY],
                inline_policies={"s3": {"Statement": 1}},
                permissions_boundary="arn:aws:iam::111111111111:role/x",
                max_session_duration=60,
                verify={"callers": [{"profil": "tools"}]},
            )
        )

    for place in (
        "trusts[0].accounts[0]",
        "trusts[0].extrenal_ids",
        "policies[0]",
        "policies[2]",
        "inline_policies.s3/Statement",
        "permissions_boundary",
        "max_session_duration",
        "verify.callers[0].profil",
    ):
        assert f"  - {place}: " in str(caught.value)
    assert not monitor.made


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "trusts: is missing"),
        ({"trusts": TRUSTS, "custom_role_trust_policy": trust_policy()}, "stands beside"),
        ({"custom_role_trust_policy": "{"}, "custom_role_trust_policy"),
        (
            {"custom_role_trust_policy": {"Version": "2012-10-17", "Statement": []}},
            "custom_role_trust_policy/",
        ),
        ({"trusts": []}, "trusts: "),
        ({"trusts": TRUSTS, "verify": True}, "verify: True"),
        ({"trusts": TRUSTS, "policies": READ_ONLY}, "policies: is no list"),
        (
            {"trusts": [{"accounts": [f"{number:012}" for number in range(60)]}]},
            "more than the quota of 2048",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_refused(run: Run, arguments: dict[str, Any], told: str) -> None:
    """What can't be right is refused before anything is declared."""
    with pytest.raises(pulumi.RunError, match="deploy") as caught:
        run(lambda: CrossAccountRole("deploy", **arguments))

    assert told in str(caught.value)


def test_output_needs_a_name(run: Run) -> None:
    """An ARN that isn't known yet can't name its attachment; the fault says how to name it."""
    with pytest.raises(pulumi.RunError, match=r"policies\[0\]: is an output.*dictionary that names it"):
        run(lambda: CrossAccountRole("d", trusts=TRUSTS, policies=[pulumi.Output.from_input(READ_ONLY)]))


def test_known_parts_are_checked_beside_outputs(run: Run) -> None:
    """An output in a trust doesn't hide the faults around it."""
    account = pulumi.Output.from_input("111111111111")
    with pytest.raises(pulumi.RunError) as caught:
        run(lambda: CrossAccountRole("d", trusts=[{"accounts": [account, "1"], "mfa_age": "soon"}]))

    assert "trusts[0].accounts[1]" in str(caught.value)
    assert "trusts[0].mfa_age" in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"trusts": [{"accounts": ["1"]}]}, r"trusts\[0\].accounts\[0\]"),
        ({"custom_role_trust_policy": "{}"}, "custom_role_trust_policy"),
        ({"trusts": TRUSTS, "max_session_duration": 60}, "max_session_duration"),
        ({"trusts": TRUSTS, "inline_policies": {"s3": "{}"}}, "inline_policies.s3"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_outputs_are_checked_when_they_resolve(run: Run, arguments: dict[str, Any], told: str) -> None:
    """A value that comes late is checked by the same rules."""
    late = {
        name: (
            {key: pulumi.Output.from_input(each) for key, each in given.items()}
            if name == "inline_policies"
            else pulumi.Output.from_input(given)
        )
        if name != "trusts" or given is not TRUSTS
        else given
        for name, given in arguments.items()
    }
    with pytest.raises(pulumi.RunError, match=told):
        run(lambda: CrossAccountRole("deploy", **late))


def test_late_fault_does_not_tell_a_secret(run: Run) -> None:
    """An external ID that resolves to something AWS doesn't take isn't repeated in the error."""
    secret = pulumi.Output.secret("hush hush")
    with pytest.raises(pulumi.RunError) as caught:
        run(lambda: CrossAccountRole("d", trusts=[{"accounts": ["111111111111"], "external_ids": [secret]}]))

    assert "external_ids[0]" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_broken_requirement_fails_by_name(
    run: Run, monitor: Monitor, configure: Callable[[dict[str, object]], None]
) -> None:
    """A declaration that breaks what the stack requires is never made a role."""
    configure({"third_party_external_id": True})
    with pytest.raises(pulumi.RunError, match='"third_party_external_id" is broken'):
        run(lambda: CrossAccountRole("deploy", trusts=[{"accounts": ["333333333333"]}]))

    assert not monitor.of("iam/role:Role")


def test_own_account_is_no_third_party(
    run: Run, monitor: Monitor, configure: Callable[[dict[str, object]], None]
) -> None:
    """The account of the role itself, which a preview looks up, needs no external ID."""
    configure({"third_party_external_id": True})
    run(lambda: CrossAccountRole("deploy", trusts=[{"accounts": ["222222222222"]}]))

    [proof] = monitor.of(":RoleVerification")
    assert proof.inputs["require"] == {"third_party_external_id": True}


def test_account_is_looked_up_only_where_it_matters(run: Run, monitor: Monitor) -> None:
    """Without requirements nobody needs to know the account, so nothing but the partition is asked."""
    run(lambda: CrossAccountRole("deploy", trusts=TRUSTS))

    assert monitor.invoked == ["aws:index/getPartition:getPartition"]


def test_requirements_of_the_file_add_up_with_those_of_the_stack(
    run: Run, configure: Callable[[dict[str, object]], None], tmp_path: Path
) -> None:
    """``rolecall.yaml`` can't be switched off by a stack's configuration."""
    (tmp_path / "rolecall.yaml").write_text("require:\n  third_party_external_id: true\n")
    configure({"third_party_external_id": False, "own_accounts": ["111111111111"]})

    run(lambda: CrossAccountRole("own", trusts=[{"accounts": ["111111111111"]}]))
    with pytest.raises(pulumi.RunError, match="account 333333333333"):
        run(lambda: CrossAccountRole("vendor", trusts=[{"accounts": ["333333333333"]}]))


def test_requirements_of_the_stack_add_up_with_those_of_the_file(
    run: Run, configure: Callable[[dict[str, object]], None], tmp_path: Path
) -> None:
    """A stack's configuration can't be switched off by ``rolecall.yaml``; lists are joined."""
    file = "require:\n  third_party_external_id: false\n  own_accounts: ['555555555555']\n"
    (tmp_path / "rolecall.yaml").write_text(file)
    configure({"third_party_external_id": True, "own_accounts": ["111111111111"]})

    run(lambda: CrossAccountRole("own", trusts=[{"accounts": ["111111111111", "555555555555"]}]))
    with pytest.raises(pulumi.RunError, match="account 333333333333"):
        run(lambda: CrossAccountRole("vendor", trusts=[{"accounts": ["333333333333"]}]))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("requires:\n  no_public: true\n", "there is no section 'requires'"),
        ("require:\n  no_pubic: true\n", "Did you mean no_public"),
        ("require: 7\n", "is no dictionary"),
        ("- a\n", "is no dictionary"),
        ("{", "is no YAML"),
    ],
)
def test_unreadable_requirements(run: Run, tmp_path: Path, content: str, told: str) -> None:
    """A file of requirements with a typo stops the program: ignored, it would require nothing."""
    (tmp_path / "rolecall.yaml").write_text(content)
    with pytest.raises(pulumi.RunError) as caught:
        run(lambda: CrossAccountRole("deploy", trusts=TRUSTS))

    assert told in str(caught.value)


def test_configuration_that_is_no_object(run: Run) -> None:
    """``rolecall:require`` that isn't a JSON object stops the program."""
    pulumi.runtime.set_all_config({"rolecall:require": "yes"})
    with pytest.raises(pulumi.RunError, match="rolecall:require: is no dictionary"):
        run(lambda: CrossAccountRole("deploy", trusts=TRUSTS))


def test_link_to_the_console(run: Run, value: Callable[[pulumi.Output[Any]], Any]) -> None:
    """People get a link; where an external ID is required there is none, with the reason."""
    open_, closed = run(
        lambda: (
            CrossAccountRole("deploy", trusts=[{"accounts": ["111111111111"]}]),
            CrossAccountRole("other", trusts=TRUSTS),
        )
    )

    link = "https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=deploy&displayName=deploy"
    assert (value(open_.switch_role_url), value(open_.switch_role_note)) == (link, None)
    assert value(closed.switch_role_url) is None
    assert "external ID" in value(closed.switch_role_note)
