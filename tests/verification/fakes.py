"""A clock, an owner and callers for tests: the STS that answers is a plain function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rolecall.policy import (
    UNKNOWN,
    Answer,
    CallerSide,
    ContextValue,
    PolicyKind,
    Principal,
    Request,
    decide,
    parse,
)
from rolecall.verification import (
    Assumed,
    Call,
    Done,
    Identity,
    LiveRole,
    Refused,
    Reply,
    RoleReport,
    ServiceCall,
    Surroundings,
    Unreadable,
    read_verify,
    verify_role,
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
    role: str | None = None
    may_carry_mfa: bool = False
    calls: list[Call] = field(default_factory=list)
    doing: Callable[[ServiceCall], Reply] = lambda _: Done(request_id="r-done", milliseconds=3.0)
    done: list[tuple[Call, ServiceCall]] = field(default_factory=list)

    def identity(self, *, region: str) -> Identity:
        return Identity(
            arn=self.arn,
            account=self.arn.split(":")[4],
            user_id="AIDAEXAMPLE",
            may_carry_mfa=self.may_carry_mfa,
        )

    def role_arn(self) -> str | None:
        return self.role

    def assume(self, call: Call, *, region: str) -> Reply:
        self.calls.append(call)
        return self.answer(call)

    def do(self, call: Call, what: ServiceCall, *, region: str) -> Reply:
        self.done.append((call, what))
        return self.doing(what)

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
    condition: Mapping[str, object] | None = None,
    principal: str = "111111111111",
    action: str | list[str] = "sts:AssumeRole",
) -> dict[str, object]:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{principal}:root" if len(principal) == 12 else principal},
        "Action": action,
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
        context: dict[str, ContextValue] = {"sts:RoleSessionName": call.session_name}
        if call.external_id is not None:
            context["sts:ExternalId"] = call.external_id
        if call.source_identity is not None:
            context["sts:SourceIdentity"] = call.source_identity
        if call.mfa:
            context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "1"}
        if call.tags:
            context |= {f"aws:RequestTag/{key}": value for key, value in call.tags}
            context["aws:TagKeys"] = [key for key, _ in call.tags]
        if call.transitive_tag_keys:
            context["sts:TransitiveTagKeys"] = call.transitive_tag_keys
        needed = ["sts:AssumeRole", *(["sts:TagSession"] if call.tags else [])]
        needed += ["sts:SetSourceIdentity"] if call.source_identity else []
        let_in = all(
            decide(
                Request(role=call.role_arn, principal=Principal("AWS", arn), action=action, context=context),
                policy,
                caller=side,
            ).answer
            is Answer.ALLOWED
            for action in needed
        )
        return assumed() if let_in else refused()

    return answer


def verified(
    caller: FakeCaller,
    live: Mapping[str, object] | None,
    raw: Mapping[str, object],
    *,
    clock: Clock | None = None,
    changed: bool = False,
    declared: Mapping[str, object] | None = None,
) -> RoleReport:
    """What comes of a ``verify`` in which every caller is the one given."""
    spec = read_verify(raw)
    return verify_role(
        ROLE,
        spec,
        callers={source.name: caller for source in spec.callers},
        owner=FakeOwner(live),
        surroundings=(clock or Clock()).surroundings(),
        default_region="eu-west-1",
        changed=changed,
        declared_trust=declared,
    )
