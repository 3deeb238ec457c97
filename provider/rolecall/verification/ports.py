"""What a verification needs from the outside world, stated as protocols; ``rolecall.sts`` fits them."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from rolecall.policy import CallerSide

from .model import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything that a verification takes from the world besides AWS; tests bring their own.

    Attributes:
        now: the time, in UTC.
        sleep: waits for so many seconds.
        jitter: a number between 0 and the ceiling given, in seconds.
        run_id: marks the sessions of this run; part of RoleSessionName unless the trust dictates one.
    """

    run_id: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float], float] = lambda ceiling: random.uniform(0, ceiling)  # noqa: S311 - spreads polls


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who STS says a caller is (GetCallerIdentity)."""

    arn: str
    account: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """A session was given, and its credentials answered GetCallerIdentity.

    Attributes:
        account: account of the role that was assumed.
        role_name: its name, without the path.
        role_unique_id: its ``AROA…``.
        request_id: of the AssumeRole call.
        milliseconds: how long AssumeRole took.
    """

    account: str
    role_name: str
    role_unique_id: str
    request_id: str
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """STS answered AssumeRole with an error of its own.

    Attributes:
        code: the error code, such as ``AccessDenied``.
        message: what STS said.
        request_id: of the AssumeRole call.
        milliseconds: how long it took.
        mfa_failed: the MFA code was refused, so the question wasn't really asked.
    """

    code: str
    message: str
    request_id: str
    milliseconds: float
    mfa_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The question could not be asked: no credentials, no network, no MFA code, throttled for too long.

    Attributes:
        cause: one sentence for a person, without secrets.
        code: error code, where AWS sent one.
        retryable: whether the same call may be answered later.
    """

    cause: str
    code: str | None = None
    retryable: bool = False


Reply = Assumed | Refused | Unanswered


class Caller(Protocol):
    """One source of credentials. Calls block; none raises for a refusal."""

    @property
    def name(self) -> str:
        """What a person calls it: ``profile tools``."""
        ...

    @property
    def has_mfa(self) -> bool:
        """Whether it can get credentials that carry MFA."""
        ...

    def identity(self, *, region: str) -> Identity:
        """Who it is; raises ProbeError when that can't be found out."""
        ...

    def assume(self, call: Call, *, region: str) -> Reply:
        """One AssumeRole with a session policy that denies everything; when let in, asks who it is then."""
        ...

    def own_side(self) -> CallerSide:
        """Its identity policies and boundary, as far as it may read them; ``UNKNOWN`` where it may not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRole:
    """A role as IAM has it now."""

    arn: str
    unique_id: str
    trust_policy: Mapping[str, object]
    max_session_duration_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a role couldn't be read.

    Attributes:
        cause: one sentence for a person.
        missing: IAM says that there is no such role.
    """

    cause: str
    missing: bool = False


class Owner(Protocol):
    """Credentials that may read the role."""

    def role(self, role_arn: str) -> LiveRole | Unreadable:
        """The role as IAM has it now."""
        ...
