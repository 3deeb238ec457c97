"""Joins what a verification needs to where a provider gets it: boto3 credentials, clock and sleep."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, Self

from rolecall.errors import RolecallError
from rolecall.verification import Caller, CallerSource, Owner, Surroundings

from .door import EngineCall

SLICE_SECONDS = 0.5
"""How long nobody looks whether the engine is still there."""


class EngineGone(RolecallError):  # noqa: N818 - says what happened
    """Nobody waits for the answer any more: the engine has ended or was killed."""


class Credentials(Protocol):
    """Opens callers and the role's owner, each source once; ``rolecall.sts.Credentials`` fits."""

    def callers(self, sources: Sequence[CallerSource]) -> Mapping[str, Caller]:
        """The callers by name."""
        ...

    def owner(self, source: CallerSource | None) -> Owner:
        """Who reads roles."""
        ...

    def paced(self, calls_per_second: float) -> Self:
        """The same credentials with a pace of their own."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Everything that the provider takes from the world; tests bring their own.

    Attributes:
        credentials: shared by all verifications of the process: an MFA code works only once.
        region: the STS endpoint asked where ``verify`` names none; raises ProbeError.
        now: the time, in UTC.
        sleep: waits for so many seconds.
        run_id: marks the sessions of this process.
    """

    credentials: Credentials
    region: Callable[[], str]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    run_id: str = field(default_factory=lambda: secrets.token_hex(4))

    def surroundings(
        self, call: EngineCall | None, *, heed: Callable[[], None] = lambda: None
    ) -> Surroundings:
        """Clock and sleep of one verification, which ends early when the engine doesn't wait for it.

        Args:
            call: whose answer the verification is.
            heed: called between slices of sleep; what it raises ends the sleep, too.
        """

        def sleep(seconds: float) -> None:
            left = seconds
            while left > 0:
                heed()
                require_engine(call)
                self.sleep(min(left, SLICE_SECONDS))
                left -= SLICE_SECONDS

        return Surroundings(run_id=self.run_id, now=self.now, sleep=sleep)


def require_engine(call: EngineCall | None) -> None:
    """See that somebody waits for the answer.

    The engine tells dynamic providers nothing of a ^C, and a killed one leaves this process behind.

    Raises:
        EngineGone: nobody does.
    """
    if call is not None and not call.is_live():
        raise EngineGone("the engine doesn't wait for this verification any more")


def aws(*, profile: str | None, region: str | None) -> Outside:
    """The real world.

    Args:
        profile: ``aws:profile`` of the stack; ``None`` leaves it to boto3's default chain.
        region: likewise ``aws:region``.
    """
    # The program, which only declares, shall not wait for boto3 to load.
    from rolecall import sts  # noqa: PLC0415

    defaults = sts.Defaults(profile=profile, region=region)
    return Outside(
        credentials=sts.Credentials(defaults=defaults), region=lambda: sts.default_region(defaults)
    )
