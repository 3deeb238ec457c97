"""Callers and owners over boto3, against an AWS that enforces."""

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.sts.running import verify

from rolecall.errors import ProbeError
from rolecall.sandbox.world import World
from rolecall.sts import Credentials, Defaults, default_region
from rolecall.verification import (
    Assumed,
    Call,
    Cause,
    Level,
    LiveRole,
    Refused,
    Unanswered,
    Unreadable,
    Verdict,
    read_caller,
    read_verify,
)

REGION = "us-east-1"
EXTERNAL_ID = "acme-3f1c9a0e7b52"


def trust(principal: str, condition: Mapping[str, object] | None = None) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    }
    if condition is not None:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


TOOLS_ROOT = trust("arn:aws:iam::111111111111:root")
WITH_EXTERNAL_ID = trust("arn:aws:iam::333333333333:root", {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}})


def call(arn: str, **changes: Any) -> Call:
    return Call(role_arn=arn, session_name="rolecall-test", **changes)


def caller(raw: Mapping[str, object]) -> Any:
    source = read_caller(raw, path="caller")
    return Credentials().callers([source])[source.name]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param({"profile": "tools"}, id="profile"),
        pytest.param({"env": "TOOLS_"}, id="environment"),
        pytest.param({"command": [sys.executable, "credentials.py"]}, id="command"),
    ],
)
def test_each_source_of_credentials_gets_in(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: dict[str, Any]
) -> None:
    """A profile, environment variables and a credential process are the same caller."""
    role = world.workload.role("deploy", TOOLS_ROOT)
    keys = world.ci.credentials
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLS_ACCESS_KEY_ID", keys.access_key_id)
    monkeypatch.setenv("TOOLS_SECRET_ACCESS_KEY", keys.secret_access_key)
    Path("credentials.py").write_text(
        textwrap.dedent(f"""
            import json
            print(json.dumps({{"Version": 1, "AccessKeyId": "{keys.access_key_id}",
                               "SecretAccessKey": "{keys.secret_access_key}"}}))
        """)
    )

    reply = caller(source).assume(call(role.arn), region=REGION)

    assert isinstance(reply, Assumed)
    assert (reply.account, reply.role_name, reply.role_unique_id) == (
        "222222222222",
        "deploy",
        role.unique_id,
    )


def test_ambient_credentials_are_those_of_the_environment(world: World) -> None:
    """The ambient caller is whom boto3's default chain finds."""
    assert caller({"ambient": True}).identity(region=REGION).account == "222222222222"


def test_a_refusal_is_an_answer(world: World) -> None:
    """AccessDenied comes back as a reply, with its request id."""
    role = world.workload.role("deploy", WITH_EXTERNAL_ID)
    reply = caller({"profile": "vendor"}).assume(call(role.arn), region=REGION)

    assert isinstance(reply, Refused)
    assert (reply.code, bool(reply.request_id)) == ("AccessDenied", True)


def test_a_probe_can_do_nothing_and_is_recognisable(world: World) -> None:
    """Probes carry the user agent and the session name that alarm filters look for."""
    role = world.workload.role("deploy", TOOLS_ROOT)
    caller({"profile": "tools"}).assume(call(role.arn), region=REGION)

    probe = next(each for each in world.sandbox.calls if each.operation == "AssumeRole")
    assert "rolecall/" in (probe.user_agent or "")
    assert probe.session_name == "rolecall-test"


@pytest.mark.shows("AssumeRole: chains", "performed")
def test_a_chain_of_roles_is_walked_first(world: World) -> None:
    """With ``via`` the last role of the chain calls."""
    hub = world.sandbox.account("111111111111").role(
        "hub",
        trust("arn:aws:iam::111111111111:user/ci"),
        policies=[
            {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
            }
        ],
    )
    role = world.workload.role("deploy", trust(hub.arn))
    chained = caller({"profile": "tools", "via": [hub.arn]})

    assert isinstance(chained.assume(call(role.arn), region=REGION), Assumed)
    assert chained.identity(region=REGION).arn.startswith("arn:aws:sts::111111111111:assumed-role/hub/")


ALICE = {
    "profile": "alice",
    "mfa_serial": "arn:aws:iam::111111111111:mfa/alice",
    "mfa_code": {"env": "ALICE_CODE"},
}
MFA = trust("arn:aws:iam::111111111111:user/alice", {"Bool": {"aws:MultiFactorAuthPresent": "true"}})


@pytest.mark.shows("GetSessionToken", "performed")
def test_one_code_serves_many_calls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code works once; the session that it buys is used for every call that needs MFA."""
    roles = [world.workload.role(f"deploy-{number}", MFA) for number in range(3)]
    monkeypatch.setenv("ALICE_CODE", world.alice.totp())
    alice = caller(ALICE)

    replies = [alice.assume(call(role.arn, mfa=True), region=REGION) for role in roles]

    assert all(isinstance(reply, Assumed) for reply in replies)
    assert [each.operation for each in world.sandbox.calls].count("GetSessionToken") == 1


def test_plain_keys_of_the_same_caller_carry_no_mfa(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe without MFA uses the keys, not the session."""
    role = world.workload.role("deploy", MFA)
    monkeypatch.setenv("ALICE_CODE", world.alice.totp())

    assert isinstance(caller(ALICE).assume(call(role.arn), region=REGION), Refused)


