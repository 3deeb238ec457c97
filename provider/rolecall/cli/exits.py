"""Exit codes, and errors that end the command with one and without a traceback."""

import sys
import traceback
from collections.abc import Sequence
from enum import IntEnum
from typing import IO, Any

import click

from rolecall.errors import Fault


class ExitCode(IntEnum):
    """What the command's exit code means."""

    AS_DECLARED = 0
    NOT_AS_DECLARED = 1
    MISUSE = 2
    COULD_NOT_TELL = 3
    COMMAND_NOT_EXECUTABLE = 126
    COMMAND_NOT_FOUND = 127
    INTERRUPTED = 130


class CouldNotTell(click.ClickException):
    """Ends the command because the question could not be asked."""

    exit_code = ExitCode.COULD_NOT_TELL


class Refused(click.ClickException):
    """Ends the command because AWS said no to what it was to get."""

    exit_code = ExitCode.NOT_AS_DECLARED


class Interrupted(click.ClickException):
    """Ends the command after ^C."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted")


class BadInput(click.ClickException):
    """Ends the command with everything that is wrong with the input."""

    exit_code = ExitCode.MISUSE

    def __init__(self, faults: Sequence[Fault]) -> None:
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(str(faults[0]) if len(faults) == 1 else f"{len(faults)} things are wrong:\n{lines}")


class Defect(click.ClickException):
    """Ends the command after an exception that nobody foresaw; its code is never that of an answer."""

    exit_code = ExitCode.COULD_NOT_TELL

    def __init__(self, error: Exception) -> None:
        super().__init__(f"this is a defect of rolecall: {type(error).__name__}")
        self._error = error

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the traceback, then the message."""
        traceback.print_exception(self._error, file=file or sys.stderr)
        super().show(file)
