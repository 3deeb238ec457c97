"""What an outcome means: STS's answer beside the live trust policy, the control and the caller's side."""

from dataclasses import dataclass

from rolecall.policy import Answer, Decision

from .federated import PROVIDER_REFUSALS
from .model import Cause, EnforcedBy, Expectation, Outcome, ProbeKind, Verdict
from .ports import Assumed, Done, Refused, Reply, Unanswered
from .probes import REFUSED, ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a judgement rests on.

    Attributes:
        reply: what STS said in the end.
        decision: the evaluator on the live trust policy, with the caller's own side where that was
            read, else with one that allows everything; ``None`` where the live policy couldn't be read.
        own_side_read: whether the caller's own policies are in the decision.
        right_role: whether the role that was assumed is the one meant.
        control_allowed: whether the declared call got in before and after; ``None`` without a control.
        contradictory: a right answer was taken back, and the time for waiting is over.
    """

    reply: Reply
    decision: Decision | None
    own_side_read: bool = False
    right_role: bool = True
    control_allowed: bool | None = None
    contradictory: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, the verdict and the reason for it."""

    outcome: Outcome
    verdict: Verdict
    cause: Cause | None = None
    enforced_by: EnforcedBy | None = None


def outcome_of(kind: ProbeKind, reply: Reply) -> Outcome:
    """What STS said, in one word: only the codes in the probe's own row count as its refusal."""
    if isinstance(reply, Assumed | Done):
        return Outcome.ALLOWED
    refusals = ROWS[kind].refusals if kind in ROWS else REFUSED
    if isinstance(reply, Refused) and not reply.mfa_failed and reply.code in refusals:
        return Outcome.DENIED
    return Outcome.INCONCLUSIVE


def judge(kind: ProbeKind, expectation: Expectation, evidence: Evidence) -> Judgement:
    """The verdict on one probe."""
    outcome = outcome_of(kind, evidence.reply)
    if outcome is Outcome.INCONCLUSIVE:
        cause = Cause.NO_ANSWER if isinstance(evidence.reply, Unanswered) else Cause.UNEXPECTED_CODE
        return Judgement(outcome, Verdict.INCONCLUSIVE, cause)
    if evidence.contradictory:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.UNSETTLED)
    if outcome is Outcome.DENIED and evidence.decision is not None and evidence.decision.barred_by:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.CALLER_BARRED, EnforcedBy.CALLER)
    if expectation is Expectation.ALLOWED:
        return _expected_in(outcome, evidence)
    return _expected_out(kind, outcome, evidence)


def _expected_in(outcome: Outcome, evidence: Evidence) -> Judgement:
    if outcome is Outcome.ALLOWED:
        if not evidence.right_role:
            return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.WRONG_ROLE)
        return Judgement(outcome, Verdict.PROVED)
    decision = evidence.decision
    if decision is None:
        return Judgement(outcome, Verdict.REFUTED, Cause.TRUST_UNREADABLE, EnforcedBy.UNKNOWN)
    if decision.trust is Answer.DENIED:
        return Judgement(outcome, Verdict.REFUTED, Cause.TRUST_REFUSES, EnforcedBy.TRUST)
    if not evidence.own_side_read or decision.caller is Answer.UNKNOWN:
        return Judgement(outcome, Verdict.PENDING, Cause.CALLER_SIDE_UNREADABLE, EnforcedBy.UNKNOWN)
    if decision.answer is Answer.DENIED:
        return Judgement(outcome, Verdict.PENDING, Cause.CALLER_SIDE_MISSING, EnforcedBy.CALLER)
    return Judgement(outcome, Verdict.REFUTED, Cause.NEVER_ASSUMABLE, EnforcedBy.UNKNOWN)


def _expected_out(kind: ProbeKind, outcome: Outcome, evidence: Evidence) -> Judgement:
    if outcome is Outcome.ALLOWED:
        return Judgement(outcome, Verdict.REFUTED, Cause.GOT_IN)
    if isinstance(evidence.reply, Refused) and evidence.reply.code in PROVIDER_REFUSALS:
        return _refused_by_provider(outcome, evidence)
    decision = evidence.decision
    if decision is None:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.TRUST_UNREADABLE, EnforcedBy.UNKNOWN)
    if decision.trust is Answer.ALLOWED:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.REFUSED_BY_CALLER_SIDE, EnforcedBy.CALLER)
    if decision.trust is Answer.UNKNOWN:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.TRUST_UNDECIDED, EnforcedBy.UNKNOWN)
    if kind is ProbeKind.STRANGER and decision.caller is not Answer.ALLOWED:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.CANNOT_ASSUME_ANYTHING, EnforcedBy.TRUST)
    if evidence.control_allowed is False:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.CONTROL_REFUSED, EnforcedBy.TRUST)
    return Judgement(outcome, Verdict.PROVED, None, EnforcedBy.TRUST)


def _refused_by_provider(outcome: Outcome, evidence: Evidence) -> Judgement:
    """STS didn't take the token, so nobody looked at the trust policy."""
    if evidence.control_allowed is False:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.CONTROL_REFUSED, EnforcedBy.PROVIDER)
    return Judgement(outcome, Verdict.PROVED, None, EnforcedBy.PROVIDER)
