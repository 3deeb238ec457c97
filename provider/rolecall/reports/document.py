"""The report for machines: a numbered format, one object for many roles, in a stable order."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, Literal, NewType, TypedDict

from rolecall.policy import Answer
from rolecall.verification.model import (
    Cause,
    Disagreement,
    EnforcedBy,
    Expectation,
    Level,
    Outcome,
    Prediction,
    ProbeKind,
    ProbeResult,
    Verdict,
)
from rolecall.verification.report import Attested, RoleReport

from .safe import safe
from .sentences import broken_sentence, disagreement_sentence, receipt_sentence, sentence

FORMAT: Final = 1
"""Grows when a field changes its meaning or goes; a new field, kind or cause alone doesn't change it."""

ARN_LIMIT: Final = 2048
"""Characters of an ARN (AWS page: IAM and AWS STS quotas); more is cut off."""

Moment = NewType("Moment", str)
"""A time in UTC, to the second, as ISO 8601."""


class PredictionDocument(TypedDict):
    """The evaluator's answer against the live trust policy: ``allowed``, ``denied`` or ``unknown`` a side."""

    trust: Answer
    caller: Answer
    guardrails: Answer


class UnmetDocument(TypedDict):
    """What the ``statement``-th (from 0) Allow statement of the trust policy lacked; without values."""

    statement: int
    element: str
    operator: str
    key: str
    absent: bool
    action: str


class DisagreementDocument(TypedDict):
    """How the answer of STS contradicts the prediction, and what may explain that."""

    kind: Disagreement
    sentence: str


class ProbeDocument(TypedDict):
    """One probe; words as in the verification's enums, times in UTC as ISO 8601, or null."""

    kind: ProbeKind
    label: str
    caller: str
    caller_arn: str | None
    region: str
    expected: Expectation
    outcome: Outcome
    verdict: Verdict
    cause: Cause | None
    sentence: str
    detail: str
    enforced_by: EnforcedBy | None
    code: str | None
    attempts: int
    first_at: Moment | None
    last_at: Moment | None
    milliseconds: float
    request_id: str | None
    endpoint: str | None
    holds_external_id: bool
    prediction: PredictionDocument | None
    disagreement: DisagreementDocument | None
    unmet: list[UnmetDocument]


class SkippedDocument(TypedDict):
    """A probe that wasn't run, with the reason; ``account`` is the one that alone can run it, or empty."""

    kind: ProbeKind
    caller: str
    reason: str
    account: str


class BrokenDocument(TypedDict):
    """A requirement that the live trust policy doesn't meet."""

    requirement: str
    sentence: str


class LevelDocument(TypedDict):
    """How far the ``statement``-th (from 0) statement of the trust policy was verified."""

    statement: int
    level: Level


class ReceiptDocument(TypedDict):
    """What somebody else's receipt states; ``refused`` says why it doesn't count, else it is empty.

    Its probes are somebody's word: a verdict among them says what follows where it is true.
    """

    account: str
    caller_arn: str
    made_at: Moment
    refused: str
    sentence: str
    probes: list[ProbeDocument]


class RoleDocument(TypedDict):
    """One role; ``verdict`` is null where nothing was probed, durations are in seconds."""

    role_arn: str
    role_unique_id: str | None
    verdict: Verdict | None
    level: Level
    levels: list[LevelDocument]
    verified_at: Moment
    regions: list[str]
    trust_policy_sha256: str | None
    trust_unreadable: str
    probes: list[ProbeDocument]
    receipts: list[ReceiptDocument]
    skipped: list[SkippedDocument]
    broken_requirements: list[BrokenDocument]
    calls: int
    sts_seconds: float
    waited_seconds: float
    clock_skew_seconds: float


class UnverifiedDocument(TypedDict):
    """A role of which nothing could be found out, with the reason."""

    role_arn: str
    reason: str


class ReportDocument(TypedDict):
    """The whole report.

    ``verdict`` is the worst of all roles, null where nothing was probed; ``tolerated`` lists the verdicts
    that, by the user's own rules, are worth a warning only.
    """

    format: Literal[1]
    verdict: Verdict | None
    tolerated: list[Verdict]
    roles: list[RoleDocument]
    unverified: list[UnverifiedDocument]


