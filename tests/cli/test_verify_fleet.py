"""``rolecall verify`` over many roles: from a file, a Pulumi stack and a Terraform state."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Served

from rolecall.cli.verify.options import VerifyOptions
from rolecall.cli.verify.task import VerifyTask, read_task
from rolecall.errors import DeclarationError
from rolecall.verification import DeniedProbes, Reaction, read_verify

CI = "arn:aws:iam::111111111111:user/ci"
EXTERNAL_ID = "blue-heron-71"
REQUIRED = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
ACCOUNT = "arn:aws:iam::222222222222:role/"
URN = "urn:pulumi:dev::infra::"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:AAAA"}


def trust(principal: object = None, condition: object = REQUIRED) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": principal or {"AWS": CI},
    }
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Condition": condition} if condition else statement],
    }


def test_a_fleet_is_verified(served: Served, tmp_path: Path) -> None:
    """Each role with its own callers and external ID; the report covers all, and the worst decides."""
    good = served.role("fleet-good", CI, REQUIRED)
    other = served.role("fleet-other", CI, {"StringEquals": {"sts:ExternalId": "green-heron-72"}})
    wide = served.role("fleet-wide", CI)
    (tmp_path / "trust.json").write_text(json.dumps(trust()))
    file = tmp_path / "fleet.yaml"
    file.write_text(f"""\
callers:
  tools: {{profile: tools}}
  stranger: {{profile: stranger, expect: denied}}
owners:
  "222222222222": {{profile: workload}}
defaults:
  callers: [tools, stranger]
roles:
  - {{arn: {good}, external_id: {EXTERNAL_ID}, trust_policy: trust.json}}
  - {{arn: {other}, external_id: green-heron-72}}
""")

    done = served.rolecall("verify", "--file", str(file), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    with file.open("a") as more:
        more.write(f"  - {{arn: {wide}, external_id: any-thing, callers: [tools]}}\n")
    worse = served.rolecall("verify", "--file", str(file))

    report = json.loads(done.stdout)
    assert [role["role_arn"] for role in report["roles"]] == [good, other]
    assert all(role["verdict"] == "proved" for role in report["roles"])
    assert {probe["caller"] for probe in report["roles"][0]["probes"]} == {"tools", "stranger"}
    assert EXTERNAL_ID not in done.stdout
    assert worse.returncode == 1
    assert worse.stdout.rstrip().endswith("3 roles:  1 ✘ refuted  2 ✔ proved")


def test_a_file_that_is_wrong_is_told_before_any_call(served: Served, tmp_path: Path) -> None:
    """All faults with their places in the file: 2."""
    file = tmp_path / "fleet.yaml"
    file.write_text("callers: {tools: {profil: x}}\nroles: [{arn: nobody}]\nrequire: {nonsense: true}\n")

    done = served.rolecall("verify", "--file", str(file))

    assert (done.returncode, done.stdout) == (2, "")
    for place in ("callers.tools.profil", "roles[0].arn", "require.nonsense"):
        assert f"fleet.yaml {place}" in done.stderr


def put_fleet(folder: Path, **defaults: object) -> Path:
    file = folder / "fleet.json"
    callers = {"tools": {"profile": "tools"}}
    file.write_text(
        json.dumps({"callers": callers, "defaults": defaults, "roles": [{"arn": f"{ACCOUNT}deploy"}]})
    )
    return file


def test_options_go_before_the_file(tmp_path: Path) -> None:
    """A pipeline's own word counts most, then the file's, then the command's default."""
    file = put_fleet(tmp_path, on_pending="warn")

    plain = read_task(VerifyOptions(file=file, profiles=("tools",))).spec
    told = read_task(VerifyOptions(file=file, profiles=("tools",), gates={"on_pending": "fail"}, wait=30.0))

    assert (plain.on_pending, plain.on_inconclusive) == (Reaction.WARN, Reaction.FAIL)
    assert (told.spec.on_pending, told.spec.allowed_timeout_seconds) == (Reaction.FAIL, 30.0)
    assert told.roles[0].changed


def test_profiles_of_a_file_are_looked_up(tmp_path: Path) -> None:
    """A caller whose profile isn't there is told before any call, with the one that may be meant."""
    with pytest.raises(DeclarationError, match=r'no profile "tools". Perhaps "tool"'):
        read_task(VerifyOptions(file=put_fleet(tmp_path), profiles=("tool",)))


def test_calls_of_a_file_are_looked_up(tmp_path: Path) -> None:
    """What boto3 doesn't have is told before any call, once for all roles that share it."""
    call = {"caller": "tools", "service": "s3", "operation": "head_object", "expect": "allowed"}
    wrong = {**call, "operation": "list_bukets"}
    calls = [wrong, {**call, "parameters": {"Bucket": "b", "Kee": "k"}}]

    with pytest.raises(DeclarationError) as raised:
        read_task(VerifyOptions(file=put_fleet(tmp_path, can_do=calls), profiles=("tools",)))

    told = [str(fault) for fault in raised.value.faults]
    assert [each for each in told if "list_bukets" in each and "list_buckets" in each] == told[:1]
    assert all(each.startswith(f"{ACCOUNT}deploy.can_do[") for each in told)
    assert any("Kee" in each for each in told[1:])


