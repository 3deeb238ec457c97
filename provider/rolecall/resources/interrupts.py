"""Ends a program that is interrupted without a traceback, which would bury what really happened.

After a resource has failed the engine ends the program by SIGINT (since 3.229), and Python tells that as a
KeyboardInterrupt above the sentence that says why. A ^C of the user's reaches the program twice:
from the terminal, and from the engine; the second one then interrupts its tidying up.
"""

import signal
import sys
import threading
from types import FrameType, TracebackType

from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

_installed = False


def end_quietly_when_interrupted() -> None:
    """Let a KeyboardInterrupt end this program silently, and only once; everything else stays as it was.

    Does nothing where the process belongs to somebody else: in unit tests with mocks, and in programs of the
    Automation API, which run in a thread of theirs.
    """
    global _installed  # noqa: PLW0603 - a process has one excepthook, and it's wrapped once
    is_program = threading.current_thread() is threading.main_thread()
    if _installed or not is_program or isinstance(get_monitor(), MockMonitor | None):
        return
    _installed = True
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            before(kind, error, traceback)

    sys.excepthook = hook
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt_once)


def _interrupt_once(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
