"""What a person sees on stderr while roles are verified."""

import io

import pytest
from click.testing import CliRunner
from rich.console import Console

from rolecall.cli.verify.status import QUIET_SECONDS, Status


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_a_line_now_and_then() -> None:
    """Where lines stay, each role speaks at once and then every ten seconds at most."""
    out, clock = io.StringIO(), Clock()
    with Status(Console(file=out, width=200), total=2, clock=clock) as status:
        status.tell("deploy", "waiting: 0 s")
        status.tell("deploy", "waiting: 1 s")
        status.tell("audit", "waiting: 0 s")
        clock.now += QUIET_SECONDS
        status.tell("deploy", "waiting: 10 s")

    assert out.getvalue() == "deploy: waiting: 0 s\naudit: waiting: 0 s\ndeploy: waiting: 10 s\n"


def test_a_terminal_gets_a_bar() -> None:
    """On a terminal there is a bar with the count and the last word, and it goes away in the end."""
    out = io.StringIO()
    with Status(Console(file=out, width=100, force_terminal=True), total=3, clock=Clock()) as status:
        status.tell("deploy", "waiting [red]for[/red] it\x1b[2J")
        status.finished()

    assert "1/3" in out.getvalue()
    assert "deploy: waiting [red]for[/red] it\N{REPLACEMENT CHARACTER}" in out.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_is_asked_on_stderr(terminal: bool) -> None:
    """A question goes to stderr, for stdout is for answers."""

    def ask() -> str:
        console = Console(file=io.StringIO(), force_terminal=terminal)
        with Status(console, total=1, clock=Clock()) as status:
            return status.ask("MFA code for alice")

    runner = CliRunner()
    with runner.isolation(input="123456\n") as (stdout, stderr, _):
        assert ask() == "123456"
        assert stdout.getvalue() == b""
        assert b"MFA code for alice: " in stderr.getvalue()


def test_a_log_is_told_how_far_it_is() -> None:
    """Where there is no bar, a line tells the number of finished roles every ten seconds."""
    out, clock = io.StringIO(), Clock()
    with Status(Console(file=out, width=200), total=10_000, clock=clock) as status:
        status.finished(7_990)
        clock.now += QUIET_SECONDS
        status.finished()
        status.finished()

    assert out.getvalue() == "7,991 of 10,000 roles are done\n"