def test_what_a_file_says_is_not_said_beside_it(tmp_path: Path) -> None:
    """Two sources of callers would leave it open which of them is meant."""
    options = VerifyOptions(file=put_fleet(tmp_path), callers=("tools",), external_id="x-1", owner="o")

    with pytest.raises(DeclarationError) as raised:
        read_task(options)

    assert [fault.path for fault in raised.value.faults] == ["--caller", "--external-id", "--owner"]


def test_one_source_of_roles(served: Served, tmp_path: Path) -> None:
    """None and two are a misuse."""
    file = str(put_fleet(tmp_path))

    assert served.rolecall("verify", "--caller", "tools").returncode == 2
    assert served.rolecall("verify", f"{ACCOUNT}x", "--file", file).returncode == 2
    assert served.rolecall("verify", "--file", file, "--rate", "0").returncode == 2


def role_resource(name: str, document: object) -> dict[str, Any]:
    inputs = {
        "assumeRolePolicy": document
        if isinstance(document, dict) and document == SECRET
        else json.dumps(document)
    }
    return {
        "urn": f"{URN}aws:iam/role:Role::{name}",
        "type": "aws:iam/role:Role",
        "inputs": inputs,
        "outputs": {"arn": ACCOUNT + name, "name": name},
    }


def verification(name: str, inputs: dict[str, Any], kind: str = "RoleVerification") -> dict[str, Any]:
    return {
        "urn": f"{URN}pulumi-python:dynamic/rolecall:{kind}::{name}",
        "type": f"pulumi-python:dynamic/rolecall:{kind}",
        "inputs": {"__provider": SECRET, **inputs},
    }


