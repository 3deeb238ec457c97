"""Tells the results of a verification in sentences: what happened, where, and what to do next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType
from typing import Final

from rolecall.policy import Answer
from rolecall.verification.model import (
    Cause,
    Disagreement,
    Expectation,
    Outcome,
    ProbeKind,
    ProbeResult,
    Unmet,
    Verdict,
)
from rolecall.verification.report import (
    Attested,
    BrokenRequirement,
    Failure,
    RoleReport,
    Skipped,
    StatementLevel,
    TrustUnread,
)

from .safe import quoted, safe
from .words import PROBES, REFUSERS

_RUN_AGAIN: Final = "then run again."
_GRANT: Final = (
    "Allow sts:AssumeRole on this role in the caller's identity policy and in its permissions boundary, "
    f"{_RUN_AGAIN}"
)
_COMPARE: Final = (
    f"Compare the principals and conditions of the trust policy with what this caller sends, {_RUN_AGAIN}"
)
_READ_TRUST: Final = (
    f"Let the credentials that read the role call iam:GetRole on it, or correct its ARN, {_RUN_AGAIN}"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """One cause in words: two templates over the fields of ``_fields``.

    Attributes:
        what: what happened, without a full stop.
        next: what to do about it, a full sentence.
        lead: what stands before the words of AWS or the network; ``None`` where they add nothing.
    """

    what: str
    next: str
    lead: str | None = "; AWS said: "


CAUSES: Final[Mapping[Cause, _Told]] = MappingProxyType(
    {
        Cause.GOT_IN: _Told("{who} got in {manner}{where}: {gap}", "{remedy}", lead=None),
        Cause.TRUST_REFUSES: _Told(
            "{who} was refused {manner}{where}: the trust policy does not let it in{unmet}",
            _COMPARE,
        ),
        Cause.NEVER_ASSUMABLE: _Told(
            "{who} was refused {manner}{where} after {tries}, although the trust policy lets it in and its "
            "own policies allow it",
            "If either was changed in the last minutes, wait; else look for a service or resource control "
            f"policy that denies sts:AssumeRole; {_RUN_AGAIN}",
        ),
        Cause.WRONG_ROLE: _Told(
            "{who} got in {manner}{where}, but into another role than the one that was read",
            f"Was the role deleted and made again? Check the ARN, {_RUN_AGAIN}",
        ),
        Cause.CALLER_SIDE_MISSING: _Told(
            "{who} does not get in {manner} yet{where}: the trust policy lets it in, its own policies "
            "do not allow sts:AssumeRole on this role",
            _GRANT,
        ),
        Cause.CALLER_SIDE_UNREADABLE: _Told(
            "{who} does not get in {manner} yet{where}: the trust policy lets it in; its own policies could "
            "not be read, and seem not to allow sts:AssumeRole on this role",
            _GRANT,
        ),
        Cause.REFUSED_BY_CALLER_SIDE: _Told(
            "{who} was refused {manner}{where}, but not by the trust policy, which would let it in: "
            "the refusal came from {refuser}",
            "{remedy}",
        ),
        Cause.TRUST_UNREADABLE: _Told(
            "{who} {did} {manner}{where}, and the live trust policy could not be read, so it stays open "
            "which side decided",
            _READ_TRUST,
        ),
        Cause.TRUST_UNDECIDED: _Told(
            "{who} {did} {manner}{where}, and what the trust policy says to such a call cannot be told: it "
            "depends on something that is not known here",
            "Look in the trust policy for conditions on the caller's organization, tags, network, role path "
            "or earlier MFA, and check those by hand.",
        ),
        Cause.CONTROL_REFUSED: _Told(
            "{who} was refused {manner}{where}, which shows nothing: the same call as declared did not get "
            "in either",
            f"Make the declared call work first, {_RUN_AGAIN}",
            lead=None,
        ),
        Cause.CALLER_BARRED: _Told(
            "{who} was refused {manner}{where}, and would be by any role: no policy lets credentials of this "
            "kind assume it (a root user, GetFederationToken, another partition)",
            f"Use an IAM user or role of the role's partition as the caller, {_RUN_AGAIN}",
        ),
        Cause.CANNOT_ASSUME_ANYTHING: _Told(
            "{who} was refused {manner}{where}, which shows little: nothing shows that it may call "
            "sts:AssumeRole at all",
            f"Allow the caller sts:AssumeRole on this role in its own identity policy, {_RUN_AGAIN}",
        ),
        Cause.UNEXPECTED_CODE: _Told(
            "{who} got {code} {manner}{where}, which neither lets in nor refuses",
            f"Correct what the answer names, {_RUN_AGAIN}",
        ),
        Cause.NO_ANSWER: _Told(
            "{who} got no answer {manner}{where}",
            f"Put that right, {_RUN_AGAIN}",
            lead=": ",
        ),
        Cause.UNSETTLED: _Told(
            "{who} got in at one time and was refused at another {manner}{where}, in {tries}: a change "
            "has not reached every server yet, or was made meanwhile",
            f"Wait some minutes, {_RUN_AGAIN}",
        ),
        Cause.MAY_NOT: _Told(
            "{who} assumed the role{where}, and its session may not do {label}",
            "Allow it in the role's policies, look at its permissions boundary and at guardrails, "
            f"{_RUN_AGAIN}",
        ),
        Cause.MAY: _Told(
            "{who} assumed the role{where}, and its session may do {label}, which it must not",
            f"Take it out of the role's policies, {_RUN_AGAIN}",
            lead=None,
        ),
        Cause.NEITHER_MAY: _Told(
            "{who} assumed the role{where}, and {label} got {code}, which shows neither that its session "
            "may do that nor that it may not",
            f"Give parameters of something that is there, {_RUN_AGAIN}",
        ),
        Cause.WOULD_GET_IN: _Told(
            "{who} would get in {manner}{where}, by the trust policy as it reads now: {gap}",
            "{remedy}",
            lead=None,
        ),
        Cause.WOULD_BE_REFUSED: _Told(
            "{who} would be refused {manner}{where}, by the trust policy as it reads now{unmet}",
            _COMPARE,
            lead=None,
        ),
    }
)
"""What each cause means to a person."""


_SHOWN: Final = 3
"""Statements whose reasons a sentence shows; the others are counted."""

_OTHER_ELEMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {"Principal": "trusts other principals", "Action": "is about other actions"}
)

_DID: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.ALLOWED: "was let in",
        Outcome.DENIED: "was refused",
        Outcome.INCONCLUSIVE: "was not tried",
    }
)


def sentence(result: ProbeResult) -> str:
    """What came of one probe: what, where, and, unless it is proved, what to do next.

    Holds no external ID, no MFA code and nothing that moves a terminal. The role isn't named:
    see :func:`about`.
    """
    if result.cause is None:
        return _as_expected(result)
    told = CAUSES[result.cause]
    fields = _fields(result)
    said = f"{told.lead}{safe(result.detail).rstrip('.')}" if told.lead and result.detail else ""
    return f"{told.what.format_map(fields)}{said}. {told.next.format_map(fields)}"


_DISAGREEMENTS: Final[Mapping[Disagreement, str]] = MappingProxyType(
    {
        Disagreement.LET_IN: (
            "{who} was let in {manner}{where}, although the trust policy, as it was read, refuses that call. "
            "Either STS still decides by an earlier trust policy, or rolecall reads this one wrongly: run "
            "again in some minutes, and report it as a defect where it stays so."
        ),
        Disagreement.REFUSED: (
            "{who} was refused {manner}{where}, although the trust policy and its own policies, as they were "
            "read, allow that call. What was not read decided: a service or resource control policy, the "
            "policy of a VPC endpoint, or a change of the last minutes."
        ),
    }
)


def disagreement_sentence(result: ProbeResult) -> str:
    """Where STS answered otherwise than was predicted: how, and what may explain it; else ``""``."""
    if result.disagreement is None:
        return ""
    return _DISAGREEMENTS[result.disagreement].format_map(_fields(result))


def headline(report: RoleReport) -> str:
    """What came of a verification, in a few words."""
    if report.verdict is None:
        return f"nobody tried; level {report.level}"
    count = len(report.results)
    return f"{report.verdict}, level {report.level}: {count} probe{'' if count == 1 else 's'}"


def about(role_arn: str, text: str) -> str:
    """A sentence with the role that it is about in front of it."""
    return f"role {quoted(role_name(role_arn))} ({safe(role_arn)}): {text}"


def role_name(role_arn: str) -> str:
    """The name that a role's ARN ends in."""
    return role_arn.rsplit("/", 1)[-1]


