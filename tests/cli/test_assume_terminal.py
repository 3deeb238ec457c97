"""``rolecall assume`` at a terminal: it asks for the MFA code, and says what a secret on the screen is."""

import os
import pty
import subprocess

import pytest
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, Served
from tests.cli.test_verify_terminal import at_terminal

CI = "arn:aws:iam::111111111111:user/ci"
ALICE = "arn:aws:iam::111111111111:user/alice"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
MFA_REQUIRED = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_the_code_is_asked_for(served: Served) -> None:
    """The question stands at the terminal, the code isn't shown, and the command's output is on stdout."""
    role = served.role("asked-by-assume", ALICE, MFA_REQUIRED)
    code = served.rolecall("sandbox", "code").stdout.strip()

    words = ["assume", role, "--caller", "alice", "--mfa-serial", DEVICE, "--", "echo", "inside"]
    with at_terminal(*words, served=served) as (process, terminal):
        terminal.read_until(f"MFA code for {DEVICE}: ")
        terminal.type(f"{code}\n")
        terminal.read_to_the_end()
        stdout, _ = process.communicate(timeout=DEADLINE_SECONDS)

    assert (process.returncode, stdout) == (0, "inside\n")
    assert code not in terminal.seen


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (["--format", "env"], "Note: these are secrets until "),
        (["--console"], "Note: whoever opens this link within 15 minutes is signed in."),
    ],
)
def test_a_secret_on_the_screen_is_called_one(words: list[str], note: str, served: Served) -> None:
    """Where a person looks at it; programs get it without a word."""
    role = served.role(f"screen-{words[0].strip('-')}", CI)
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*ROLECALL, "assume", role, "--caller", "tools", *words],
            env=served.environment,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=True,
        )
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(theirs)
        os.close(ours)

    assert done.stderr.startswith(note)
    assert shown
    assert shown.strip() not in done.stderr
