"""Verifies one role: reads it, plans the probes, asks STS until the answers settle, and judges them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from rolecall.errors import ProbeError
from rolecall.policy import Policy, parse

from . import can_do, results
from . import live as live_role
from .answers import Answers
from .elsewhere import untried
from .gate import levels_of
from .live import Requirements
from .model import Call, Expectation, Outcome, Probe, ProbeResult, Verdict
from .patience import Patience
from .plan import Aim, aims, expected_probes
from .ports import Caller, Owner, Surroundings
from .prediction import Situation, tests_principal_arn
from .report import RoleReport, Skipped
from .spec import CallerSource, CanDo, DeniedProbes, VerifySpec
from .waiting import AGREEING, Settled, Sign, is_allowed


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
    patience = Patience(
        surroundings=surroundings,
        tell=tell,
        left_seconds={
            Expectation.ALLOWED: spec.allowed_timeout_seconds if changed else 0.0,
            Expectation.DENIED: spec.denied_timeout_seconds if changed else 0.0,
        },
    )
    run = _Run(
        role_arn=role_arn,
        spec=spec,
        changed=changed,
        policies=tuple(policy for policy in (declared, live.policy) if policy is not None),
        patience=patience,
        answers=Answers(role_arn=role_arn, live=live),
    )
    regions = spec.regions or (default_region,)
    for source in spec.callers:
        for region in regions:
            run.try_all(source, callers[source.name], region)
    open_points = untried(run.planned_from, role_arn=role_arn, tried=run.accounts)
    return RoleReport(
        role_arn=role_arn,
        role_unique_id=live.unique_id or run.answers.seen_unique_id,
        results=tuple(run.results),
        skipped=tuple(dict.fromkeys((*run.skipped, *open_points))),
        broken=live_role.broken(live, role_arn, declared_trust=declared_trust, requirements=requirements),
        levels=levels_of(live.policy, run.statements_live),
        trust_policy_sha256=live.sha256,
        trust_unreadable=live.unreadable,
        verified_at=surroundings.now(),
        regions=regions if spec.callers else (),
        calls=patience.calls,
        sts_seconds=patience.sts_seconds,
        waited_seconds=patience.waited_seconds,
        clock_skew_seconds=run.clock_skew_seconds,
    )


@dataclass(slots=True, kw_only=True)
class _Run:
    """The probing of one role, with what it found so far.

    Attributes:
        role_arn, spec, changed: as given to ``verify_role``.
        policies: the declared and the live trust policy, as far as they are known.
        patience: asks, and counts.
        answers: what answers mean.
        results, skipped: what becomes of the report.
        statements_live: statements of the live trust policy that were probed both ways.
        accounts: whose callers were to get in.
        clock_skew_seconds: the greatest that was seen.
    """

    role_arn: str
    spec: VerifySpec
    changed: bool
    policies: tuple[Policy, ...]
    patience: Patience
    answers: Answers
    results: list[ProbeResult] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    statements_live: set[int] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    clock_skew_seconds: float = 0.0

    @property
    def planned_from(self) -> Policy | None:
        """The declared trust policy, else the live one; ``None`` where neither is known."""
        return next(iter(self.policies), None)

    @property
    def run_id(self) -> str:
        """What marks this run's sessions."""
        return self.patience.surroundings.run_id

    def try_all(self, source: CallerSource, caller: Caller, region: str) -> None:
        """Tries everything that there is to try with one caller at one endpoint."""
        situation = self.meet(source, caller, region)
        if situation is None:
            return
        planned = aims(
            source,
            situation,
            role_arn=self.role_arn,
            policy=self.planned_from,
            has_mfa=caller.has_mfa,
            run_id=self.run_id,
        )
        controls = [self.aim(aim, caller, situation) for aim in planned]
        expected = expected_probes(
            self.spec.expect,
            source,
            situation,
            role_arn=self.role_arn,
            policy=self.planned_from,
            run_id=self.run_id,
        )
        self.results.extend(self.alone(each, caller, situation, control=any(controls)) for each in expected)
        got_in = [aim.declared.call for aim, allowed in zip(planned, controls, strict=True) if allowed]
        for entry in self.spec.can_do:
            if entry.caller == source.name:
                self.can_do(entry, got_in, caller, situation)

    def meet(self, source: CallerSource, caller: Caller, region: str) -> Situation | None:
        """Finds out who a caller is; where that fails, the failure is the caller's result."""
        try:
            identity = self.patience.timed(lambda: caller.identity(region=region))
        except ProbeError as error:
            self.results.append(results.unasked(source, region, str(error)))
            return None
        identity = identity.asking_for(self.role_arn)
        if identity.is_role_session and any(map(tests_principal_arn, self.policies)):
            identity = replace(identity, role_arn=source.via[-1] if source.via else caller.role_arn())
        if source.expect is Expectation.ALLOWED:
            self.accounts.add(identity.account)
        skew = identity.clock_skew_seconds
        self.clock_skew_seconds = max(self.clock_skew_seconds, skew, key=abs)
        now = self.patience.surroundings.now() + timedelta(seconds=skew)
        return Situation(identity=identity, now=now, region=region)

    def aim(self, aim: Aim, caller: Caller, situation: Situation) -> bool:
        """Tries one declared call and its neighbours; answers whether the declared call got in.

        After a change the denied probes are made in two passes: what one server answers by chance doesn't
        hold for the time of a whole pass, and no time is spent on waiting for that. Where the declared call
        is refused after them, other servers than before have answered, and all is asked again.
        """
        self.skipped.extend(aim.skipped)
        if self.spec.denied_probes is not DeniedProbes.LIVE or not aim.denied:
            declared = self.alone(aim.declared, caller, situation)
            self.results.append(declared)
            if self.spec.denied_probes is DeniedProbes.EVALUATE:
                self.evaluate(aim, situation)
            elif declared.verdict is Verdict.PROVED and not aim.denied:
                self.statements_live |= self.answers.statements(aim.declared, situation)
            return declared.outcome is Outcome.ALLOWED
        asked = self.ask(aim.declared, caller, situation, agreeing=1)
        denied: Sequence[Settled] = ()
        while True:
            for _ in range(2 if self.changed else 1):
                denied = self.refusals(aim, caller, situation, denied)
            if not is_allowed(asked.reply):
                break
            after = self.ask(aim.declared, caller, situation, agreeing=1, earlier=asked)
            asked = asked.then(after)
            if not (after.taken_back and is_allowed(after.reply)):
                break
        controlled = is_allowed(asked.reply)
        declared = self.answers.result(aim.declared, asked, caller, situation)
        judged = [
            self.answers.result(probe, settled, caller, situation, control=controlled)
            for probe, settled in zip(aim.denied, denied, strict=True)
        ]
        self.results.extend([declared, *judged])
        if all(each.verdict is Verdict.PROVED for each in (declared, *judged)):
            self.statements_live |= self.answers.statements(aim.declared, situation)
        return controlled

    def refusals(
        self, aim: Aim, caller: Caller, situation: Situation, earlier: Sequence[Settled]
    ) -> Sequence[Settled]:
        """One pass over an aim's denied probes, joined to what an ``earlier`` pass gave, if any."""
        if not earlier:
            return [self.ask(probe, caller, situation, agreeing=1) for probe in aim.denied]
        return [
            before.then(self.ask(probe, caller, situation, agreeing=1, earlier=before))
            for probe, before in zip(aim.denied, earlier, strict=True)
        ]

    def alone(
        self, probe: Probe, caller: Caller, situation: Situation, *, control: bool | None = None
    ) -> ProbeResult:
        """Tries one probe by itself."""
        settled = self.ask(probe, caller, situation)
        return self.answers.result(probe, settled, caller, situation, control=control)

    def ask(
        self,
        probe: Probe,
        caller: Caller,
        situation: Situation,
        *,
        agreeing: int = AGREEING,
        earlier: Settled | None = None,
    ) -> Settled:
        """Makes a probe's call until its answer has settled, after an ``earlier`` time, if there was one."""
        sign = self.answers.signs(probe, caller, situation)
        return self.patience.settle(
            probe,
            lambda: self.patience.timed(lambda: caller.assume(probe.call, region=probe.region)),
            sign,
            agreeing=agreeing,
            was_right=earlier is not None and sign(earlier.reply) is Sign.RIGHT,
        )

    def evaluate(self, aim: Aim, situation: Situation) -> None:
        """Decides an aim's denied probes on the live trust policy instead of trying them."""
        for probe in aim.denied:
            found = self.answers.evaluated(probe, situation)
            if isinstance(found, Skipped):
                self.skipped.append(found)
            elif found is not None:
                self.results.append(found)

    def can_do(self, entry: CanDo, got_in: Sequence[Call], caller: Caller, situation: Situation) -> None:
        """Tries what a session of the role can do, once a declared call got in."""
        if not got_in:
            self.skipped.append(can_do.untried(entry))
            return
        probe = can_do.probe(entry, got_in[0], situation)
        settled = self.patience.settle(
            probe,
            lambda: caller.do(probe.call, entry.what, region=probe.region),
            lambda reply: can_do.sign(reply, entry.expect),
        )
        self.results.append(can_do.result(probe, situation, settled))
