"""One MFA code a run: where codes come from, and that none is used twice."""

import sys
from dataclasses import dataclass, field

import pytest

from rolecall.errors import ProbeError
from rolecall.sandbox.world import World
from rolecall.sts import Credentials
from rolecall.sts.mfa import MfaSession, read_code
from rolecall.verification import CodeKind, CodeSource, read_caller

SERIAL = "arn:aws:iam::111111111111:mfa/alice"
REGION = "us-east-1"


def command(*lines: str) -> CodeSource:
    return CodeSource(kind=CodeKind.COMMAND, command=(sys.executable, "-c", "\n".join(lines)))


def test_a_code_comes_from_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's name is the source; its value is the code."""
    monkeypatch.setenv("CODE", " 123456\n")
    assert read_code(CodeSource(kind=CodeKind.ENV, env="CODE"), SERIAL, None) == "123456"


def test_a_code_comes_from_a_command() -> None:
    """What the command prints is the code."""
    assert read_code(command("print('654321')"), SERIAL, None) == "654321"


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
