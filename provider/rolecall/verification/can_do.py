"""What a session of the role may do: the table of answers, and what they mean."""

from typing import Final

from .judge import Judgement
from .model import Call, Cause, Expectation, Outcome, Probe, ProbeKind, ProbeResult, Verdict
from .ports import Done, Refused, Reply, Unanswered
from .prediction import Situation
from .report import Skipped
from .results import tried
from .spec import CanDo
from .waiting import Settled, Sign

REFUSALS: Final = frozenset({
    "AccessDenied",  # IAM, S3, STS and the other services that answer in XML
    "AccessDeniedException",  # services that answer in JSON
    "UnauthorizedOperation",  # EC2
    "AuthorizationError", "AuthorizationErrorException",  # SNS
    "AccessDeniedFault",  # DMS
    "403", "Forbidden",  # answers to HEAD, which have no body to hold a code
})  # fmt: skip
"""The codes by which services say that the policies don't allow a call."""

PASSED: Final = frozenset({
    "DryRunOperation",  # EC2: it would have been done
    "NoSuchKey",  # S3 hides from whom it would refuse whether there is an object (AWS page: GetObject)
})  # fmt: skip
"""The codes by which services say that the policies did allow a call that wasn't carried out.

Any other code tells nothing: some services look for what a call is about, or check its parameters, before
they look at policies.
"""


def probe(entry: CanDo, call: Call, situation: Situation) -> Probe:
    """The probe of one entry of ``can_do``, by a call that gets in."""
    return Probe(
        kind=ProbeKind.CAN_DO,
        caller=entry.caller,
        region=situation.region,
        expectation=entry.expect,
        label=str(entry.what),
        call=call,
    )


def untried(entry: CanDo) -> Skipped:
    """What is said of an entry where no declared call of its caller got in."""
    reason = f"{entry.what} needs a session of the role, and the declared call gave none"
    return Skipped(kind=ProbeKind.CAN_DO, caller=entry.caller, reason=reason)


def outcome_of(reply: Reply) -> Outcome:
    """What the service said, in one word."""
    if isinstance(reply, Refused):
        if reply.code in REFUSALS:
            return Outcome.DENIED
        return Outcome.ALLOWED if reply.code in PASSED else Outcome.INCONCLUSIVE
    return Outcome.ALLOWED if isinstance(reply, Done) else Outcome.INCONCLUSIVE


def sign(reply: Reply, expectation: Expectation) -> Sign:
    """How an answer is read while a change of the role's policies spreads; no policy of it is read."""
    if isinstance(reply, Unanswered):
        return Sign.NONE
    outcome = outcome_of(reply)
    if outcome is Outcome.INCONCLUSIVE:
        return Sign.FINAL
    return Sign.RIGHT if outcome.meets(expectation) else Sign.OPEN


def result(made: Probe, situation: Situation, settled: Settled) -> ProbeResult:
    """The result of a probe that was made."""
    return tried(made, situation, settled, _judged(made, settled), None)


def _judged(made: Probe, settled: Settled) -> Judgement:
    outcome = outcome_of(settled.reply)
    if isinstance(settled.reply, Unanswered):
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.NO_ANSWER)
    if outcome is Outcome.INCONCLUSIVE:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.NEITHER_MAY)
    if settled.contradictory:
        return Judgement(outcome, Verdict.INCONCLUSIVE, Cause.UNSETTLED)
    if outcome.meets(made.expectation):
        return Judgement(outcome, Verdict.PROVED)
    cause = Cause.MAY if outcome is Outcome.ALLOWED else Cause.MAY_NOT
    return Judgement(outcome, Verdict.REFUTED, cause)
