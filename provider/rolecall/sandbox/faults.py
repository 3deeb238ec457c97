"""Faults on request: what a real AWS does to its callers on a bad day."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from .door.refusals import Refusal
from .propagation import Spread

_ALWAYS_ACTIVE = frozenset({"us-east-1"})
_CODES = {500: "InternalFailure", 503: "ServiceUnavailable"}


class Broken(Enum):
    """What becomes of a connection: closed without an answer, or after half of one."""

    DROP = "drop"
    CUT = "cut"


@dataclass(slots=True)
class _Planned:
    """A fault for the next ``count`` calls of ``operation`` (``None``: of any STS operation)."""

    answer: Refusal | Broken
    count: int
    operation: str | None

    def fits(self, service: str, operation: str) -> bool:
        return service == "sts" if self.operation is None else operation == self.operation


class Faults:
    """The faults of one sandbox; changeable at any moment, from any thread.

    Where an ``operation`` is given, it is a call of any service (``AssumeRole``, ``CreateRole``);
    where none is, the fault is for calls to STS.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self._spread = Spread()
        self._spread_of: dict[str, Spread] = {}
        self._latency = 0.0
        self._skew = timedelta(0)
        self._unseen: set[str] = set()
        self._disabled: set[tuple[str, str]] = set()

    def propagation(
        self,
        seconds: float,
        until: float | None = None,
        *,
        servers: int = 1,
        region: str | None = None,
        seed: int = 0,
    ) -> None:
        """Let STS see a change of roles and policies only after so many seconds of the sandbox's clock.

        Args:
            seconds: when the first server may see a change.
            until: when the last one does; every change reaches every server at a time of its own between.
            servers: how many there are behind each endpoint; with several, answers flap in that time.
            region: only the endpoint of this region; ``None`` for all that aren't set by themselves.
            seed: another seed, other times.
        """
        latest = seconds if until is None else until
        _require(0 <= seconds <= latest, f"a propagation of {seconds} s to {latest} s is not possible")
        _require(servers > 0, f"an endpoint of {servers} servers is not possible")
        spread = Spread(timedelta(seconds=seconds), timedelta(seconds=latest), servers, seed)
        with self._lock:
            if region is None:
                self._spread = spread
            else:
                self._spread_of[region] = spread

    def never_propagate(self, role_arn: str) -> None:
        """Hide this role from STS."""
        with self._lock:
            self._unseen.add(role_arn)

    def disable_region(self, account_id: str, region: str) -> None:
        """Let STS make no credentials for an account in a region, as where it isn't activated there."""
        _require(region not in _ALWAYS_ACTIVE, f"STS can't be deactivated in {region}")
        with self._lock:
            self._disabled.add((account_id, region))

    def latency(self, seconds: float) -> None:
        """Hold every STS call back for so many seconds of real time."""
        _require(seconds >= 0, f"a latency of {seconds} s is not possible")
        with self._lock:
            self._latency = seconds

    def skew(self, seconds: float) -> None:
        """Let this AWS's clock be so many seconds ahead of the machine's; behind it where negative."""
        with self._lock:
            self._skew = timedelta(seconds=seconds)

    def throttle(self, count: int, operation: str | None = None, *, code: str = "Throttling") -> None:
        """Answer the next ``count`` calls with ``Throttling``, or another code that means the same."""
        self._plan(Refusal(code, "Rate exceeded"), count, operation)

    def fail(self, status: int, count: int, operation: str | None = None) -> None:
        """Answer the next ``count`` calls with an HTTP ``status`` of 500 to 599."""
        _require(status // 100 == 5, f"HTTP status {status} is no failure of the server")  # noqa: PLR2004 - 5xx
        code = _CODES.get(status, "ServiceUnavailable")
        message = "The request processing has failed because of an unknown error, exception or failure."
        self._plan(Refusal(code, message, status=status), count, operation)

    def drop(self, count: int, operation: str | None = None) -> None:
        """Close the connection of the next ``count`` calls without an answer."""
        self._plan(Broken.DROP, count, operation)

    def cut(self, count: int, operation: str | None = None) -> None:
        """Close the connection of the next ``count`` calls after half of the answer."""
        self._plan(Broken.CUT, count, operation)

    def clear(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._planned.clear()
            self._spread = Spread()
            self._spread_of.clear()
            self._latency = 0.0
            self._skew = timedelta(0)
            self._unseen.clear()
            self._disabled.clear()

    def region_disabled(self, account_id: str, region: str) -> bool:
        """Return whether STS isn't activated in a region for an account."""
        with self._lock:
            return (account_id, region) in self._disabled

    def hidden(self, role_arn: str) -> bool:
        """Return whether STS must not see this role."""
        with self._lock:
            return role_arn in self._unseen

    def spread(self, region: str) -> Spread:
        """Return how changes reach the endpoint of a region."""
        with self._lock:
            return self._spread_of.get(region, self._spread)

    @property
    def clock_skew(self) -> timedelta:
        """How far this AWS's clock is ahead of the machine's."""
        with self._lock:
            return self._skew

    @property
    def latency_seconds(self) -> float:
        """How long an STS call is held back, in seconds."""
        with self._lock:
            return self._latency

    def take(self, service: str, operation: str) -> Refusal | Broken | None:
        """Return the fault that this call gets, and count it; ``None`` where it gets none."""
        with self._lock:
            for planned in self._planned:
                if planned.fits(service, operation):
                    planned.count -= 1
                    if planned.count == 0:
                        self._planned.remove(planned)
                    return planned.answer
        return None

    def _plan(self, answer: Refusal | Broken, count: int, operation: str | None) -> None:
        _require(count > 0, f"a fault for {count} calls is not possible")
        with self._lock:
            self._planned.append(_Planned(answer, count, operation))


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)