def put_pulumi(folder: Path, resources: list[dict[str, Any]]) -> Path:
    """A ``pulumi`` that knows one command, and one stack."""
    state = folder / "state.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    program = folder / "pulumi"
    program.write_text(
        f'#!/bin/sh\n[ "$*" = "stack export --stack dev --non-interactive" ] && exec cat {state}\n'
        "echo error: no stack named \"'$4'\" found >&2; exit 255\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of that ``pulumi``, which is on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def of_stack(*callers: str, name: str = "dev") -> VerifyTask:
    return read_task(VerifyOptions(stack=name, callers=callers, profiles=callers))


def test_a_stack_is_verified_as_it_declares(stack: Path) -> None:
    """Each verification's own callers, expectations and requirements; the roles beside them as asked."""
    own = {"callers": [{"profile": "vendor", "external_id": EXTERNAL_ID}], "regions": ["eu-west-1"]}
    many = {
        "callers": {"tools": {"profile": "tools"}},
        "roles": [
            {"arn": f"{ACCOUNT}one", "nonce": "AROA1"},
            {"arn": f"{ACCOUNT}two", "trust_policy": json.dumps(trust())},
        ],
    }
    put_pulumi(
        stack,
        [
            role_resource("deploy", trust()),
            role_resource("beside", trust()),
            role_resource("lambda", trust({"Service": "lambda.amazonaws.com"}, None)),
            verification(
                "deploy",
                {
                    "role_arn": f"{ACCOUNT}deploy",
                    "trust_policy": json.dumps(trust()),
                    "verify": own,
                    "require": {"no_public": True},
                },
            ),
            verification("all", many, "FleetVerification"),
        ],
    )

    task = of_stack("audit")

    roles = {role.role_arn.removeprefix(ACCOUNT): role for role in task.roles}
    assert list(roles) == ["deploy", "one", "two", "beside"]
    assert {name: role.spec.callers[0].name for name, role in roles.items()} == {
        "deploy": "profile vendor",
        "one": "tools",
        "two": "tools",
        "beside": "profile audit",
    }
    assert roles["deploy"].spec.regions == ("eu-west-1",)
    assert roles["deploy"].requirements is not None
    assert [role.declared_trust for role in roles.values()] == [trust(), None, trust(), trust()]
    assert task.left_out == ("roles that only services of AWS assume: 1",)


def test_verifications_of_one_role_are_joined(stack: Path) -> None:
    """What sessions can do is a verification of its own, and takes nothing from that of the trust policy."""
    call = {"caller": "profile tools", "service": "s3", "operation": "list_buckets", "expect": "allowed"}
    tools = {"callers": [{"profile": "tools"}]}
    of_trust = {"verify": {**tools, "expect": [{"caller": "profile tools", "expect": "denied"}]}}
    can_do = {"verify": {**tools, "can_do": [call], "denied_probes": "off"}}
    vendor = {"verify": {"callers": [{"profile": "vendor"}]}, "require": {"no_public": True}}
    put_pulumi(
        stack,
        [
            verification(
                name, {"role_arn": f"{ACCOUNT}deploy", "trust_policy": json.dumps(trust()), **inputs}
            )
            for name, inputs in {"deploy": of_trust, "deploy-can-do": can_do, "vendor": vendor}.items()
        ],
    )

    (role,) = of_stack().roles

    assert [caller.name for caller in role.spec.callers] == ["profile tools", "profile vendor"]
    assert [len(role.spec.expect), len(role.spec.can_do)] == [1, 1]
    assert role.spec.denied_probes is DeniedProbes.LIVE
    assert role.requirements is not None
    assert role.declared_trust == trust()


@pytest.mark.parametrize(
    "other",
    [
        {"callers": [{"profile": "tools", "external_id": "other"}]},
        {"callers": [{"profile": "tools"}], "owner": {"profile": "workload"}},
        {"callers": [{"profile": "tools"}], "regions": ["eu-west-1"]},
    ],
)
def test_verifications_that_cannot_be_joined_are_told(other: dict[str, Any], stack: Path) -> None:
    """The first one is made, and nothing of the other is made up."""
    first = {"callers": [{"profile": "tools"}], "owner": {"profile": "tools"}}
    both = {"first": first, "second": other}
    put_pulumi(
        stack, [verification(name, {"role_arn": f"{ACCOUNT}deploy", "verify": v}) for name, v in both.items()]
    )

    task = of_stack()

    assert [role.spec for role in task.roles] == [read_verify(first)]
    (told,) = task.unrepeated
    assert told.startswith(f'the verification "second" of {ACCOUNT}deploy is not repeated: another one ')


def test_secrets_of_a_stack_stay_encrypted(stack: Path) -> None:
    """What only the stack's key opens isn't guessed: it is told, and the role is verified as asked."""
    put_pulumi(
        stack,
        [
            role_resource("deploy", trust()),
            verification("deploy", {"role_arn": f"{ACCOUNT}deploy", "verify": SECRET}),
            role_resource("sealed", SECRET),
        ],
    )

    task = of_stack("audit")

    assert [role.spec.callers[0].name for role in task.roles] == ["profile audit"] * 2
    assert task.unrepeated == ('the verification "deploy" is not repeated: its verify is secret',)
    assert len(of_stack().unrepeated + of_stack().left_out) == 2


@pytest.mark.parametrize(
    ("resources", "name", "told"),
    [
        ([], "dev", "there is no role to verify: it holds none"),
        ([], "other", "the stack can't be read: no stack named 'other' found. Run pulumi in"),
        ([verification("v", {"role_arn": ACCOUNT + "x", "verify": {"caller": 1}})], "dev", "v verify.caller"),
        ([verification("v", {"role_arn": ACCOUNT + "x", "trust_policy": "{"})], "dev", "v trust_policy"),
    ],
)
def test_a_stack_that_cannot_be_read_is_told(
    resources: list[dict[str, Any]], name: str, told: str, stack: Path
) -> None:
    """With the reason, and where in the stack."""
    put_pulumi(stack, resources)

    with pytest.raises(DeclarationError, match=told):
        of_stack("audit", name=name)


def test_without_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the engine is told so."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DeclarationError, match="pulumi can't be run: No such file"):
        of_stack("audit")


def put_tfstate(folder: Path, *roles: tuple[str, object]) -> Path:
    file = folder / "terraform.tfstate"
    resources = [
        {
            "mode": "managed",
            "type": "aws_iam_role",
            "name": name,
            "instances": [
                {
                    "attributes": {
                        "arn": ACCOUNT + name,
                        "name": name,
                        "assume_role_policy": json.dumps(document),
                    }
                }
            ],
        }
        for name, document in roles
    ]
    file.write_text(json.dumps({"version": 4, "terraform_version": "1.9.0", "resources": resources}))
    return file


def test_a_terraform_state_is_verified(served: Served, tmp_path: Path) -> None:
    """Its roles are tried, and held against the trust policies that Terraform wrote."""
    served.role("terraformed", CI, REQUIRED)
    served.role("drifted", CI, {"StringLike": {"sts:ExternalId": EXTERNAL_ID}})
    same = put_tfstate(tmp_path, ("terraformed", trust()))
    proved = served.rolecall("verify", "--tfstate", str(same), "--caller", "tools")
    drifted = put_tfstate(tmp_path, ("terraformed", trust()), ("drifted", trust()))
    found = served.rolecall("verify", "--tfstate", str(drifted), "--caller", "tools")

    assert (proved.returncode, found.returncode) == (0, 1), proved.stdout
    assert "IAM holds another trust policy" in found.stdout


def test_what_is_about_one_role_is_not_asked_of_a_state(tmp_path: Path) -> None:
    """A trust policy and a receipt are of one role."""
    state, policy = put_tfstate(tmp_path, ("a", trust())), tmp_path / "trust.json"
    policy.write_text(json.dumps(trust()))

    with pytest.raises(DeclarationError, match="--trust-policy: it is of one role"):
        read_task(VerifyOptions(tfstate=state, trust_policy=policy, callers=("a",), profiles=("a",)))