def broken_sentence(broken: BrokenRequirement) -> str:
    """A requirement that the live trust policy doesn't meet."""
    told = safe(broken.sentence).rstrip(".")
    return (
        f"requirement {quoted(broken.requirement)} is broken: {told}. Correct the trust policy, {_RUN_AGAIN}"
    )


def skipped_sentence(skipped: Skipped) -> str:
    """A probe that wasn't run."""
    return (
        f"{quoted(skipped.caller)} was not tried {PROBES[skipped.kind].manner}: "
        f"{safe(skipped.reason).rstrip('.')}."
    )


def failure_sentence(failure: Failure) -> str:
    """What keeps a verification from being as declared; the role isn't named: see :func:`about`."""
    match failure:
        case ProbeResult():
            return sentence(failure)
        case BrokenRequirement():
            return broken_sentence(failure)
        case StatementLevel():
            return (
                f"statement {failure.statement + 1} of the trust policy is verified to level "
                f'"{failure.level}", and "live" is required. Give a caller that this statement lets in, '
                f"{_RUN_AGAIN}"
            )
        case TrustUnread():
            cause = safe(failure.cause).rstrip(".")
            return f"the live trust policy could not be read: {cause}. Put that right, {_RUN_AGAIN}"
        case Attested():
            return receipt_sentence(failure)


