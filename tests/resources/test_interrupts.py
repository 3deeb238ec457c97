"""How a program ends that is interrupted."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys
from pulumi.runtime.settings import SETTINGS
from rolecall.resources.interrupts import end_quietly_when_interrupted
SETTINGS.monitor = {monitor}
end_quietly_when_interrupted()
try:
    {happens}
finally:
    os.kill(os.getpid(), signal.SIGINT) if {again} else None
    print("tidied up")
"""
INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"
MOCKS = "__import__('pulumi.runtime.mocks').runtime.mocks.MockMonitor(None)"


def run(monitor: str, happens: str, *, again: bool = False) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(monitor=monitor, happens=happens, again=again)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("again", [False, True])
def test_interrupt_is_quiet(again: bool) -> None:
    """A SIGINT ends a program without a traceback, and a second one doesn't disturb its tidying up."""
    done = run("object()", INTERRUPT, again=again)

    assert (done.stdout, done.stderr) == ("tidied up\n", "")
    assert done.returncode != 0


def test_other_errors_are_told() -> None:
    """Every other exception keeps its traceback."""
    done = run("object()", "raise ValueError('look')")

    assert "ValueError: look" in done.stderr


@pytest.mark.parametrize("monitor", ["None", MOCKS])
def test_process_of_somebody_else_is_left_alone(monitor: str) -> None:
    """Under unit tests with mocks the process isn't ours, so nothing is hidden."""
    assert "KeyboardInterrupt" in run(monitor, INTERRUPT).stderr
