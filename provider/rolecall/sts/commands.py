"""What a user's own command prints: an MFA code, or a SAML response."""

import subprocess
from typing import Final

from rolecall.errors import ProbeError

TIMEOUT_SECONDS: Final = 60


def output_of(command: tuple[str, ...], what: str) -> str:
    """Run a command, without a shell, and return what it prints.

    Args:
        command: the program and its arguments.
        what: what it prints, in the words of an error.

    Raises:
        ProbeError: it can't be run, takes longer than a minute, or fails. The message never holds what the
            command printed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ProbeError(f"the command for {what} didn't work: {type(error).__name__}.") from error
    if done.returncode != 0:
        raise ProbeError(f"the command for {what} ended with exit code {done.returncode}.")
    return done.stdout
