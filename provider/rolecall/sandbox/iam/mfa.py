"""Virtual MFA devices: six digits that change every 30 seconds, each good once (RFC 6238)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp

STEP_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Wait:
    """No unused code is left; the next one is there in so many seconds."""

    seconds: int


class MfaCodes:
    """The codes of all devices, by the sandbox's clock; safe to use from many threads.

    AWS takes a code of the previous, the current and the next step, and takes each code once.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._used: dict[str, set[int]] = {}
        self._handed_out: dict[str, set[int]] = {}

    def clear(self) -> None:
        """Forget which codes were used."""
        with self._lock:
            self._used.clear()
            self._handed_out.clear()

    def current(self, seed: str) -> str:
        """Return the code that a device with this seed shows now."""
        return _code(seed, self._step())

    def accept(self, serial: str, seed: str, code: str) -> bool:
        """Return whether the code is good now, and use it up."""
        with self._lock:
            now = self._step()
            used = self._recent(self._used, serial, now)
            for step in (now - 1, now, now + 1):
                if step not in used and _code(seed, step) == code:
                    used.add(step)
                    return True
        return False

    def accept_pair(self, serial: str, seed: str, first: str, second: str) -> bool:
        """Return whether the two codes follow each other, as a new device must show, and use them up."""
        with self._lock:
            now = self._step()
            for step in range(now - 2, now + 2):
                if (_code(seed, step), _code(seed, step + 1)) == (first, second):
                    self._recent(self._used, serial, now).update((step, step + 1))
                    return True
        return False

    def fresh(self, serial: str, seed: str) -> str | Wait:
        """Return a code that works now and that nobody used or was given before, or how long to wait."""
        with self._lock:
            now = self._step()
            gone = self._recent(self._used, serial, now) | self._recent(self._handed_out, serial, now)
            for step in (now, now + 1):
                if step not in gone:
                    self._handed_out[serial].add(step)
                    return _code(seed, step)
            return Wait(STEP_SECONDS - int(self._clock().timestamp()) % STEP_SECONDS)

    def _step(self) -> int:
        return int(self._clock().timestamp()) // STEP_SECONDS

    @staticmethod
    def _recent(steps: dict[str, set[int]], serial: str, now: int) -> set[int]:
        kept = {step for step in steps.get(serial, ()) if step >= now - 2}
        steps[serial] = kept
        return kept


def _code(seed: str, step: int) -> str:
    return pyotp.TOTP(seed, interval=STEP_SECONDS).generate_otp(step)
