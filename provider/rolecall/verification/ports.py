"""What a verification needs from the outside world, stated as protocols; ``rolecall.sts`` fits them."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, Self

from rolecall.policy import Arn, CallerSide, Principal
from rolecall.policy.operations import ASSUME_ROLE

from .federated import Federation
from .model import Call, ServiceCall


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
    """Who a caller is: who STS says it is (GetCallerIdentity), or for whom an identity provider vouches.

    Attributes:
        arn: its ARN; for a federated caller, what trust policies call its provider.
        account: 12 digits; for a federated caller, the role's.
        user_id: its unique id, ``""`` where that isn't known; for a federated caller, the subject of its
            token or assertion.
        role_arn: for a role session, the ARN of its role, which has a path that ``arn`` lacks; ``None`` where
            that isn't known.
        may_carry_mfa: the credentials are a session of a user, of which nobody can tell whether it was
            opened with MFA.
        federation: what a federated caller has instead of credentials; ``None`` for others.
        clock_skew_seconds: how far AWS's clock was ahead of this machine's when STS said so.
    """

    arn: str
    account: str
    user_id: str
    role_arn: str | None = None
    may_carry_mfa: bool = False
    federation: Federation | None = None
    clock_skew_seconds: float = 0.0

    def asking_for(self, role_arn: str) -> Self:
        """The identity as it is when it asks for a role: its provider is one of the role's own account."""
        if self.federation is None:
            return self
        return replace(self, arn=self.federation.provider_arn(role_arn), account=Arn.parse(role_arn).account)

    def fitted(self, call: Call) -> Call:
        """A call as this caller can make it."""
        return call if self.federation is None else self.federation.fitted(call)

    @property
    def is_role_session(self) -> bool:
        """Whether it is a session of a role, rather than a user or a federated caller."""
        return self.federation is None and Arn.parse(self.arn).is_role_session

    @property
    def operation(self) -> str:
        """The IAM action by which it assumes roles."""
        return ASSUME_ROLE if self.federation is None else self.federation.operation

    @property
    def principal(self) -> Principal:
        """How a policy can name it."""
        return Principal("AWS" if self.federation is None else "Federated", self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """A session was given, and its credentials answered GetCallerIdentity.

    Attributes:
        account: account of the role that was assumed.
        role_name: its name, without the path.
        role_unique_id: its ``AROA…``.
        request_id: of the AssumeRole call.
        milliseconds: how long AssumeRole took.
        endpoint: URL of the endpoint that was asked.
    """

    account: str
    role_name: str
    role_unique_id: str
    request_id: str
    milliseconds: float
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A service carried out a call that was made with the role's session.

    Attributes:
        request_id: of that call; ``""`` where the service gives none.
        milliseconds: how long it took.
        endpoint: URL of the endpoint that was asked.
    """

    request_id: str
    milliseconds: float
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """STS, or the service that was called with a session, answered with an error of its own.

    Attributes:
        code: the error code, such as ``AccessDenied``.
        message: what STS said.
        request_id: of the call.
        milliseconds: how long it took.
        mfa_failed: the MFA code was refused, so the question wasn't really asked.
        endpoint: URL of the endpoint that was asked.
    """

    code: str
    message: str
    request_id: str
    milliseconds: float
    mfa_failed: bool = False
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The question could not be asked: no credentials, no network, no MFA code, throttled for too long.

    Attributes:
        cause: one sentence for a person, without secrets.
        code: error code, where AWS sent one.
        retryable: whether the same call may be answered later.
        endpoint: URL of the endpoint that was asked; ``""`` where it didn't come to that.
    """

    cause: str
    code: str | None = None
    retryable: bool = False
    endpoint: str = ""


Reply = Assumed | Done | Refused | Unanswered


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

    def role_arn(self) -> str | None:
        """The ARN, with its path, of the role whose session it is; ``None`` where it may not read that."""
        ...

    def assume(self, call: Call, *, region: str) -> Reply:
        """One AssumeRole with a session policy that denies everything; when let in, asks who it is then."""
        ...

    def do(self, call: Call, what: ServiceCall, *, region: str) -> Reply:
        """Assumes the role by one call, and makes another with its session, in the same region."""
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
