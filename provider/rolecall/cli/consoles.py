"""The two consoles: answers go to stdout, everything else to stderr; both yield to NO_COLOR."""

import sys
from io import TextIOWrapper
from typing import Final, TextIO

from rich.console import Console

FILE_WIDTH: Final = 160
"""Columns of a table that is written to a file."""


def answers() -> Console:
    """The console for answers."""
    return _console(sys.stdout, stderr=False)


def asides() -> Console:
    """The console for status, progress and complaints."""
    return _console(sys.stderr, stderr=True)


def plain(file: TextIO) -> Console:
    """A console for a file: wide enough for a row a probe, without colours."""
    return Console(file=file, width=FILE_WIDTH, color_system=None, markup=False, highlight=False, emoji=False)


def _console(stream: TextIO, *, stderr: bool) -> Console:
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")  # a terminal that can't show a name shows a mark instead
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)
