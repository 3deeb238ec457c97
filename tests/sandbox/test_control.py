"""Child processes reach the sandbox's own questions over HTTP, and find an environment made for them."""

import configparser
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.sandbox.helpers import TOOLS, Clock, answered, refused, root, trusting

from rolecall.sandbox import Account, Profile, Sandbox, User, world


def ask(sandbox: Sandbox, question: str, body: object = None) -> tuple[int, dict[str, object]]:
    """Return status and content of an answer of the sandbox itself."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{sandbox.endpoint_url}/_rolecall/{question}", data)
    return answered(request)


def test_fresh_codes(sandbox: Sandbox, alice: User, clock: Clock) -> None:
    """Every code handed out works, also when asked for again at once; then one must wait."""
    sts = sandbox.client("sts", alice.credentials)
    clock.now = clock.now.replace(second=10)

    for _ in range(2):
        status, answer = ask(sandbox, f"totp?serial={alice.mfa_serial}")
        assert status == 200
        assert sts.get_session_token(SerialNumber=alice.mfa_serial, TokenCode=answer["code"])
    assert ask(sandbox, f"totp?serial={alice.mfa_serial}") == (409, {"wait_seconds": 20})
    clock.advance(20)
    assert ask(sandbox, f"totp?serial={alice.mfa_serial}")[0] == 200


def test_nobody_gets_the_code_of_another(sandbox: Sandbox, alice: User) -> None:
    """Two who ask at the same time get two codes, although neither was used yet."""
    question = f"totp?serial={alice.mfa_serial}"

    (_, first), (_, second) = ask(sandbox, question), ask(sandbox, question)
    assert first["code"] != second["code"]
    assert ask(sandbox, question)[0] == 409


def test_code_of_no_device(sandbox: Sandbox) -> None:
    """A device that isn't there has no code."""
    assert ask(sandbox, "totp?serial=arn:aws:iam::111111111111:mfa/none")[0] == 404


def test_calls(sandbox: Sandbox, workload: Account, ci: User, alice: User, clock: Clock) -> None:
    """The log tells who asked for what, and neither key nor external ID."""
    role = workload.role("deploy", trusting(root(TOOLS), StringEquals={"sts:ExternalId": "blue-heron"}))
    sts = sandbox.client("sts", ci.credentials)
    sts.assume_role(RoleArn=role.arn, RoleSessionName="run", ExternalId="blue-heron")
    refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run")
    sandbox.client("sts", alice.credentials).get_session_token(
        SerialNumber=alice.mfa_serial, TokenCode=alice.totp()
    )

    calls = sandbox.calls
    assert [(call.operation, call.error_code) for call in calls] == [
        ("AssumeRole", None),
        ("AssumeRole", "AccessDenied"),
        ("GetSessionToken", None),
    ]
    assert [(call.external_id_sent, call.mfa) for call in calls] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    first = calls[0]
    assert (first.caller_arn, first.role_arn, first.session_name) == (ci.arn, role.arn, "run")
    assert (first.at, "Boto3" in first.user_agent) == (clock.now, True)
    status, answer = ask(sandbox, "calls")
    assert (status, len(answer)) == (200, 3)
    text = json.dumps(answer) + repr(calls)
    for secret in (ci.credentials.access_key_id, "blue-heron"):
        assert secret not in text
    sandbox.forget_calls()
    assert sandbox.calls == []


def test_refused_signatures_are_logged(sandbox: Sandbox) -> None:
    """A call that nobody signed is in the log, without a caller."""
    url = f"{sandbox.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url, timeout=10)
    caught.value.close()

    assert [(call.caller_arn, call.error_code) for call in sandbox.calls] == [
        (None, "MissingAuthenticationToken")
    ]


