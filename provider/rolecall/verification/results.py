"""Turns a probe and what became of it into a result that is fit for state and reports."""

from rolecall.policy import Answer, Decision, PolicyKind

from .judge import Judgement
from .model import Cause, Outcome, Prediction, Probe, ProbeKind, ProbeResult, Skipped, Unmet, Verdict
from .ports import Assumed, Refused, Unanswered
from .prediction import Situation
from .spec import CallerSource
from .waiting import Settled


def tried(
    probe: Probe, situation: Situation, settled: Settled, judgement: Judgement, decision: Decision | None
) -> ProbeResult:
    """The result of a probe that was made."""
    reply = settled.reply
    return ProbeResult(
        kind=probe.kind,
        caller=probe.caller,
        region=probe.region,
        expectation=probe.expectation,
        label=probe.label,
        outcome=judgement.outcome,
        verdict=judgement.verdict,
        cause=judgement.cause,
        detail=_detail(settled),
        enforced_by=judgement.enforced_by,
        code=None if isinstance(reply, Assumed) else reply.code,
        attempts=settled.attempts,
        first_at=settled.first_at,
        last_at=settled.last_at,
        milliseconds=0.0 if isinstance(reply, Unanswered) else reply.milliseconds,
        request_id=None if isinstance(reply, Unanswered) else reply.request_id,
        caller_arn=situation.identity.arn,
        prediction=_sides(decision),
        unmet=unmet(decision),
    )


def decided(probe: Probe, situation: Situation, decision: Decision) -> ProbeResult | Skipped:
    """What the live trust policy says to a denied probe that isn't made; never "proved"."""
    if decision.trust is Answer.DENIED:
        reason = "not tried; the live trust policy refuses it"
        return Skipped(kind=probe.kind, caller=probe.caller, reason=reason)
    would_get_in = decision.trust is Answer.ALLOWED
    return ProbeResult(
        kind=probe.kind,
        caller=probe.caller,
        region=probe.region,
        expectation=probe.expectation,
        label=probe.label,
        outcome=Outcome.INCONCLUSIVE,
        verdict=Verdict.REFUTED if would_get_in else Verdict.INCONCLUSIVE,
        cause=Cause.WOULD_GET_IN if would_get_in else Cause.TRUST_UNDECIDED,
        caller_arn=situation.identity.arn,
        prediction=_sides(decision),
    )


def unasked(source: CallerSource, region: str, cause: str) -> ProbeResult:
    """The result for a caller of whom not even the identity could be found out."""
    kind = ProbeKind.STRANGER if source.expect == "denied" else ProbeKind.AS_DECLARED
    return ProbeResult(
        kind=kind,
        caller=source.name,
        region=region,
        expectation=source.expect,
        outcome=Outcome.INCONCLUSIVE,
        verdict=Verdict.INCONCLUSIVE,
        cause=Cause.NO_ANSWER,
        detail=cause,
    )


def unmet(decision: Decision | None) -> tuple[Unmet, ...]:
    """What each Allow statement of the trust policy lacked, where the trust policy refuses."""
    if decision is None or decision.trust is not Answer.DENIED:
        return ()
    return tuple(
        Unmet(
            statement=each.statement.index,
            element=each.element,
            operator=each.operator or "",
            key=each.key or "",
            absent=each.element == "Condition" and each.given is None,
        )
        for each in decision.mismatches
        if each.statement.kind is PolicyKind.TRUST and each.effect == "Allow"
    )


def _detail(settled: Settled) -> str:
    reply = settled.reply
    if isinstance(reply, Unanswered):
        return reply.cause
    return reply.message if isinstance(reply, Refused) else ""


def _sides(decision: Decision | None) -> Prediction | None:
    if decision is None:
        return None
    return Prediction(trust=decision.trust, caller=decision.caller, guardrails=decision.guardrails)