def receipt_sentence(receipt: Attested) -> str:
    """What a receipt is worth: somebody's word on probes of its own, or nothing."""
    who = f"account {safe(receipt.account)} ({safe(receipt.caller_arn)})"
    when = receipt.made_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if receipt.refused:
        why = safe(receipt.refused)
        return f"the receipt of {who} of {when} does not count: {why}. Ask for a new one, {_RUN_AGAIN}"
    count = len(receipt.results)
    return (
        f"what came of {count} probe{'' if count == 1 else 's'} at {when} is stated by a receipt of {who}: "
        "its word, which is not proved here and holds against the live trust policy; the request ids are in "
        "the CloudTrail of the role's account."
    )


def open_points(report: RoleReport) -> tuple[str, ...]:
    """Sentences on all that a report leaves open or refutes, worst first, each once."""
    told = [broken_sentence(broken) for broken in report.broken]
    if report.trust_unreadable:
        told.append(failure_sentence(TrustUnread(cause=report.trust_unreadable)))
    told += [receipt_sentence(receipt) for receipt in report.receipts if receipt.refused]
    severity = list(Verdict)
    every = (*report.results, *report.attested)
    unproved = [result for result in every if result.verdict is not Verdict.PROVED]
    told += map(sentence, sorted(unproved, key=lambda result: -severity.index(result.verdict)))
    proved = (result for result in every if result.verdict is Verdict.PROVED)
    told += filter(None, map(disagreement_sentence, proved))  # of the others their own sentence tells it
    return tuple(dict.fromkeys(told))


def _as_expected(result: ProbeResult) -> str:
    fields = _fields(result)
    if result.kind is ProbeKind.CAN_DO:
        may = "may" if result.expectation is Expectation.ALLOWED else "may not"
        return f"{{who}} assumed the role{{where}}, and its session {may} do {{label}}.".format_map(fields)
    if result.expectation is Expectation.ALLOWED:
        return "{who} got in {manner}{where}.".format_map(fields)
    return "{who} was refused {manner}{where}, by {refuser}.".format_map(fields)


def _fields(result: ProbeResult) -> Mapping[str, str]:
    gap, remedy = _GAPS.get(result.cause, _gap_of_trust)(result)
    return {
        "who": quoted(result.caller),
        "did": _DID[result.outcome],
        "manner": _manner(result),
        "label": quoted(result.label),
        "where": f" ({safe(result.region)})" if result.region else "",
        "tries": "1 try" if result.attempts == 1 else f"{result.attempts} tries",
        "refuser": REFUSERS[result.enforced_by] if result.enforced_by else "an unknown side",
        "code": quoted(result.code) if result.code else "an error without a code",
        "unmet": _unmet(result.unmet),
        "gap": gap,
        "remedy": remedy,
    }


def _manner(result: ProbeResult) -> str:
    words = PROBES[result.kind]
    manner = f"{words.manner} that holds the external ID" if result.holds_external_id else words.manner
    return f"{manner}{words.joint}{quoted(result.label)}" if result.label else manner


def _unmet(unmet: Sequence[Unmet]) -> str:
    """What the statements of the trust policy lacked, in brackets; nothing where that isn't known."""
    if not unmet:
        return ""
    more = f"; and {len(unmet) - _SHOWN} statements more" if len(unmet) > _SHOWN else ""
    return f" ({'; '.join(map(_lack, unmet[:_SHOWN]))}{more})"


def _lack(unmet: Unmet) -> str:
    statement = f"statement {unmet.statement + 1}"
    if unmet.element == "Action" and unmet.action:
        return f"{statement} does not allow {safe(unmet.action)}"
    if unmet.element != "Condition":
        return f"{statement} {_OTHER_ELEMENTS.get(unmet.element, f'has another {unmet.element}')}"
    key, operator = safe(unmet.key), safe(unmet.operator)
    if unmet.absent:
        return f"{statement} tests {key} by {operator}, and the call has no {key}"
    return f"{statement} tests {key} by {operator}, and the call's value does not pass"


def _gap_of_trust(result: ProbeResult) -> tuple[str, str]:
    words = PROBES[result.kind]
    return words.gap, f"{words.remedy}, {_RUN_AGAIN}"


def _gap_seen(result: ProbeResult) -> tuple[str, str]:
    """A call that got in: the trust policy's gap, unless the policy as it was read refuses the call."""
    if result.prediction is None or result.prediction.trust is not Answer.DENIED:
        return _gap_of_trust(result)
    return (
        "the trust policy as it reads now refuses this call, so STS may still decide by the one before",
        f"Wait a minute, {_RUN_AGAIN}",
    )


def _gap_behind_caller(result: ProbeResult) -> tuple[str, str]:
    """A refusal by the caller's side: what the trust policy leaves to it."""
    if result.kind is ProbeKind.STRANGER:
        return _gap_of_trust(result)
    return PROBES[result.kind].gap, f"{PROBES[result.kind].remedy}: another caller may get in today."


_GAPS: Final[Mapping[Cause | None, Callable[[ProbeResult], tuple[str, str]]]] = MappingProxyType(
    {Cause.GOT_IN: _gap_seen, Cause.REFUSED_BY_CALLER_SIDE: _gap_behind_caller}
)