def test_faults(sandbox: Sandbox, ci: User) -> None:
    """Faults can be asked for from outside, and what can't be read is refused."""
    sts = sandbox.client("sts", ci.credentials)

    assert ask(sandbox, "faults", {"throttle": {"count": 1, "operation": "GetCallerIdentity"}}) == (200, {})
    assert refused(sts.get_caller_identity).code == "Throttling"
    spreading = {"seconds": 5, "until": 40, "servers": 3, "region": "eu-west-1"}
    asked = {
        "throttle": {"count": 9},
        "cut": {"count": 2},
        "skew": {"seconds": 600},
        "propagation": spreading,
    }
    assert ask(sandbox, "faults", asked)[0] == 200
    assert ask(sandbox, "faults", {"clear": {}})[0] == 200
    assert sts.get_caller_identity()["Arn"] == ci.arn
    unreadable: list[object] = [
        {"explode": {}},
        {"throttle": {"often": 1}},
        {"throttle": {"count": -1}},
        {"skew": {"seconds": 1e30}},
        {"throttle": {"count": 1}, "explode": {}},
        [],
        "x",
    ]
    for broken in unreadable:
        assert ask(sandbox, "faults", broken)[0] == 400
    assert sts.get_caller_identity()["Arn"] == ci.arn, "what is refused sets nothing"


def test_unknown_question(sandbox: Sandbox) -> None:
    """Anything else is not found."""
    assert ask(sandbox, "secrets")[0] == 404


def test_environment(
    sandbox: Sandbox, ci: User, alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child process gets the sandbox, and nothing of this machine's AWS settings."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("KEPT", "yes")
    hop = Profile(
        role_arn="arn:aws:iam::222222222222:role/deploy",
        source_profile="tools",
        external_id="100%-blue",
        mfa_serial=alice.mfa_serial,
        duration_seconds=900,
    )

    environment = sandbox.environment(
        default=ci.credentials, profiles={"tools": ci.credentials, "hop": hop}, directory=tmp_path / "aws"
    )

    assert environment["AWS_ENDPOINT_URL"] == sandbox.endpoint_url
    assert environment["ROLECALL_SANDBOX"] == f"{sandbox.endpoint_url}/_rolecall"
    assert environment["AWS_ACCESS_KEY_ID"] == ci.credentials.access_key_id
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert environment["KEPT"] == "yes"
    assert {"AWS_PROFILE", "AWS_SESSION_TOKEN"}.isdisjoint(environment)
    assert "127.0.0.1" in environment["NO_PROXY"]
    config = configparser.RawConfigParser()
    config.read([environment["AWS_CONFIG_FILE"], environment["AWS_SHARED_CREDENTIALS_FILE"]])
    assert config["profile hop"]["external_id"] == "100%-blue"
    assert config["tools"]["aws_access_key_id"] == ci.credentials.access_key_id
    for file in (tmp_path / "aws").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600


def test_child_process(sandbox: Sandbox, workload: Account, ci: User, tmp_path: Path) -> None:
    """Plain boto3 in a child assumes a role through its profiles."""
    role = workload.role("deploy", trusting(ci.arn, StringEquals={"sts:ExternalId": "blue-heron"}))
    hop = Profile(role_arn=role.arn, source_profile="tools", external_id="blue-heron")
    environment = sandbox.environment(profiles={"tools": ci.credentials, "hop": hop}, directory=tmp_path)
    program = (
        "import boto3; session = boto3.Session(profile_name='hop');"
        "print(session.client('sts').get_caller_identity()['Arn'])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith("arn:aws:sts::222222222222:assumed-role/deploy/")


def test_world(sandbox: Sandbox, tmp_path: Path) -> None:
    """The world to start with has a workload, its tools, a user with MFA, a vendor and a stranger."""
    made = world.build(sandbox)
    callers = {
        name: sandbox.client("sts", key).get_caller_identity()["Arn"] for name, key in made.profiles.items()
    }

    assert callers == {
        "workload": "arn:aws:iam::222222222222:user/admin",
        "tools": "arn:aws:iam::111111111111:user/ci",
        "alice": "arn:aws:iam::111111111111:user/alice",
        "vendor": "arn:aws:iam::333333333333:user/scanner",
        "stranger": "arn:aws:iam::444444444444:user/stranger",
    }
    assert len(made.alice.totp()) == 6
    environment = made.environment(tmp_path)
    assert environment["AWS_ACCESS_KEY_ID"] == made.workload.admin.access_key_id
    role = made.workload.role("deploy", trusting(root(TOOLS)))
    for caller, allowed in ((made.ci, True), (made.alice, True), (made.stranger, False)):
        sts = sandbox.client("sts", caller.credentials)
        if allowed:
            assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run")
        else:
            assert refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run").status == 403
