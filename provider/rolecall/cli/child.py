"""Runs a command in the environment of a sandbox that lives as long as the command does."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import build

from .exits import ExitCode
from .signals import passed_on_to, stopping_like_interrupt

_SIGNALLED = 128


def run(command: Sequence[str], *, port: int, region: str) -> int:
    """Starts a sandbox with the default world, runs the command, and stops the sandbox.

    Args:
        command: program and arguments; no shell.
        port: on 127.0.0.1; 0 for any free one.
        region: region of the sandbox.

    Returns:
        The command's exit code as a shell gives it: 128 + n after signal n, 127 where the program
        isn't found, 126 where it can't be executed.

    Raises:
        SandboxError: the sandbox can't be started, with the reason.
    """
    with (
        stopping_like_interrupt(),
        TemporaryDirectory(prefix="rolecall-sandbox-") as directory,
        Sandbox(region=region, port=port) as sandbox,
    ):
        return _exit_code(command, build(sandbox).environment(Path(directory)))


def _exit_code(command: Sequence[str], environment: Mapping[str, str]) -> int:
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
