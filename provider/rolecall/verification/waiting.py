"""Waits until STS's answers have settled: "not yet" and "never" are different answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from .ports import Assumed, Refused, Reply, Surroundings, Unanswered

AGREEING = 2
"""Right answers in a row that settle a question after a change: one server may be ahead of the others."""
HOPELESS = 3
"""Wrong answers in a row that settle it where the live trust policy, too, says that they will stay wrong."""
UNANSWERED = 3
"""Failures to ask, in a row, after which asking again is given up."""

_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 2.0
_PAUSE_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The answer that stayed, and how long it took to get it.

    Attributes:
        reply: the last answer.
        attempts: number of times that was asked.
        first_at, last_at: UTC time of the first and last answer.
        waited_seconds: time spent between the attempts.
    """

    reply: Reply
    attempts: int
    first_at: datetime
    last_at: datetime
    waited_seconds: float

    def then(self, later: "Settled") -> "Settled":
        """Both as one: the later answer, and all the attempts."""
        return replace(
            later,
            attempts=self.attempts + later.attempts,
            first_at=self.first_at,
            waited_seconds=self.waited_seconds + later.waited_seconds,
        )


def is_allowed(reply: Reply) -> bool:
    """The caller was let in."""
    return isinstance(reply, Assumed)


def is_refused(reply: Reply) -> bool:
    """STS refused; a refused MFA code doesn't count, for then the question was never asked."""
    return isinstance(reply, Refused) and not reply.mfa_failed


def pause_seconds(elapsed: float) -> float:
    """How long to wait after ``elapsed`` seconds: a tenth of it, within bounds."""
    return min(_LONGEST_PAUSE, max(_FIRST_PAUSE, elapsed * _PAUSE_SHARE))


def settle(
    ask: Callable[[], Reply],
    *,
    right: Callable[[Reply], bool],
    hopeless: Callable[[Reply], bool],
    timeout_seconds: float,
    agreeing: int = AGREEING,
    surroundings: Surroundings,
    tell: Callable[[float], None],
) -> Settled:
    """Asks until the answer is right often enough in a row, certain to stay wrong, or the time is over.

    Args:
        ask: makes the call.
        right: whether an answer is as expected.
        hopeless: whether a wrong answer is what the evaluator predicts, so that waiting won't change it.
        timeout_seconds: how long a wrong answer is retried; 0 takes the first answer.
        agreeing: how many right answers in a row settle it, where wrong ones are retried.
        surroundings: clock and sleep.
        tell: told the seconds elapsed before each wait.
    """
    started = surroundings.now()
    waited = 0.0
    attempts = rights = hopelesses = unanswereds = 0
    needed = agreeing if timeout_seconds > 0 else 1
    first_at = None
    while True:
        reply = ask()
        at = surroundings.now()
        first_at = first_at or at
        attempts += 1
        elapsed = (at - started).total_seconds()
        ok = right(reply)
        rights = rights + 1 if ok else 0
        hopelesses = hopelesses + 1 if not ok and hopeless(reply) else 0
        unanswereds = unanswereds + 1 if isinstance(reply, Unanswered) else 0
        final = isinstance(reply, Unanswered) and not reply.retryable
        if (
            final
            or rights >= needed
            or hopelesses >= HOPELESS
            or unanswereds >= UNANSWERED
            or (not ok and elapsed >= timeout_seconds)
        ):
            return Settled(
                reply=reply, attempts=attempts, first_at=first_at, last_at=at, waited_seconds=waited
            )
        pause = _FIRST_PAUSE if ok else min(pause_seconds(elapsed), max(0.0, timeout_seconds - elapsed))
        pause += surroundings.jitter(pause * _PAUSE_SHARE)
        tell(elapsed)
        surroundings.sleep(pause)
        waited += pause
