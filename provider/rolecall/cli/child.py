"""Runs a command as a child process that gets the signals, and passes on its exit code."""

import subprocess
from collections.abc import Mapping, Sequence

import click

from .exits import ExitCode
from .signals import passed_on_to

_SIGNALLED = 128


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a command to its end.

    Args:
        command: program and arguments; no shell.
        environment: all of the command's environment.

    Returns:
        The command's exit code as a shell gives it: 128 + n after signal n, 127 where the program
        isn't found, 126 where it can't be executed.
    """
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
    except FileNotFoundError:
        click.echo(f"Error: {command[0]}: command not found", err=True)
        return ExitCode.COMMAND_NOT_FOUND
    except OSError as error:
        click.echo(f"Error: {command[0]}: {error.strerror}", err=True)
        return ExitCode.COMMAND_NOT_EXECUTABLE
    with child, passed_on_to(child):
        code = child.wait()
    return code if code >= 0 else _SIGNALLED - code
