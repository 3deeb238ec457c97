"""What a type checker says about programs like those of users; the programs are never run."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import rolecall

PROGRAMS: Final = Path(__file__).parent / "programs"
MARK: Final = re.compile(r"# error: (?P<code>[a-z-]+)$")
REPORTED: Final = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: .*\[(?P<code>[a-z-]+)\]$")

Place = tuple[str, int, str]
"""File, line and code of an error."""


def marked() -> set[Place]:
    """The errors that the programs ask for."""
    return {
        (program.name, number, found["code"])
        for program in PROGRAMS.glob("*.py")
        for number, line in enumerate(program.read_text(encoding="utf-8").splitlines(), start=1)
        if (found := MARK.search(line))
    }


@pytest.mark.timeout(900)  # mypy reads all of pulumi-aws the first time: a minute and more on a small machine
def test_mistakes_are_reported_and_nothing_else_is(pytestconfig: pytest.Config) -> None:
    """``mypy --strict``, without settings of this project, reports exactly the marked lines.

    Every public name is used as users do; what is right passes, without a plugin or an ignored line.
    """
    assert pytestconfig.cache is not None
    mypy = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "mypy",
                "--strict",
                "--config-file=",
                "--no-pretty",
                "--hide-error-context",
            ),
            *("--cache-dir", str(pytestconfig.cache.mkdir("mypy")), "."),
        ],
        cwd=PROGRAMS,
        capture_output=True,
        text=True,
        timeout=880,
        check=False,
    )
    assert mypy.stderr == ""

    lines = [line for line in mypy.stdout.splitlines() if ": note: " not in line]
    reported = {
        (found["file"], int(found["line"]), found["code"])
        for line in lines
        if (found := REPORTED.match(line))
    }
    assert reported == marked(), mypy.stdout
    assert len(marked()) >= 9


def test_every_public_name_is_used() -> None:
    """A public name that no program uses isn't known to be typed as users need it."""
    used = "".join(
        each.read_text(encoding="utf-8") for each in PROGRAMS.glob("*.py") if each.name != "mistakes.py"
    )
    assert [name for name in rolecall.__all__ if f"rolecall.{name}" not in used] == []
