"""A verification of many roles, with callers made up: what is printed, and what the exit code says."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rolecall.cli import main
from rolecall.cli.exits import CouldNotTell, ExitCode, Interrupted
from rolecall.cli.verify.answer import TABLE, TO_TERMINAL, Target
from rolecall.cli.verify.command import command
from rolecall.cli.verify.options import VerifyOptions
from rolecall.cli.verify.run import Opened, Running, run
from rolecall.cli.verify.task import VerifyTask, read_task
from rolecall.errors import ProbeError
from rolecall.policy import CallerSide
from rolecall.reports import FORMATS
from rolecall.verification import (
    Assumed,
    Call,
    Caller,
    CallerSource,
    Identity,
    LiveRole,
    Refused,
    Reply,
    Unanswered,
    Unreadable,
)

ARN = "arn:aws:iam::222222222222:role/"
SECRET = "blue-heron-71"
TRUST: Mapping[str, object] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::111111111111:user/ci"},
            "Condition": {"StringEquals": {"sts:ExternalId": SECRET}},
        }
    ],
}


@dataclass
class FakeCaller:
    """A caller whose answers are a function of the call."""

    answer: Callable[[Call], Reply]
    name: str = "profile tools"
    has_mfa: bool = False

    def identity(self, *, region: str) -> Identity:
        return Identity(arn="arn:aws:iam::111111111111:user/ci", account="111111111111", user_id="AIDA1")

    def assume(self, call: Call, *, region: str) -> Reply:
        return self.answer(call)

    def role_arn(self) -> None:
        return None

    def own_side(self) -> CallerSide:
        return CallerSide()


class FakeOwner:
    """Reads every role with the same trust policy."""

    def role(self, role_arn: str) -> LiveRole | Unreadable:
        return LiveRole(
            arn=role_arn, unique_id="AROA1", trust_policy=TRUST, max_session_duration_seconds=3600
        )


def assumed(call: Call) -> Assumed:
    return Assumed(
        account="222222222222",
        role_name=call.role_arn.rpartition("/")[2],
        role_unique_id="AROA1",
        request_id="r-1",
        milliseconds=12.0,
    )


def enforced(call: Call) -> Reply:
    """An STS that enforces the external ID."""
    if call.external_id == SECRET:
        return assumed(call)
    return Refused(code="AccessDenied", message="not authorized", request_id="r-2", milliseconds=9.0)


def open_door(call: Call) -> Reply:
    """An STS that lets everybody in."""
    return assumed(call)


def silent(_call: Call) -> Reply:
    return Unanswered(cause="Could not connect to the endpoint.")


def task(*names: str, gates: Mapping[str, str] | None = None) -> VerifyTask:
    return read_task(
        VerifyOptions(
            role_arns=tuple(ARN + name for name in names),
            callers=("tools",),
            profiles=("tools",),
            gates=gates or {},
        ),
        environment={},
    )


@dataclass
class FakeAccess:
    """Opens the same caller and the same owner for all."""

    answer: Callable[[Call], Reply]

    def callers(self, sources: Sequence[CallerSource]) -> Mapping[str, Caller]:
        return {source.name: FakeCaller(self.answer) for source in sources}

    def owner(self, source: CallerSource | None) -> FakeOwner:
        return FakeOwner()


def verify(
    to_do: VerifyTask,
    answer: Callable[[Call], Reply],
    *,
    target: Target = TO_TERMINAL,
    workers: int = 4,
) -> ExitCode:
    def opened(_rate: float, _prompt: Callable[[str], str]) -> Opened:
        return Opened(access=FakeAccess(answer), region="eu-west-1")

    return run(to_do, target=target, opened=opened, running=Running(concurrency=workers))


def test_a_role_as_declared_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything proved: the table is on stdout, nothing on stderr."""
    assert verify(task("deploy"), enforced) is ExitCode.AS_DECLARED

    out, err = capsys.readouterr()
    assert out.startswith(f'role "deploy"  {ARN}deploy\nverdict ✔ proved')
    assert err == ""


def test_an_open_role_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    """A caller who gets in without the external ID is told in a sentence."""
    assert verify(task("deploy"), open_door) is ExitCode.NOT_AS_DECLARED
    assert '"profile tools" got in without an external ID' in capsys.readouterr().out


def test_silence_exits_with_3() -> None:
    """No answer is no verdict, and by default that is not good enough."""
    assert verify(task("deploy"), silent) is ExitCode.COULD_NOT_TELL


