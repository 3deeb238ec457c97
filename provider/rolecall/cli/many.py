"""Does the same work for many things at once, in threads that never keep the command from ending."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 8
"""Threads at most; the pace of calls is kept by the callers themselves."""


class Stopped(Exception):  # noqa: N818 - not an error: the work was told to end
    """Raised inside the work, by what it waits with, once nobody wants its result any more."""


@dataclass(frozen=True, slots=True)
class _Errand(Generic[Result]):
    """Something that a worker wants done in the main thread, and where the result goes."""

    do: Callable[[], Result]
    result: "queue.SimpleQueue[Result]" = field(default_factory=queue.SimpleQueue)


@dataclass(slots=True)
class Team:
    """Daemon threads that work, and the main thread that does what only it can do.

    The threads are daemons, for a call to a server that doesn't answer must not hold up ^C.
    """

    _stop: threading.Event = field(default_factory=threading.Event)
    _inbox: "queue.SimpleQueue[Any]" = field(default_factory=queue.SimpleQueue)

    def each(
        self, work: Callable[[Item], Result], items: Sequence[Item], *, workers: int = WORKERS
    ) -> Iterator[tuple[Item, Result | BaseException]]:
        """Yields every item with what came of it, as soon as it has come.

        Leaving early (an error, or ^C while waiting) ends the work that waits by :meth:`sleep`; work in
        the middle of a call is left behind.

        Args:
            work: called with one item in one of the threads; what it raises is yielded as its result.
            items: what to work on.
            workers: threads at most.
        """
        todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
        for item in items:
            todo.put(item)
        for _ in range(min(workers, len(items))):
            threading.Thread(target=self._run, args=(work, todo), daemon=True).start()
        missing = len(items)
        try:
            while missing:
                message = self._inbox.get()
                if isinstance(message, _Errand):
                    message.result.put(message.do())
                else:
                    missing -= 1
                    yield message
        finally:
            self._stop.set()

    def in_main_thread(self, do: Callable[[], Result]) -> Result:
        """Has something done in the main thread, from one of the workers, and returns its result.

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

    def _run(self, work: Callable[[Item], Result], todo: "queue.SimpleQueue[Item]") -> None:
        while not self._stop.is_set():
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            try:
                result = work(item)
            except Stopped:
                return
            except BaseException as error:  # noqa: BLE001 - handed to the main thread, which judges it
                self._inbox.put((item, error))
            else:
                self._inbox.put((item, result))