def test_a_used_code_is_no_refusal_of_the_role(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that was used before asks no question about the role, so there is no answer."""
    role = world.workload.role("deploy", MFA)
    monkeypatch.setenv("ALICE_CODE", world.alice.totp())
    caller(ALICE).assume(call(role.arn, mfa=True), region=REGION)

    reply = caller(ALICE).assume(call(role.arn, mfa=True), region=REGION)

    assert isinstance(reply, Unanswered)
    assert "used before" in reply.cause


@pytest.mark.parametrize(
    ("source", "part"),
    [
        pytest.param({"profile": "nobody"}, "could not be found", id="unknown profile"),
        pytest.param({"env": "NOBODY_"}, "NOBODY_ACCESS_KEY_ID", id="unset variables"),
        pytest.param({"command": ["false"]}, "Run it by hand", id="failing command"),
    ],
)
def test_missing_credentials_are_told_with_a_way_out(world: World, source: dict[str, Any], part: str) -> None:
    """Who has no credentials can't ask; the sentence says what to do."""
    with pytest.raises(ProbeError, match=part):
        caller(source).identity(region=REGION)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        pytest.param("wrong secret", "SignatureDoesNotMatch", id="wrong secret"),
        pytest.param("unknown key", "InvalidClientTokenId", id="unknown key"),
    ],
)
def test_credentials_that_aws_does_not_take_are_no_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str, code: str
) -> None:
    """A bad key says nothing about the role."""
    keys = world.ci.credentials
    wrong = fault == "wrong secret"
    monkeypatch.setenv("BAD_ACCESS_KEY_ID", keys.access_key_id if wrong else "AKIAAAAAAAAAAAAAAAAA")
    monkeypatch.setenv("BAD_SECRET_ACCESS_KEY", "not-the-secret")

    reply = caller({"env": "BAD_"}).assume(call("arn:aws:iam::222222222222:role/deploy"), region=REGION)

    assert isinstance(reply, Unanswered)
    assert code in reply.cause


def test_an_unreachable_endpoint_is_no_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens: there is no answer, and the sentence says where was asked."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    reply = caller({"profile": "tools"}).assume(call("arn:aws:iam::222222222222:role/deploy"), region=REGION)

    assert isinstance(reply, Unanswered)
    assert "127.0.0.1:9" in reply.cause


def test_a_throttled_call_is_retried_and_never_taken_for_a_refusal(world: World) -> None:
    """Throttling once is survived; throttling on and on is no answer."""
    role = world.workload.role("deploy", TOOLS_ROOT)
    tools = caller({"profile": "tools"})
    tools.identity(region=REGION)
    world.sandbox.faults.throttle(1, "AssumeRole")
    assert isinstance(tools.assume(call(role.arn), region=REGION), Assumed)

    world.sandbox.faults.throttle(10, "AssumeRole")
    reply = tools.assume(call(role.arn), region=REGION)

    assert isinstance(reply, Unanswered)
    assert reply.retryable


def test_the_owner_reads_the_live_role(world: World) -> None:
    """The role comes with its unique id and its trust policy."""
    role = world.workload.role("deploy", WITH_EXTERNAL_ID)
    read = Credentials().owner().role(role.arn)

    assert isinstance(read, LiveRole)
    assert (read.unique_id, read.trust_policy) == (role.unique_id, WITH_EXTERNAL_ID)


@pytest.mark.parametrize(
    ("arn", "missing", "part"),
    [
        ("arn:aws:iam::222222222222:role/gone", True, "NoSuchEntity"),
        ("arn:aws:iam::111111111111:role/deploy", False, "another account"),
    ],
)
def test_a_role_that_cannot_be_read_says_why(world: World, arn: str, missing: bool, part: str) -> None:
    """A missing role, and one of the same name in another account, aren't mistaken for the one meant."""
    world.workload.role("deploy", TOOLS_ROOT)
    read = Credentials().owner().role(arn)

    assert isinstance(read, Unreadable)
    assert read.missing is missing
    assert part in read.cause


def test_a_right_role_is_proved_for_real(world: World) -> None:
    """Both ways, over the wire."""
    role = world.workload.role("deploy", WITH_EXTERNAL_ID)
    report = verify(
        role.arn, {"callers": [{"profile": "vendor"}, {"profile": "stranger", "expect": "denied"}]}
    )

    assert (report.verdict, report.level) == (Verdict.PROVED, Level.LIVE)
    assert [result.kind for result in report.results][-1] == "stranger"


def test_a_role_without_the_condition_is_refuted_for_real(world: World) -> None:
    """The caller sends an external ID, and gets in without it as well."""
    role = world.workload.role("deploy", trust("arn:aws:iam::333333333333:root"))
    report = verify(role.arn, {"callers": [{"profile": "vendor", "external_id": EXTERNAL_ID}]})

    assert report.verdict is Verdict.REFUTED
    assert {each.cause for each in report.results if each.verdict is Verdict.REFUTED} == {Cause.GOT_IN}


def test_a_caller_without_a_policy_of_its_own_is_pending(world: World) -> None:
    """The trust side allows; the caller's own account doesn't yet."""
    new = world.sandbox.account("333333333333").user("new")
    role = world.workload.role("deploy", trust("arn:aws:iam::333333333333:root"))
    spec = read_verify({"callers": [{"env": "NEW_"}]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEW_ACCESS_KEY_ID", new.credentials.access_key_id)
        patch.setenv("NEW_SECRET_ACCESS_KEY", new.credentials.secret_access_key)
        report = verify(role.arn, {"callers": [{"env": "NEW_"}]})

    assert spec.callers[0].name == report.results[0].caller
    assert (report.verdict, report.results[0].cause) == (Verdict.PENDING, Cause.CALLER_SIDE_MISSING)


def test_the_region_of_the_stack_comes_first(world: World) -> None:
    """What the stack configures is preferred to the environment."""
    assert default_region(Defaults(region="eu-west-1")) == "eu-west-1"
    assert default_region() == REGION
