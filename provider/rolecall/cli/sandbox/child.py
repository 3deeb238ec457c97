"""Runs a command in the environment of a sandbox that lives as long as the command does."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import build

from .. import child
from ..signals import stopping_like_interrupt


def run(command: Sequence[str], sandbox: Sandbox) -> int:
    """Starts a sandbox with the default world, runs the command, and stops the sandbox.

    Args:
        command: program and arguments; no shell.
        sandbox: not started yet.

    Returns:
        The command's exit code, as ``child.run`` gives it.

    Raises:
        SandboxError: the sandbox can't be started, with the reason.
    """
    with (
        stopping_like_interrupt(),
        TemporaryDirectory(prefix="rolecall-sandbox-") as directory,
        sandbox,
    ):
        return child.run(command, build(sandbox).environment(Path(directory)))
