"""The two consoles: answers go to stdout, everything else to stderr; both yield to NO_COLOR."""

import sys
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console


def answers() -> Console:
    """The console for answers."""
    return _console(sys.stdout, stderr=False)


def asides() -> Console:
    """The console for status, progress and complaints."""
    return _console(sys.stderr, stderr=True)


def _console(stream: TextIO, *, stderr: bool) -> Console:
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")  # a terminal that can't show a name shows a mark instead
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)
