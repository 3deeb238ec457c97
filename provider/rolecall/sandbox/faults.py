"""Faults on request: what a real AWS does to its callers on a bad day."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from .refusals import Refusal

_CODES = {500: "InternalFailure", 503: "ServiceUnavailable"}


class Drop(Enum):
    """The type of ``DROP``: close the connection without an answer."""

    DROP = "drop"


DROP = Drop.DROP


@dataclass(slots=True)
class _Planned:
    """A fault for the next ``count`` calls of ``operation`` (``None``: of any STS operation)."""

    answer: Refusal | Drop
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
        self._propagation = timedelta(0)
        self._latency = 0.0
        self._unseen: set[str] = set()

    def propagation(self, seconds: float) -> None:
        """Let STS see a change of roles and policies only after so many seconds of the sandbox's clock."""
        _require(seconds >= 0, f"a propagation of {seconds} s is not possible")
        with self._lock:
            self._propagation = timedelta(seconds=seconds)

    def never_propagate(self, role_arn: str) -> None:
        """Hide this role from STS."""
        with self._lock:
            self._unseen.add(role_arn)

    def latency(self, seconds: float) -> None:
        """Hold every STS call back for so many seconds of real time."""
        _require(seconds >= 0, f"a latency of {seconds} s is not possible")
        with self._lock:
            self._latency = seconds

    def throttle(self, count: int, operation: str | None = None) -> None:
        """Answer the next ``count`` calls with ``Throttling``."""
        self._plan(Refusal("Throttling", "Rate exceeded"), count, operation)

    def fail(self, status: int, count: int, operation: str | None = None) -> None:
        """Answer the next ``count`` calls with an HTTP ``status`` of 500 to 599."""
        _require(status // 100 == 5, f"HTTP status {status} is no failure of the server")  # noqa: PLR2004 - 5xx
        code = _CODES.get(status, "ServiceUnavailable")
        message = "The request processing has failed because of an unknown error, exception or failure."
        self._plan(Refusal(code, message, status=status), count, operation)

    def drop(self, count: int, operation: str | None = None) -> None:
        """Close the connection of the next ``count`` calls without an answer."""
        self._plan(DROP, count, operation)

    def clear(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._planned.clear()
            self._propagation = timedelta(0)
            self._latency = 0.0
            self._unseen.clear()

    def hidden(self, role_arn: str) -> bool:
        """Return whether STS must not see this role."""
        with self._lock:
            return role_arn in self._unseen

    @property
    def delay(self) -> timedelta:
        """How long a change stays unseen by STS."""
        with self._lock:
            return self._propagation

    @property
    def latency_seconds(self) -> float:
        """How long an STS call is held back, in seconds."""
        with self._lock:
            return self._latency

    def take(self, service: str, operation: str) -> Refusal | Drop | None:
        """Return the fault that this call gets, and count it; ``None`` where it gets none."""
        with self._lock:
            for planned in self._planned:
                if planned.fits(service, operation):
                    planned.count -= 1
                    if planned.count == 0:
                        self._planned.remove(planned)
                    return planned.answer
        return None

    def _plan(self, answer: Refusal | Drop, count: int, operation: str | None) -> None:
        _require(count > 0, f"a fault for {count} calls is not possible")
        with self._lock:
            self._planned.append(_Planned(answer, count, operation))


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)
