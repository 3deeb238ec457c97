"""What the signals that end a process do while a sandbox runs."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from subprocess import Popen

_ENDINGS = (signal.SIGTERM, signal.SIGHUP)
_Handler = Callable[[int, FrameType | None], Any] | int | None


@contextmanager
def stopping_like_interrupt() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP raise KeyboardInterrupt, so that everything is cleaned up as after ^C."""
    with _handled(dict.fromkeys(_ENDINGS, signal.default_int_handler)):
        yield


@contextmanager
def passed_on_to(child: "Popen[Any]") -> Iterator[None]:
    """Leaves it to a child process what a signal means: this process lives until the child has ended.

    A terminal sends ^C to both. Where there is no such terminal the child gets SIGINT from here.
    """

    def send(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    def ignore(_number: int, _frame: FrameType | None) -> None:
        """The child has it already."""

    interrupt = ignore if _terminal_reaches_children() else send
    with _handled({**dict.fromkeys(_ENDINGS, send), signal.SIGINT: interrupt}):
        yield


def _terminal_reaches_children() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


@contextmanager
def _handled(handlers: Mapping[signal.Signals, _Handler]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
