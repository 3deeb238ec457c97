"""Waits until STS's answers have settled: "not yet" and "never" are different answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from .ports import Assumed, Refused, Reply, Surroundings, Unanswered

AGREEING = 2
"""Right answers in a row that settle a question after a change: one server may be ahead of the others."""
AGREEING_AGAIN = 5
"""The same, once a right answer was taken back: then the servers behind an endpoint are known to differ."""
HOPELESS = 3
"""Wrong answers in a row that settle it where the live policies, too, say that they will stay wrong."""
UNANSWERED = 3
"""Failures to ask, in a row, after which asking again is given up."""

PAUSES: Final = ((7.0, 3.5), (15.0, 0.5), (30.0, 1.5), (float("inf"), 3.0))
"""Seconds since the first question, and the pause in seconds between questions until then.

Most changes spread within 5 to 15 s, so that is when asking often pays: see `benchmarks/waiting.py`.
"""
_PAUSE_AGREEING = 0.1
_PAUSE_TAKEN_BACK = 0.5
_PAUSE_FINAL = 1.0
_PAUSE_UNANSWERED = 1.0
_JITTER_SHARE = 0.1


class Sign(Enum):
    """What one answer says about where the answers are going."""

    RIGHT = "as expected, and nothing speaks against its staying so"
    FINAL = "wrong, and the live policies say so too"
    OPEN = "wrong so far, or right although the live policies say otherwise"
    NONE = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The answer that stayed, and how long it took to get it.

    Attributes:
        reply: the last answer.
        attempts: number of times that was asked.
        first_at, last_at: UTC time of the first and last answer.
        waited_seconds: time spent between the attempts.
        taken_back: a right answer was followed by a wrong one.
        contradictory: that was still so when the time was over: neither answer can be believed.
    """

    reply: Reply
    attempts: int
    first_at: datetime
    last_at: datetime
    waited_seconds: float
    taken_back: bool = False
    contradictory: bool = False

    def then(self, later: "Settled") -> "Settled":
        """Both as one: the later answer, and all the attempts."""
        return replace(
            later,
            attempts=self.attempts + later.attempts,
            first_at=self.first_at,
            waited_seconds=self.waited_seconds + later.waited_seconds,
            taken_back=self.taken_back or later.taken_back,
        )


def is_allowed(reply: Reply) -> bool:
    """The caller was let in."""
    return isinstance(reply, Assumed)


def is_refused(reply: Reply) -> bool:
    """STS refused; a refused MFA code doesn't count, for then the question was never asked."""
    return isinstance(reply, Refused) and not reply.mfa_failed


def pause_seconds(elapsed: float) -> float:
    """How long to wait with the next question, ``elapsed`` seconds after the first."""
    return next(pause for until, pause in PAUSES if elapsed < until)


def settle(
    ask: Callable[[], Reply],
    *,
    sign: Callable[[Reply], Sign],
    timeout_seconds: float,
    agreeing: int = AGREEING,
    was_right: bool = False,
    surroundings: Surroundings,
    tell: Callable[[float], None],
) -> Settled:
    """Asks until the answer is right often enough in a row, certain to stay wrong, or the time is over.

    Args:
        ask: makes the call.
        sign: what an answer says.
        timeout_seconds: how long an open answer is asked for again; 0 takes the first answer.
        agreeing: how many right answers in a row settle it where none was wrong.
        was_right: the same question had a right answer before, so a wrong one now takes it back.
        surroundings: clock and sleep.
        tell: told the seconds elapsed before each wait.
    """
    started = surroundings.now()
    patient = timeout_seconds > 0
    row = _Row(needed=agreeing if patient else 1, was_right=was_right, patient=patient)
    waited = 0.0
    first_at = None
    while True:
        reply = ask()
        at = surroundings.now()
        first_at = first_at or at
        elapsed = (at - started).total_seconds()
        row.add(sign(reply))
        over = row.sign is not Sign.RIGHT and elapsed >= timeout_seconds and not _is_busy(reply)
        if row.is_long_enough or over or _is_hopeless(reply):
            return Settled(
                reply=reply,
                attempts=row.attempts,
                first_at=first_at,
                last_at=at,
                waited_seconds=waited,
                taken_back=row.taken_back,
                contradictory=row.taken_back and not (row.is_long_enough or row.sign is Sign.NONE),
            )
        pause = row.pause_seconds(elapsed)
        if row.sign is Sign.OPEN:
            pause = min(pause, timeout_seconds - elapsed)
        pause += surroundings.jitter(pause * _JITTER_SHARE)
        tell(elapsed)
        surroundings.sleep(pause)
        waited += pause


@dataclass(slots=True, kw_only=True)
class _Row:
    """Answers of the same sign, one after the other."""

    needed: int
    was_right: bool
    patient: bool
    sign: Sign = Sign.NONE
    length: int = 0
    attempts: int = 0
    taken_back: bool = False

    def add(self, sign: Sign) -> None:
        """One more answer; a wrong one makes the row that settles longer, where there is time for one."""
        self.attempts += 1
        self.length = self.length + 1 if sign is self.sign else 1
        self.sign = sign
        if sign is Sign.RIGHT:
            self.was_right = True
        elif sign is not Sign.NONE:
            self.taken_back = self.taken_back or self.was_right
        if self.patient and sign in {Sign.OPEN, Sign.FINAL}:
            self.needed = max(self.needed, AGREEING_AGAIN if self.taken_back else AGREEING)

    @property
    def is_long_enough(self) -> bool:
        """Whether answers like these settle it."""
        lengths = {Sign.RIGHT: self.needed, Sign.FINAL: HOPELESS, Sign.NONE: UNANSWERED}
        return self.sign in lengths and self.length >= lengths[self.sign]

    def pause_seconds(self, elapsed: float) -> float:
        """How long to wait with the next question."""
        if self.sign is Sign.NONE:
            return _PAUSE_UNANSWERED * self.length
        if self.sign is Sign.RIGHT:
            return _PAUSE_TAKEN_BACK if self.taken_back else _PAUSE_AGREEING
        return _PAUSE_FINAL if self.sign is Sign.FINAL else pause_seconds(elapsed)


def _is_busy(reply: Reply) -> bool:
    """AWS asked to come again: that is retried apart from all timeouts, and never becomes a verdict."""
    return isinstance(reply, Unanswered) and reply.retryable and reply.code is not None


def _is_hopeless(reply: Reply) -> bool:
    return isinstance(reply, Unanswered) and not reply.retryable