def to_document(
    reports: Iterable[RoleReport],
    *,
    unverified: Mapping[str, str] | None = None,
    tolerated: Collection[Verdict] = (),
) -> ReportDocument:
    """The report as plain data, without any secret; every text in it is safe to print.

    Args:
        reports: one a role; sorted by ARN in the document.
        unverified: roles of which nothing could be found out, by ARN, with the reason.
        tolerated: verdicts that, by the user's own rules, are worth a warning only.
    """
    roles = sorted(reports, key=lambda report: report.role_arn)
    severity = list(Verdict)
    verdicts = [report.verdict for report in roles if report.verdict is not None]
    return {
        "format": FORMAT,
        "verdict": max(verdicts, key=severity.index, default=None),
        "tolerated": sorted(tolerated, key=severity.index),
        "roles": [_role(report) for report in roles],
        "unverified": [
            {"role_arn": _arn(arn), "reason": safe(reason)}
            for arn, reason in sorted((unverified or {}).items())
        ],
    }


def every_probe(role: RoleDocument) -> Iterator[ProbeDocument]:
    """The probes that were made here, and those that receipts state."""
    yield from role["probes"]
    for receipt in role["receipts"]:
        yield from receipt["probes"]


def to_json(document: ReportDocument) -> str:
    """The report as JSON text."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def _moment(moment: datetime) -> Moment:
    return Moment(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _arn(arn: str) -> str:
    return safe(arn, limit=ARN_LIMIT)


def _role(report: RoleReport) -> RoleDocument:
    return {
        "role_arn": _arn(report.role_arn),
        "role_unique_id": report.role_unique_id,
        "verdict": report.verdict,
        "level": report.level,
        "levels": [{"statement": each.statement, "level": each.level} for each in report.levels],
        "verified_at": _moment(report.verified_at),
        "regions": list(report.regions),
        "trust_policy_sha256": report.trust_policy_sha256,
        "trust_unreadable": safe(report.trust_unreadable),
        "probes": [_probe(result) for result in report.results],
        "receipts": [_receipt(receipt) for receipt in report.receipts],
        "skipped": [
            {
                "kind": skipped.kind,
                "caller": safe(skipped.caller),
                "reason": safe(skipped.reason),
                "account": safe(skipped.account),
            }
            for skipped in report.skipped
        ],
        "broken_requirements": [
            {"requirement": safe(broken.requirement), "sentence": broken_sentence(broken)}
            for broken in report.broken
        ],
        "calls": report.calls,
        "sts_seconds": round(report.sts_seconds, 3),
        "waited_seconds": round(report.waited_seconds, 3),
        "clock_skew_seconds": round(report.clock_skew_seconds, 1),
    }


def _receipt(receipt: Attested) -> ReceiptDocument:
    return {
        "account": safe(receipt.account),
        "caller_arn": _arn(receipt.caller_arn),
        "made_at": _moment(receipt.made_at),
        "refused": safe(receipt.refused),
        "sentence": receipt_sentence(receipt),
        "probes": [_probe(result) for result in receipt.results],
    }


def _probe(result: ProbeResult) -> ProbeDocument:
    return {
        "kind": result.kind,
        "label": safe(result.label),
        "caller": safe(result.caller),
        "caller_arn": _arn(result.caller_arn) if result.caller_arn else None,
        "region": safe(result.region),
        "expected": result.expectation,
        "outcome": result.outcome,
        "verdict": result.verdict,
        "cause": result.cause,
        "sentence": sentence(result),
        "detail": safe(result.detail),
        "enforced_by": result.enforced_by,
        "code": safe(result.code) if result.code else None,
        "attempts": result.attempts,
        "first_at": _moment(result.first_at) if result.first_at else None,
        "last_at": _moment(result.last_at) if result.last_at else None,
        "milliseconds": round(result.milliseconds, 1),
        "request_id": safe(result.request_id) if result.request_id else None,
        "holds_external_id": result.holds_external_id,
        "endpoint": safe(result.endpoint) if result.endpoint else None,
        "prediction": _prediction(result.prediction),
        "disagreement": _disagreement(result),
        "unmet": [
            {
                "statement": each.statement,
                "element": each.element,
                "operator": safe(each.operator),
                "key": safe(each.key),
                "absent": each.absent,
                "action": safe(each.action),
            }
            for each in result.unmet
        ],
    }


def _disagreement(result: ProbeResult) -> DisagreementDocument | None:
    if result.disagreement is None:
        return None
    return {"kind": result.disagreement, "sentence": disagreement_sentence(result)}


def _prediction(prediction: Prediction | None) -> PredictionDocument | None:
    if prediction is None:
        return None
    return {
        "trust": prediction.trust,
        "caller": prediction.caller,
        "guardrails": prediction.guardrails,
    }
