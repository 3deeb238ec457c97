"""Does the same work for many things at once, in threads that never keep a program from ending."""

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS: Final = 20
"""Threads at most, where nobody says otherwise; the pace of calls is kept by the callers themselves."""
_AHEAD: Final = 2
"""Items handed out for each worker: what it works on, and what it goes on with without waiting."""


class Stopped(Exception):  # noqa: N818 - not an error: the work was told to end
    """Raised inside the work, by what it waits with, once nobody wants its result any more."""


@dataclass(frozen=True, slots=True)
class _Errand(Generic[Result]):
    """Something that a worker wants done where the results are taken, and where the answer goes."""

    do: Callable[[], Result]
    result: "queue.SimpleQueue[Result]" = field(default_factory=queue.SimpleQueue)


@dataclass(slots=True)
class Team:
    """Daemon threads that work, and one thread that hands out, takes results, and does what only it can do.

    The threads are daemons, for a call to a server that doesn't answer must not hold up ^C.
    """

    _stop: threading.Event = field(default_factory=threading.Event)
    _inbox: "queue.SimpleQueue[Any]" = field(default_factory=queue.SimpleQueue)

    def each(
        self,
        work: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        workers: int = WORKERS,
        idle: Callable[[], None] = lambda: None,
        idle_seconds: float | None = None,
    ) -> Generator[tuple[Item, Result | BaseException], None, None]:
        """Yields every item with what came of it, as soon as it has come.

        Items are drawn as results are taken, a few ahead of the workers, so neither a long list of items
        nor results that nobody has taken yet are held. Leaving early (an error, or ^C while waiting) ends
        the work that waits by :meth:`sleep`; work in the middle of a call is left behind.

        Args:
            work: called with one item in one of the threads; what it raises is yielded as its result.
            items: what to work on; drawn in the thread that takes the results.
            workers: threads at most.
            idle: called, in the thread that takes the results, whenever none has come for ``idle_seconds``;
                what it raises ends the work.
            idle_seconds: ``None`` to wait in one piece.
        """
        todo: queue.SimpleQueue[tuple[Item] | None] = queue.SimpleQueue()
        source = iter(items)
        running = handed_out = 0
        try:
            while True:
                for item in islice(source, _AHEAD * workers - handed_out):
                    todo.put((item,))
                    handed_out += 1
                    if running < workers:
                        threading.Thread(target=self._run, args=(work, todo), daemon=True).start()
                        running += 1
                if not handed_out:
                    return
                yield self._next_result(idle, idle_seconds)
                handed_out -= 1
        finally:
            self._stop.set()
            for _ in range(running):
                todo.put(None)

    def in_main_thread(self, do: Callable[[], Result]) -> Result:
        """Has something done where the results are taken, from one of the workers, and returns its result.

        Only the main thread hears ^C, so only there a question to a person can be broken off. What
        ``do`` raises ends :meth:`each`.
        """
        errand = _Errand(do)
        self._inbox.put(errand)
        return errand.result.get()

    def sleep(self, seconds: float) -> None:
        """Waits in a worker.

        Raises:
            Stopped: nobody wants the result any more.
        """
        if self._stop.wait(seconds):
            raise Stopped

    def _next_result(self, idle: Callable[[], None], idle_seconds: float | None) -> Any:
        while True:
            try:
                message = self._inbox.get(timeout=idle_seconds)
            except queue.Empty:
                idle()
                continue
            if not isinstance(message, _Errand):
                return message
            message.result.put(message.do())

    def _run(self, work: Callable[[Item], Result], todo: "queue.SimpleQueue[tuple[Item] | None]") -> None:
        while (drawn := todo.get()) is not None and not self._stop.is_set():
            (item,) = drawn
            try:
                result = work(item)
            except Stopped:
                return
            except BaseException as error:  # noqa: BLE001 - handed to whoever takes the results, to judge it
                self._inbox.put((item, error))
            else:
                self._inbox.put((item, result))
