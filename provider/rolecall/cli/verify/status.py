"""Tells a person on stderr what is being waited for."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from rolecall.reports import safe

QUIET_SECONDS = 10.0
"""Where lines stay (a log), a role may say something this often."""


class Status:
    """A bar on a terminal, an occasional line elsewhere. Its methods may be called from any thread."""

    def __init__(self, console: Console, *, total: int, clock: Callable[[], float]) -> None:
        """Prepares the display.

        Args:
            console: where to; stderr.
            total: how many roles there are.
            clock: a monotonic clock in seconds.
        """
        self._console = console
        self._clock = clock
        self._total = total
        self._done = 0
        self._counted_at = clock()
        self._lock = threading.Lock()
        self._told_at: dict[str, float] = {}
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("verifying", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, role: str, line: str) -> None:
        """Shows what one role waits for."""
        text = f"{role}: {safe(line)}"
        with self._lock:
            if self._console.is_terminal:
                self._bar.update(self._task, description=text)
                return
            now = self._clock()
            if now - self._told_at.get(role, now - QUIET_SECONDS) >= QUIET_SECONDS:
                self._told_at[role] = now
                self._console.print(text, soft_wrap=True)

    def finished(self, roles: int = 1) -> None:
        """So many more roles are done; where lines stay, their number is told now and then."""
        self._bar.advance(self._task, roles)
        with self._lock:
            self._done += roles
            now = self._clock()
            if not self._console.is_terminal and now - self._counted_at >= QUIET_SECONDS:
                self._counted_at = now
                self._console.print(f"{self._done:,} of {self._total:,} roles are done", soft_wrap=True)

    def ask(self, question: str) -> str:
        """Asks the person for something that is not shown as it is typed, with the bar out of the way.

        Raises:
            click.Abort: ^C, or the end of the input.
        """
        with self._lock:
            self._bar.stop()
            try:
                return str(click.prompt(question, err=True, hide_input=True))
            finally:
                self._bar.start()
