"""Spaces calls, because the request quota of STS is shared with production."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CALLS_PER_SECOND = 20.0
"""Default number of calls a second from one account and region."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """At most so many calls a second for each account; a second's worth may come at once.

    Shared by all threads.

    Attributes:
        calls_per_second: the rate that is kept; ``math.inf`` for none.
        now, sleep: a clock that never goes back, in seconds.
    """

    calls_per_second: float = CALLS_PER_SECOND
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _due: dict[tuple[str, str], float] = field(default_factory=dict, repr=False)

    def wait(self, account: str, region: str) -> None:
        """Return when the next call of this account to this region's endpoint may be made."""
        apart = 1 / self.calls_per_second
        with self._lock:
            now = self.now()
            due = max(self._due.get((account, region), now), now)
            self._due[account, region] = due + apart
        # One second's worth of calls is due before its time.
        early = due - now - max(0.0, 1 - apart)
        if early > 0:
            self.sleep(early)
