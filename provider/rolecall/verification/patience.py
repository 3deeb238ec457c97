"""Asks until answers have settled, on one budget of waiting for a whole run, and says what that took."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from .model import Expectation, Probe, ProbeKind
from .ports import Reply, Surroundings
from .waiting import AGREEING, Settled, Sign, settle

_Answer = TypeVar("_Answer")


@dataclass(slots=True, kw_only=True)
class Patience:
    """The waiting of one run, and the calls that it made.

    Attributes:
        surroundings: clock and sleep.
        tell: told what is being waited for.
        left_seconds: how much may still be waited for all calls that must get in, and for all that must be
            refused.
        calls: number of calls that assume a role.
        sts_seconds: time spent on answers of STS.
        waited_seconds: time spent waiting between calls.
    """

    surroundings: Surroundings
    tell: Callable[[str], None]
    left_seconds: dict[Expectation, float]
    calls: int = 0
    sts_seconds: float = 0.0
    waited_seconds: float = 0.0

    def settle(
        self,
        probe: Probe,
        ask: Callable[[], Reply],
        sign: Callable[[Reply], Sign],
        *,
        agreeing: int = AGREEING,
        was_right: bool = False,
    ) -> Settled:
        """Makes a probe's call until its answer has settled, or the budget for calls like it is spent.

        Args:
            probe: the probe.
            ask: makes the call.
            sign: what an answer says.
            agreeing: how many right answers in a row settle it where none was wrong.
            was_right: the same question had a right answer before.
        """
        timeout = self.left_seconds[probe.expectation]

        def counted() -> Reply:
            self.calls += 1
            return ask()

        settled = settle(
            counted,
            sign=sign,
            timeout_seconds=timeout,
            agreeing=agreeing,
            was_right=was_right,
            surroundings=self.surroundings,
            tell=lambda elapsed: self.tell(_waiting(probe, elapsed, timeout)),
        )
        self.waited_seconds += settled.waited_seconds
        self.left_seconds[probe.expectation] = max(0.0, timeout - settled.waited_seconds)
        return settled

    def timed(self, ask: Callable[[], _Answer]) -> _Answer:
        """An answer of STS, whose time counts."""
        started = self.surroundings.now()
        try:
            return ask()
        finally:
            self.sts_seconds += (self.surroundings.now() - started).total_seconds()


def _waiting(probe: Probe, elapsed: float, timeout: float) -> str:
    wish = "let in" if probe.expectation is Expectation.ALLOWED else "refused"
    what = "" if probe.kind is ProbeKind.AS_DECLARED else f" ({probe.kind})"
    return f"waiting for {probe.caller}{what} to be {wish}: {elapsed:.0f} s of {timeout:.0f} s"
