"""One MFA code a run: where codes come from, and that none is used twice."""

import sys
import time
from dataclasses import dataclass, field

import pytest

from rolecall.errors import ProbeError
from rolecall.sandbox.world import World
from rolecall.sts import Credentials
from rolecall.sts.mfa import MfaSession, read_code
from rolecall.sts.totp import STEP_SECONDS, code_at
from rolecall.verification import Assumed, Call, CodeKind, CodeSource, read_caller

SERIAL = "arn:aws:iam::111111111111:mfa/alice"
REGION = "us-east-1"
NEEDS_MFA = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        }
    ],
}


def command(*lines: str) -> CodeSource:
    return CodeSource(kind=CodeKind.COMMAND, command=(sys.executable, "-c", "\n".join(lines)))


def test_a_code_comes_from_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's name is the source; its value is the code."""
    monkeypatch.setenv("CODE", " 123456\n")
    assert read_code(CodeSource(kind=CodeKind.ENV, env="CODE"), SERIAL, None) == "123456"


def test_a_code_comes_from_a_command() -> None:
    """What the command prints is the code."""
    assert read_code(command("print('654321')"), SERIAL, None) == "654321"


SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    "source",
    [
        CodeSource(kind=CodeKind.SEED_ENV, env="SEED"),
        CodeSource(kind=CodeKind.SEED_COMMAND, command=(sys.executable, "-c", f"print('{SEED}')")),
    ],
)
def test_a_code_is_computed_from_a_seed(source: CodeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the time given, which is AWS's."""
    monkeypatch.setenv("SEED", SEED)
    assert read_code(source, SERIAL, None, now=lambda: 59.0) == "287082"


def test_a_code_comes_from_a_person() -> None:
    """Whoever is asked is told which device is meant."""
    asked: list[str] = []

    def prompt(serial: str) -> str:
        asked.append(serial)
        return "111222"

    assert read_code(CodeSource(kind=CodeKind.PROMPT), SERIAL, prompt) == "111222"
    assert asked == [SERIAL]


@pytest.mark.parametrize(
    ("source", "part"),
    [
        pytest.param(CodeSource(kind=CodeKind.ENV, env="NOT_SET"), "NOT_SET isn't set", id="unset"),
        pytest.param(CodeSource(kind=CodeKind.PROMPT), "nobody can be asked", id="nobody there"),
        pytest.param(command("print('12345')"), "no six digits", id="five digits"),
        pytest.param(command("print('１２３４５６')"), "no six digits", id="digits of another script"),
        pytest.param(command("raise SystemExit(3)"), "exit code 3", id="failing command"),
        pytest.param(
            CodeSource(kind=CodeKind.COMMAND, command=("/does/not/exist",)), "didn't work", id="no command"
        ),
    ],
)
def test_a_source_without_a_code_says_why(source: CodeSource, part: str) -> None:
    """The sentence names the device and the way out, and holds nothing that was printed."""
    with pytest.raises(ProbeError, match=part) as refused:
        read_code(source, SERIAL, None)
    assert "12345" not in str(refused.value)


@dataclass
class Codes:
    """A device that shows these codes, one after the other."""

    codes: list[str]
    slept: list[float] = field(default_factory=list)
    at: float = 0.0

    def prompt(self, _serial: str) -> str:
        return self.codes.pop(0)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def session(codes: Codes) -> MfaSession:
    source = read_caller({"profile": "alice"}, path="caller")
    return MfaSession(
        keys=Credentials()._open(source),
        serial=SERIAL,
        source=CodeSource(kind=CodeKind.PROMPT),
        prompt=codes.prompt,
        now=codes.now,
        sleep=codes.sleep,
    )


def operations(world: World) -> list[str]:
    return [call.operation for call in world.sandbox.calls]


def test_a_session_is_used_until_it_is_too_old_for_the_trust(world: World) -> None:
    """A trust that wants MFA younger than 15 minutes gets a new session after 14."""
    codes = Codes([world.alice.totp()])
    mfa = session(codes)
    first = mfa.get(900, region=REGION)
    codes.at = 830
    assert mfa.get(900, region=REGION) is first

    codes.at = 850
    codes.codes.append("000000")  # a renewal asks for a code, and this one is wrong
    codes.codes += ["000001", "000002"]
    with pytest.raises(ProbeError, match="didn't take the MFA code"):
        mfa.get(900, region=REGION)


def test_a_code_that_was_used_is_not_sent_again(world: World) -> None:
    """A device that still shows the used code is waited for, to the next step of 30 s."""
    code = world.alice.totp()
    codes = Codes([code, code, code, code])
    mfa = session(codes)
    mfa.get(None, region=REGION)
    codes.at = 7200
    with pytest.raises(ProbeError, match="used before"):
        mfa.get(None, region=REGION)

    assert operations(world).count("GetSessionToken") == 1
    assert codes.slept == [31.0, 30.0]


def test_another_refusal_than_of_the_code_is_told_as_it_is(world: World) -> None:
    """Throttling isn't mistaken for a wrong code."""
    world.sandbox.faults.throttle(20, "GetSessionToken")
    with pytest.raises(ProbeError, match="slow down"):
        session(Codes([world.alice.totp()])).get(None, region=REGION)


def test_codes_go_by_the_clock_of_aws(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is ten minutes off computes the code that AWS expects, after AWS has told its time."""
    world.sandbox.faults.skew(600)
    monkeypatch.setenv("SEED", world.alice.totp_seed or "")
    raw = {"profile": "alice", "mfa_serial": world.alice.mfa_serial, "mfa_code": {"seed_env": "SEED"}}
    source = read_caller(raw, path="caller")
    role = world.workload.role("deploy", NEEDS_MFA)

    caller = Credentials().callers([source])[source.name]
    reply = caller.assume(Call(role_arn=role.arn, session_name="test", mfa=True), region=REGION)
    assert isinstance(reply, Assumed)


def test_a_clock_that_is_off_is_named_where_a_code_is_refused(world: World) -> None:
    """Codes of a device or a program on this machine can't be put right from here."""
    codes = Codes(["000000"] * 3)
    with pytest.raises(ProbeError, match="10 min behind AWS's, and that codes go by AWS's time"):
        session(codes).get(None, region=REGION, skew_seconds=600.0)


def test_callers_with_the_same_device_share_its_session(world: World) -> None:
    """One code serves them all, for a device gives one in 30 s."""
    codes = Codes([world.alice.totp()])
    serial = world.alice.mfa_serial
    raw = {"profile": "alice", "mfa_serial": serial, "mfa_code": {"prompt": True}}
    sources = [read_caller(raw | {"name": name}, path="caller") for name in ("one", "two")]
    role = world.workload.role("deploy", NEEDS_MFA)

    callers = Credentials(prompt=codes.prompt).callers(sources)
    for each in callers.values():
        reply = each.assume(Call(role_arn=role.arn, session_name="test", mfa=True), region=REGION)
        assert isinstance(reply, Assumed)
    assert operations(world).count("GetSessionToken") == 1


def test_a_code_that_the_run_before_used_is_waited_out(world: World) -> None:
    """The command still prints the code of a run that ended a moment ago; the next one is taken."""
    used = world.alice.totp()
    world.sandbox.client("sts", world.alice.credentials).get_session_token(
        SerialNumber=world.alice.mfa_serial, TokenCode=used
    )
    # The sandbox's clock stands for the machine's, and AWS takes the code of the next step too.
    codes = Codes([used, code_at(world.alice.totp_seed or "", time.time() + STEP_SECONDS)], at=10.0)

    assert session(codes).get(None, region=REGION)
    assert codes.slept == [21.0]
