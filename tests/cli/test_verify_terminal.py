"""``rolecall verify`` at a terminal: it asks for the MFA code, and ^C at the question ends it."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, Served

ALICE = "arn:aws:iam::111111111111:user/alice"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
MFA_REQUIRED = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """The person's end of a terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = ""

    def read_until(self, wanted: str) -> None:
        """Reads until a text was shown."""
        while wanted not in self.seen:
            self.seen += os.read(self._descriptor, 4096).decode()

    def read_to_the_end(self) -> None:
        """Reads until the program has closed its end."""
        try:
            while more := os.read(self._descriptor, 4096):
                self.seen += more.decode()
        except OSError:  # Linux says EIO where the other end is closed
            return

    def type(self, text: str) -> None:
        """Types keys."""
        os.write(self._descriptor, text.encode())


@contextmanager
def at_terminal(*words: str, served: Served) -> Iterator[tuple["subprocess.Popen[str]", Terminal]]:
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *ROLECALL, *words],
            env=served.environment | {"TERM": "xterm"},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            try:
                yield process, Terminal(ours)
            finally:
                if process.poll() is None:
                    process.kill()
    finally:
        os.close(ours)


def test_the_code_is_asked_for(served: Served) -> None:
    """The question stands at the terminal, the code isn't shown, and the answer is on stdout."""
    role = served.role("asked", ALICE, MFA_REQUIRED)
    code = served.rolecall("sandbox", "code").stdout.strip()

    words = ["verify", role, "--caller", "alice", "--mfa-serial", DEVICE]
    with at_terminal(*words, served=served) as (process, terminal):
        terminal.read_until(f"MFA code for {DEVICE}: ")
        terminal.type(f"{code}\n")
        terminal.read_to_the_end()
        stdout, _ = process.communicate(timeout=DEADLINE_SECONDS)

    assert process.returncode == 0, stdout
    assert "verdict ✔ proved" in stdout
    assert code not in terminal.seen
    assert re.search(r"0/1", terminal.seen)


def test_an_interrupt_at_the_question(served: Served) -> None:
    """^C instead of a code: 130, the role is named as unfinished, and no traceback."""
    role = served.role("unasked", ALICE, MFA_REQUIRED)

    words = ["verify", role, "--caller", "alice", "--mfa-serial", DEVICE]
    with at_terminal(*words, served=served) as (process, terminal):
        terminal.read_until(f"MFA code for {DEVICE}: ")
        terminal.type("\x03")
        terminal.read_to_the_end()
        process.communicate(timeout=DEADLINE_SECONDS)

    assert process.returncode == 130
    assert "interrupted before there was an answer" in terminal.seen
    assert "Traceback" not in terminal.seen
