"""What a proof is still worth when the trust policy has changed since; decided, without a call to STS."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from rolecall.policy import Answer, Arn, Decision, Policy, parse

from . import live as live_role
from .federated import remembered
from .gate import levels_of
from .live import Requirements
from .model import Cause, EnforcedBy, Expectation, Outcome, Probe, ProbeResult, Verdict
from .plan import aims, expected_probes
from .ports import Identity, LiveRole, Unreadable
from .prediction import Situation, by_trust
from .report import BrokenRequirement, RoleReport
from .results import sides, unmet
from .spec import CallerSource, VerifySpec

_RUN = "refresh"


def reconsider(
    report: RoleReport,
    role: LiveRole | Unreadable,
    *,
    spec: VerifySpec,
    declared_trust: Mapping[str, object] | None,
    requirements: Requirements | None,
    now: datetime,
) -> RoleReport:
    """Holds a proof against the role as IAM has it now.

    Args:
        report: the proof.
        role: what IAM answers now.
        spec: the settings under which it was proved.
        declared_trust: the trust policy that was declared; ``None`` where the live one was taken at its word.
        requirements: what the live trust policy must meet.
        now: UTC time.

    Returns:
        The report as it was where the trust policy is the one that was proved. Else one in which each
        probe that the live policy now answers differently is refuted, nothing is live any more, and the
        change is named. The time of the proof stays: nothing new was proved.
    """
    live = live_role.understand(role)
    if live.policy is None:
        return replace(report, trust_unreadable=live.unreadable, levels=())
    broken = live_role.broken(live, report.role_arn, declared_trust=declared_trust, requirements=requirements)
    if live.sha256 == report.trust_policy_sha256:
        return replace(report, broken=broken, trust_unreadable="")
    if declared_trust is None:
        sentence = "the trust policy is another one than when it was proved"
        broken = (*broken, BrokenRequirement(requirement="trust-policy-changed", sentence=sentence))
    policy = parse(declared_trust) if declared_trust is not None else live.policy
    decisions = _decisions(report, spec, policy, live.policy, now)
    return replace(
        report,
        results=tuple(_reconsidered(result, decisions.get(_key(result))) for result in report.results),
        broken=broken,
        levels=levels_of(live.policy, ()),
        trust_policy_sha256=live.sha256,
        trust_unreadable="",
    )


_Key = tuple[str, str, str, str]


def _key(probe: Probe | ProbeResult) -> _Key:
    return probe.kind, probe.caller, probe.region, probe.label


def _decisions(
    report: RoleReport, spec: VerifySpec, planned_from: Policy, live: Policy, now: datetime
) -> Mapping[_Key, Decision]:
    """What the live trust policy says to each probe of the proof, worked out from the same plan."""
    sources = {source.name: source for source in spec.callers}
    met = {(each.caller, each.region, each.caller_arn) for each in report.results if each.caller_arn}
    decisions: dict[_Key, Decision] = {}
    for name, region, arn in sorted(met):
        if name not in sources:
            continue
        situation = Situation(identity=_identity(arn), now=now, region=region)
        for probe in _probes(sources[name], situation, report.role_arn, spec, planned_from):
            decisions.setdefault(_key(probe), by_trust(probe.call, situation, live))
    return decisions


def _probes(
    source: CallerSource, situation: Situation, role_arn: str, spec: VerifySpec, policy: Policy
) -> Iterable[Probe]:
    for aim in aims(
        source,
        situation,
        role_arn=role_arn,
        policy=policy,
        has_mfa=source.mfa_serial is not None,
        run_id=_RUN,
    ):
        yield aim.declared
        yield from aim.denied
    yield from expected_probes(spec.expect, source, situation, role_arn=role_arn, policy=policy, run_id=_RUN)


def _identity(arn: str) -> Identity:
    account = Arn.parse(arn).account if arn.startswith("arn:") else ""
    return Identity(arn=arn, account=account, user_id="", federation=remembered(arn))


def _reconsidered(result: ProbeResult, decision: Decision | None) -> ProbeResult:
    """The result as it was, unless the live trust policy now says the opposite of what was expected."""
    allowed_wanted = result.expectation is Expectation.ALLOWED
    answer = decision.trust if decision is not None else Answer.UNKNOWN
    if answer is not (Answer.DENIED if allowed_wanted else Answer.ALLOWED):
        return result
    return replace(
        result,
        outcome=Outcome.INCONCLUSIVE,
        verdict=Verdict.REFUTED,
        cause=Cause.WOULD_BE_REFUSED if allowed_wanted else Cause.WOULD_GET_IN,
        enforced_by=EnforcedBy.TRUST if allowed_wanted else None,
        detail="",
        code=None,
        attempts=0,
        first_at=None,
        last_at=None,
        milliseconds=0.0,
        request_id=None,
        endpoint="",
        prediction=sides(decision, own_side_read=False),
        unmet=unmet(decision),
    )
