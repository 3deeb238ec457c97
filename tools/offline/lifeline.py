"""Ends a helper process quietly when the engine that started it stops it or is gone."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType


def die_quietly_until_ready() -> None:
    """Let SIGINT end the process without a traceback while its imports are still running."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def watch_engine(gone: Callable[[], None]) -> None:
    """Call `gone`, on a thread of its own, once the engine's end of our standard input is closed.

    The engine keeps that pipe open for as long as it lives, so its end is seen even after a kill -9.
    """

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        gone()

    threading.Thread(target=wait, name="engine-lifeline", daemon=True).start()


def wait_for_end() -> None:
    """Block the main thread until SIGINT, SIGTERM or the engine's end; returns, so callers can tidy up."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    watch_engine(ended.set)
    ended.wait()