@pytest.mark.parametrize(
    ("answer", "code"), [(enforced, ExitCode.COULD_NOT_TELL), (open_door, ExitCode.NOT_AS_DECLARED)]
)
def test_a_declared_verification_that_is_not_made_is_never_0(
    answer: Callable[[Call], Reply], code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a stack wants to know and nobody asked isn't as declared, however good all else is."""
    sealed = replace(task("deploy"), unrepeated=('the verification "sealed" is not repeated',))

    assert verify(sealed, answer) is code
    assert capsys.readouterr().err == 'the verification "sealed" is not repeated\n'


def test_open_questions_may_be_tolerated() -> None:
    """With ``--on-inconclusive warn`` an open question doesn't count."""
    tolerant = task("deploy", gates={"on_inconclusive": "warn"})

    assert verify(tolerant, silent) is ExitCode.AS_DECLARED


def test_refuted_outweighs_could_not_tell() -> None:
    """One role that is not as declared decides, however many others could not be told."""

    def mixed(call: Call) -> Reply:
        return open_door(call) if call.role_arn.endswith("open") else silent(call)

    assert verify(task("a", "open", "b"), mixed) is ExitCode.NOT_AS_DECLARED


def test_many_roles_come_in_the_order_given(capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever role is finished first, the reports stand as asked for, with a summary below."""
    second_is_finished = threading.Event()

    def first_comes_last(call: Call) -> Reply:
        if call.role_arn.endswith("first"):
            second_is_finished.wait(10)
        if call.role_arn.endswith("third"):  # taken up by the worker that has finished the second
            second_is_finished.set()
        return enforced(call)

    names = ["first", "second", "third"]
    verify(task(*names), first_comes_last, workers=2)

    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if line.startswith("role ")]
    assert shown == [f'role "{name}"  {ARN}{name}' for name in names]
    assert lines[-1] == "3 roles:  3 ✔ proved"


def test_json_has_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` is one document in the numbered format, and the external ID isn't in it."""
    verify(task("b", "a"), open_door, target=Target("json"))

    text = capsys.readouterr().out
    document = json.loads(text)
    assert (document["format"], document["verdict"]) == (1, "refuted")
    assert [f"{ARN}a", f"{ARN}b"] == [role["role_arn"] for role in document["roles"]]
    assert SECRET not in text


def test_a_role_that_could_not_be_asked_does_not_spoil_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is raised for one role is told on stderr; the others have their reports; the code is 3."""

    def broken(call: Call) -> Reply:
        if call.role_arn.endswith("bad"):
            raise ProbeError("the credentials ran out")
        return enforced(call)

    assert verify(task("good", "bad"), broken) is ExitCode.COULD_NOT_TELL

    out, err = capsys.readouterr()
    assert 'role "good"' in out
    assert err.endswith(f'role "bad" ({ARN}bad): the credentials ran out\n')


def test_a_defect_is_not_hidden() -> None:
    """An exception that nobody foresaw, in whichever thread, comes to the surface."""

    def broken(_call: Call) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verify(task("a", "b"), broken)


def test_an_interrupt_shows_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """After ^C the finished roles are reported, and the others are named as unfinished."""

    def interrupted(call: Call) -> Reply:
        if call.role_arn.endswith("slow"):
            raise KeyboardInterrupt
        return enforced(call)

    with pytest.raises(Interrupted):
        verify(task("quick", "slow", "later"), interrupted, target=Target("json"), workers=1)

    document = json.loads(capsys.readouterr().out)
    assert document["unverified"] == [
        {"role_arn": f"{ARN}{name}", "reason": "interrupted before there was an answer"}
        for name in ("later", "slow")
    ]
    assert [f"{ARN}quick"] == [role["role_arn"] for role in document["roles"]]


def test_the_command_offers_every_format() -> None:
    """The names that ``--format`` takes are those that reports have, and the table."""
    (option,) = (each for each in command.params if each.name == "format_name")

    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == [TABLE, *FORMATS]


@pytest.mark.parametrize("name", [TABLE, *FORMATS])
def test_every_format_goes_to_a_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--output`` the file holds what else is on standard output, without a secret."""
    file = tmp_path / "report"

    code = verify(task("deploy", "audit"), open_door, target=Target(name, file))

    assert (code, *capsys.readouterr()) == (ExitCode.NOT_AS_DECLARED, "", "")
    text = file.read_text(encoding="utf-8")
    assert "got in without an external ID" in text
    assert "deploy" in text
    assert SECRET not in text


def test_a_file_that_cannot_be_written_is_no_answer(tmp_path: Path) -> None:
    """Where the report can't be told nobody may take the exit code for one."""
    with pytest.raises(CouldNotTell, match="can't be written"):
        verify(task("deploy"), enforced, target=Target("html", tmp_path))


def test_what_is_tolerated_is_no_error_in_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--on-inconclusive warn`` the formats for machines say what the exit code says."""
    verify(task("deploy", gates={"on_inconclusive": "warn"}), silent, target=Target("github"))

    out = capsys.readouterr().out
    assert out.startswith("::warning title=")
    assert "::error" not in out


MISUSE: Mapping[str, tuple[list[str], str]] = {
    "two formats": (["--json", "--format", "html"], "--json is short for --format json"),
    "no folder": (["--output", "/no/such/folder/report.html"], "there is no folder"),
    "no format": (["--format", "pdf"], "'pdf' is not one of"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_misuse_is_told_before_any_call(case: str) -> None:
    """What can't come to a report is refused with 2 before anything is asked."""
    words, told = MISUSE[case]

    done = CliRunner().invoke(main, ["verify", f"{ARN}deploy", *words])

    assert done.exit_code == ExitCode.MISUSE
    assert told in done.output
