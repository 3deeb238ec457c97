"""Verifies one role: reads it, plans the probes, asks STS until the answers settle, and judges them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from rolecall.errors import ProbeError
from rolecall.policy import UNKNOWN, Answer, Arn, CallerSide, Decision, PolicyKind, parse

from . import live as live_role
from . import results
from .gate import levels_of
from .judge import Evidence, judge
from .live import Live, Requirements
from .model import Expectation, Outcome, Probe, ProbeKind, ProbeResult, RoleReport, Skipped, Verdict
from .plan import Aim, aims, expected_probes
from .ports import Assumed, Caller, Owner, Reply, Surroundings, Unanswered
from .prediction import Situation, by_both, by_trust
from .spec import CallerSource, DeniedProbes, VerifySpec
from .waiting import AGREEING, Settled, is_allowed, is_refused, settle

_Answer = TypeVar("_Answer")


def verify_role(
    role_arn: str,
    spec: VerifySpec,
    *,
    callers: Mapping[str, Caller],
    owner: Owner,
    surroundings: Surroundings,
    default_region: str,
    declared_trust: Mapping[str, object] | None = None,
    changed: bool = False,
    requirements: Requirements | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> RoleReport:
    """Verifies one role with real calls to STS.

    Args:
        role_arn: ARN of the role.
        spec: who tries, what is expected, how patient to be.
        callers: the callers of ``spec`` by name.
        owner: reads the live trust policy.
        surroundings: clock, sleep and the mark of this run.
        default_region: the STS endpoint asked where ``spec.regions`` is empty.
        declared_trust: the trust policy that was declared; ``None`` to take the live one at its word.
        changed: the role was just created or changed, so a wrong answer may be "not yet" and is retried
            until the timeouts of ``spec``.
        requirements: what the live trust policy must meet besides.
        tell: told what is being waited for, in short lines for a person.

    Returns:
        The report. Refusals, outages and unreadable policies are in it; nothing is raised for them.

    Raises:
        PolicyError: ``declared_trust`` isn't a trust policy.
    """
    declared = parse(declared_trust) if declared_trust is not None else None
    live = live_role.read(
        owner, role_arn, written=declared_trust if changed else None, surroundings=surroundings, tell=tell
    )
    run = _Run(role_arn=role_arn, spec=spec, surroundings=surroundings, changed=changed, tell=tell, live=live)
    regions = spec.regions or (default_region,)
    for source in spec.callers:
        for region in regions:
            situation = run.meet(source, callers[source.name], region)
            if situation is None:
                continue
            planned = aims(
                source,
                situation,
                role_arn=role_arn,
                policy=declared or live.policy,
                has_mfa=callers[source.name].has_mfa,
                run_id=surroundings.run_id,
            )
            run.caller(source, callers[source.name], situation, planned)
    return RoleReport(
        role_arn=role_arn,
        role_unique_id=live.unique_id or run.seen_unique_id,
        results=tuple(run.results),
        skipped=tuple(dict.fromkeys(run.skipped)),
        broken=live_role.broken(live, role_arn, declared_trust=declared_trust, requirements=requirements),
        levels=levels_of(live.policy, run.statements_live),
        trust_policy_sha256=live.sha256,
        trust_unreadable=live.unreadable,
        verified_at=surroundings.now(),
        regions=regions if spec.callers else (),
        calls=run.calls,
        sts_seconds=run.sts_seconds,
        waited_seconds=run.waited_seconds,
    )


@dataclass(slots=True, kw_only=True)
class _Run:
    """The probing of one role, with what it found so far."""

    role_arn: str
    spec: VerifySpec
    surroundings: Surroundings
    changed: bool
    tell: Callable[[str], None]
    live: Live
    results: list[ProbeResult] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    statements_live: set[int] = field(default_factory=set)
    seen_unique_id: str | None = None
    calls: int = 0
    sts_seconds: float = 0.0
    waited_seconds: float = 0.0

    def meet(self, source: CallerSource, caller: Caller, region: str) -> Situation | None:
        """Finds out who a caller is; where that fails, the failure is the caller's result."""
        try:
            identity = self.timed(lambda: caller.identity(region=region))
        except ProbeError as error:
            self.results.append(results.unasked(source, region, str(error)))
            return None
        return Situation(identity=identity, now=self.surroundings.now(), region=region)

    def caller(
        self, source: CallerSource, caller: Caller, situation: Situation, planned: tuple[Aim, ...]
    ) -> None:
        """Tries everything that there is to try with one caller at one endpoint."""
        controls = [self.aim(aim, caller, situation) for aim in planned]
        run_id = self.surroundings.run_id
        for probe in expected_probes(
            self.spec.expect, source, situation, role_arn=self.role_arn, run_id=run_id
        ):
            self.results.append(self.alone(probe, caller, situation, control=any(controls)))

    def aim(self, aim: Aim, caller: Caller, situation: Situation) -> bool:
        """Tries one declared call and its neighbours; answers whether the declared call got in.

        After a change everything is asked in two passes: what one server answers by chance doesn't hold
        for the time of a whole pass, and no time is spent on waiting for that.
        """
        self.skipped.extend(aim.skipped)
        if self.spec.denied_probes is not DeniedProbes.LIVE or not aim.denied:
            declared = self.alone(aim.declared, caller, situation)
            self.results.append(declared)
            if self.spec.denied_probes is DeniedProbes.EVALUATE:
                self.evaluate(aim, situation)
            elif declared.verdict is Verdict.PROVED and not aim.denied:
                self.note_live(aim.declared, situation)
            return declared.outcome is Outcome.ALLOWED
        before = self.ask(aim.declared, caller, situation, agreeing=1)
        denied = [self.ask(probe, caller, situation, agreeing=1) for probe in aim.denied]
        if self.changed:
            again = [self.ask(probe, caller, situation, agreeing=1) for probe in aim.denied]
            denied = [first.then(second) for first, second in zip(denied, again, strict=True)]
        allowed = is_allowed(before.reply)
        after = self.ask(aim.declared, caller, situation, agreeing=1) if allowed else before
        declared = self.explained(aim.declared, before.then(after) if allowed else before, caller, situation)
        controlled = allowed and is_allowed(after.reply)
        judged = [
            self.judged(probe, settled, self.by_trust(probe, situation), situation, control=controlled)
            for probe, settled in zip(aim.denied, denied, strict=True)
        ]
        self.results.extend([declared, *judged])
        if all(each.verdict is Verdict.PROVED for each in (declared, *judged)):
            self.note_live(aim.declared, situation)
        return controlled

    def alone(
        self, probe: Probe, caller: Caller, situation: Situation, *, control: bool | None = None
    ) -> ProbeResult:
        """Tries one probe by itself."""
        settled = self.ask(probe, caller, situation)
        return self.explained(probe, settled, caller, situation, control=control)

    def explained(
        self,
        probe: Probe,
        settled: Settled,
        caller: Caller,
        situation: Situation,
        *,
        control: bool | None = None,
    ) -> ProbeResult:
        """The result of a probe; where its refusal may be the caller's own doing, that side is read too."""
        decision = self.by_trust(probe, situation)
        asks_own_side = probe.expectation is Expectation.ALLOWED or probe.kind is ProbeKind.STRANGER
        read = False
        if asks_own_side and is_refused(settled.reply) and self.live.policy is not None:
            own_side = caller.own_side()
            read = _was_read(own_side)
            decision = by_both(probe.call, situation, self.live.policy, own_side)
        return self.judged(probe, settled, decision, situation, control=control, own_side_read=read)

    def ask(self, probe: Probe, caller: Caller, situation: Situation, *, agreeing: int = AGREEING) -> Settled:
        """Makes a probe's call until its answer has settled."""
        wants_in = probe.expectation is Expectation.ALLOWED
        timeout = self.spec.allowed_timeout_seconds if wants_in else self.spec.denied_timeout_seconds
        settled = settle(
            lambda: self.assume(probe, caller),
            right=is_allowed if wants_in else is_refused,
            hopeless=self.hopeless(probe, caller, situation),
            timeout_seconds=timeout if self.changed else 0.0,
            agreeing=agreeing,
            surroundings=self.surroundings,
            tell=lambda elapsed: self.tell(_waiting(probe, elapsed, timeout)),
        )
        self.waited_seconds += settled.waited_seconds
        return settled

    def hopeless(self, probe: Probe, caller: Caller, situation: Situation) -> Callable[[Reply], bool]:
        """Whether a wrong answer is what the policies themselves say, so that waiting won't change it."""
        policy = self.live.policy
        decision = self.by_trust(probe, situation)
        sides: list[Answer] = []

        def is_hopeless(reply: Reply) -> bool:
            if decision is None or policy is None or isinstance(reply, Unanswered):
                return False
            if probe.expectation is Expectation.DENIED:
                return decision.trust is Answer.ALLOWED
            if decision.trust is Answer.DENIED:
                return True
            if Answer.ALLOWED not in sides:  # a caller that was once seen to be allowed isn't read again
                sides.append(by_both(probe.call, situation, policy, caller.own_side()).answer)
            return sides[-1] is Answer.DENIED

        return is_hopeless

    def by_trust(self, probe: Probe, situation: Situation) -> Decision | None:
        """What the live trust policy says to a probe; ``None`` where it couldn't be read."""
        policy = self.live.policy
        return by_trust(probe.call, situation, policy) if policy is not None else None

    def assume(self, probe: Probe, caller: Caller) -> Reply:
        """One AssumeRole, counted."""
        self.calls += 1
        return self.timed(lambda: caller.assume(probe.call, region=probe.region))

    def timed(self, ask: Callable[[], _Answer]) -> _Answer:
        """An answer of STS; the time that it took is part of the report."""
        started = self.surroundings.now()
        try:
            return ask()
        finally:
            self.sts_seconds += (self.surroundings.now() - started).total_seconds()

    def judged(
        self,
        probe: Probe,
        settled: Settled,
        decision: Decision | None,
        situation: Situation,
        *,
        control: bool | None,
        own_side_read: bool = False,
    ) -> ProbeResult:
        """The result of one probe that was made."""
        evidence = Evidence(
            reply=settled.reply,
            decision=decision,
            own_side_read=own_side_read,
            right_role=self.is_right_role(settled.reply),
            control_allowed=control,
        )
        judgement = judge(probe.kind, probe.expectation, evidence)
        return results.tried(probe, situation, settled, judgement, decision)

    def evaluate(self, aim: Aim, situation: Situation) -> None:
        """Decides an aim's denied probes on the live trust policy instead of trying them."""
        if self.live.policy is None:
            return
        for probe in aim.denied:
            decision = by_trust(probe.call, situation, self.live.policy)
            found = results.decided(probe, situation, decision)
            if isinstance(found, Skipped):
                self.skipped.append(found)
            else:
                self.results.append(found)

    def is_right_role(self, reply: Reply) -> bool:
        """Whether the role that was assumed is the one meant: account, name and unique id."""
        if not isinstance(reply, Assumed):
            return True
        arn = Arn.parse(self.role_arn)
        self.seen_unique_id = reply.role_unique_id
        return (
            reply.account == arn.account
            and reply.role_name == arn.name
            and self.live.unique_id in {None, reply.role_unique_id}
        )

    def note_live(self, probe: Probe, situation: Situation) -> None:
        """Remembers the statements through which a proved call got in."""
        if self.live.policy is not None:
            settled_by = by_trust(probe.call, situation, self.live.policy).settled_by
            self.statements_live.update(ref.index for ref in settled_by if ref.kind is PolicyKind.TRUST)


def _was_read(own_side: CallerSide) -> bool:
    return own_side.identity_policies is not UNKNOWN


def _waiting(probe: Probe, elapsed: float, timeout: float) -> str:
    wish = "let in" if probe.expectation is Expectation.ALLOWED else "refused"
    what = "" if probe.kind is ProbeKind.AS_DECLARED else f" ({probe.kind})"
    return f"waiting for {probe.caller}{what} to be {wish}: {elapsed:.0f} s of {timeout:.0f} s"
