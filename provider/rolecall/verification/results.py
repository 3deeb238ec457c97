"""Turns a probe and what became of it into a result that is fit for state and reports."""

from dataclasses import replace

from rolecall.policy import Answer, Decision, Mismatch, PolicyKind

from .judge import Judgement
from .model import Cause, Outcome, Prediction, Probe, ProbeKind, ProbeResult, Unmet, Verdict
from .ports import Assumed, Done, Refused, Unanswered
from .prediction import Situation
from .report import Skipped
from .spec import CallerSource
from .waiting import Settled


def tried(
    probe: Probe,
    situation: Situation,
    settled: Settled,
    judgement: Judgement,
    decision: Decision | None,
    *,
    own_side_read: bool = False,
) -> ProbeResult:
    """The result of a probe that was made."""
    reply = settled.reply
    return replace(
        _judged(probe, situation, judgement),
        detail=_detail(settled),
        code=None if isinstance(reply, Assumed | Done) else reply.code,
        attempts=settled.attempts,
        first_at=settled.first_at,
        last_at=settled.last_at,
        milliseconds=0.0 if isinstance(reply, Unanswered) else reply.milliseconds,
        request_id=None if isinstance(reply, Unanswered) else reply.request_id,
        endpoint=reply.endpoint,
        prediction=sides(decision, own_side_read=own_side_read),
        unmet=unmet(decision),
    )


def decided(probe: Probe, situation: Situation, decision: Decision) -> ProbeResult | Skipped:
    """What the live trust policy says to a denied probe that isn't made; never "proved"."""
    if decision.trust is Answer.DENIED:
        reason = "not tried; the live trust policy refuses it"
        return Skipped(kind=probe.kind, caller=probe.caller, reason=reason)
    judgement = (
        Judgement(Outcome.INCONCLUSIVE, Verdict.REFUTED, Cause.WOULD_GET_IN)
        if decision.trust is Answer.ALLOWED
        else Judgement(Outcome.INCONCLUSIVE, Verdict.INCONCLUSIVE, Cause.TRUST_UNDECIDED)
    )
    return replace(_judged(probe, situation, judgement), prediction=sides(decision, own_side_read=False))


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


def _judged(probe: Probe, situation: Situation, judgement: Judgement) -> ProbeResult:
    """What a result says of the probe, of who made it, and of the verdict."""
    return ProbeResult(
        kind=probe.kind,
        caller=probe.caller,
        region=probe.region,
        expectation=probe.expectation,
        label=probe.label,
        outcome=judgement.outcome,
        verdict=judgement.verdict,
        cause=judgement.cause,
        enforced_by=judgement.enforced_by,
        caller_arn=situation.identity.arn,
        holds_external_id=probe.holds_external_id,
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
            action=_action(each),
        )
        for each in decision.mismatches
        if each.statement.kind is PolicyKind.TRUST and each.effect == "Allow"
    )


def _action(mismatch: Mismatch) -> str:
    if mismatch.element != "Action" or not isinstance(mismatch.given, tuple):
        return ""
    return next(iter(mismatch.given), "")


def _detail(settled: Settled) -> str:
    reply = settled.reply
    if isinstance(reply, Unanswered):
        return reply.cause
    return reply.message if isinstance(reply, Refused) else ""


def sides(decision: Decision | None, *, own_side_read: bool) -> Prediction | None:
    """The prediction as a report tells it: what wasn't read is unknown, not allowed."""
    if decision is None:
        return None
    caller = decision.caller if own_side_read else Answer.UNKNOWN
    return Prediction(trust=decision.trust, caller=caller, guardrails=Answer.UNKNOWN)
