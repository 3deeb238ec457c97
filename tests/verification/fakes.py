"""A clock, an owner and callers for tests: the STS that answers is a plain function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rolecall.policy import UNKNOWN, Answer, CallerSide, PolicyKind, Principal, Request, decide, parse
from rolecall.verification import (
    Assumed,
    Call,
    Identity,
    LiveRole,
    Refused,
    Reply,
    Surroundings,
    Unreadable,
)

ROLE = "arn:aws:iam::222222222222:role/deploy"
TOOLS = "arn:aws:iam::111111111111:user/ci"
ALLOW_ALL = CallerSide(
    identity_policies=(
        parse(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
            kind=PolicyKind.IDENTITY,
        ),
    )
)
NOTHING = CallerSide(identity_policies=())
NOT_READABLE = CallerSide(identity_policies=UNKNOWN)


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    @property
    def elapsed(self) -> float:
        return (self.at - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()

    def surroundings(self) -> Surroundings:
        return Surroundings(run_id="0a1b2c3d", now=self.now, sleep=self.sleep, jitter=lambda _: 0.0)


def assumed(unique_id: str = "AROADEPLOY", name: str = "deploy") -> Assumed:
    return Assumed(
        account="222222222222", role_name=name, role_unique_id=unique_id, request_id="r-in", milliseconds=5.0
    )


def refused(code: str = "AccessDenied", *, mfa_failed: bool = False) -> Refused:
    return Refused(
        code=code, message="not authorized", request_id="r-out", milliseconds=4.0, mfa_failed=mfa_failed
    )


@dataclass
class FakeCaller:
    """A caller whose every answer comes from a function of the call."""

    answer: Callable[[Call], Reply]
    name: str = "profile tools"
    arn: str = TOOLS
    has_mfa: bool = False
    side: CallerSide = ALLOW_ALL
    calls: list[Call] = field(default_factory=list)

    def identity(self, *, region: str) -> Identity:
        return Identity(arn=self.arn, account=self.arn.split(":")[4], user_id="AIDAEXAMPLE")

    def assume(self, call: Call, *, region: str) -> Reply:
        self.calls.append(call)
        return self.answer(call)

    def own_side(self) -> CallerSide:
        return self.side


@dataclass
class FakeOwner:
    """Reads a role whose trust policy the test may change."""

    trust: Mapping[str, object] | None
    unique_id: str = "AROADEPLOY"

    def role(self, role_arn: str) -> LiveRole | Unreadable:
        if self.trust is None:
            return Unreadable(cause="the role can't be read: AccessDenied")
        return LiveRole(
            arn=role_arn,
            unique_id=self.unique_id,
            trust_policy=self.trust,
            max_session_duration_seconds=3600,
        )


def trust(
    condition: Mapping[str, object] | None = None, principal: str = "111111111111"
) -> dict[str, object]:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{principal}:root" if len(principal) == 12 else principal},
        "Action": "sts:AssumeRole",
    }
    if condition is not None:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def like_aws(
    document: Mapping[str, object], arn: str = TOOLS, side: CallerSide = ALLOW_ALL
) -> Callable[[Call], Reply]:
    """Answers as an STS would that has this trust policy and sees this caller's own policies."""
    policy = parse(document)

    def answer(call: Call) -> Reply:
        context: dict[str, str] = {"sts:RoleSessionName": call.session_name}
        if call.external_id is not None:
            context["sts:ExternalId"] = call.external_id
        if call.source_identity is not None:
            context["sts:SourceIdentity"] = call.source_identity
        if call.mfa:
            context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "1"}
        request = Request(role=call.role_arn, principal=Principal("AWS", arn), context=context)
        let_in = decide(request, policy, caller=side).answer is Answer.ALLOWED
        return assumed() if let_in else refused()

    return answer
