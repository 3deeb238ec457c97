"""The report for machines: a numbered format, one object for many roles, in a stable order."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypedDict

from rolecall.verification.model import Prediction, ProbeResult, RoleReport, Verdict

from .safe import safe
from .sentences import broken_sentence, sentence

FORMAT: Final = 1
"""Grows when a field changes its meaning or goes; a new field alone doesn't change it."""


class PredictionDocument(TypedDict):
    """The evaluator's answer against the live trust policy: ``allowed``, ``denied`` or ``unknown`` a side."""

    trust: str
    caller: str
    guardrails: str


class UnmetDocument(TypedDict):
    """What the ``statement``-th (from 0) Allow statement of the trust policy lacked; without values."""

    statement: int
    element: str
    operator: str
    key: str
    absent: bool


class ProbeDocument(TypedDict):
    """One probe; words as in the verification's enums, times in UTC as ISO 8601, or null."""

    kind: str
    label: str
    caller: str
    caller_arn: str | None
    region: str
    expected: str
    outcome: str
    verdict: str
    cause: str | None
    sentence: str
    detail: str
    enforced_by: str | None
    code: str | None
    attempts: int
    first_at: str | None
    last_at: str | None
    milliseconds: float
    request_id: str | None
    prediction: PredictionDocument | None
    unmet: list[UnmetDocument]


class SkippedDocument(TypedDict):
    """A probe that wasn't run, with the reason."""

    kind: str
    caller: str
    reason: str


class BrokenDocument(TypedDict):
    """A requirement that the live trust policy doesn't meet."""

    requirement: str
    sentence: str


class LevelDocument(TypedDict):
    """How far the ``statement``-th (from 0) statement of the trust policy was verified."""

    statement: int
    level: str


class RoleDocument(TypedDict):
    """One role; ``verdict`` is null where nothing was probed, durations are in seconds."""

    role_arn: str
    role_unique_id: str | None
    verdict: str | None
    level: str
    levels: list[LevelDocument]
    verified_at: str
    regions: list[str]
    trust_policy_sha256: str | None
    trust_unreadable: str
    probes: list[ProbeDocument]
    skipped: list[SkippedDocument]
    broken_requirements: list[BrokenDocument]
    calls: int
    sts_seconds: float
    waited_seconds: float


class UnverifiedDocument(TypedDict):
    """A role of which nothing could be found out, with the reason."""

    role_arn: str
    reason: str


class ReportDocument(TypedDict):
    """The whole report; ``verdict`` is the worst of all roles, null where nothing was probed."""

    format: int
    verdict: str | None
    roles: list[RoleDocument]
    unverified: list[UnverifiedDocument]


def to_document(
    reports: Iterable[RoleReport], *, unverified: Mapping[str, str] | None = None
) -> ReportDocument:
    """The report as plain data, without any secret.

    Args:
        reports: one a role; sorted by ARN in the document.
        unverified: roles of which nothing could be found out, by ARN, with the reason.
    """
    roles = sorted(reports, key=lambda report: report.role_arn)
    severity = list(Verdict)
    verdicts = [report.verdict for report in roles if report.verdict is not None]
    return {
        "format": FORMAT,
        "verdict": max(verdicts, key=severity.index, default=None),
        "roles": [_role(report) for report in roles],
        "unverified": [
            {"role_arn": arn, "reason": safe(reason)} for arn, reason in sorted((unverified or {}).items())
        ],
    }


def to_json(reports: Iterable[RoleReport], *, unverified: Mapping[str, str] | None = None) -> str:
    """The report as JSON text; see :func:`to_document`."""
    return json.dumps(to_document(reports, unverified=unverified), indent=2, ensure_ascii=False)


def timestamp(moment: datetime) -> str:
    """A time in UTC, to the second, as ISO 8601."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _role(report: RoleReport) -> RoleDocument:
    return {
        "role_arn": report.role_arn,
        "role_unique_id": report.role_unique_id,
        "verdict": report.verdict,
        "level": report.level,
        "levels": [{"statement": each.statement, "level": each.level} for each in report.levels],
        "verified_at": timestamp(report.verified_at),
        "regions": list(report.regions),
        "trust_policy_sha256": report.trust_policy_sha256,
        "trust_unreadable": safe(report.trust_unreadable),
        "probes": [_probe(result) for result in report.results],
        "skipped": [
            {"kind": skipped.kind, "caller": safe(skipped.caller), "reason": safe(skipped.reason)}
            for skipped in report.skipped
        ],
        "broken_requirements": [
            {"requirement": broken.requirement, "sentence": broken_sentence(broken)}
            for broken in report.broken
        ],
        "calls": report.calls,
        "sts_seconds": round(report.sts_seconds, 3),
        "waited_seconds": round(report.waited_seconds, 3),
    }


def _probe(result: ProbeResult) -> ProbeDocument:
    return {
        "kind": result.kind,
        "label": safe(result.label),
        "caller": safe(result.caller),
        "caller_arn": result.caller_arn,
        "region": result.region,
        "expected": result.expectation,
        "outcome": result.outcome,
        "verdict": result.verdict,
        "cause": result.cause,
        "sentence": sentence(result),
        "detail": safe(result.detail),
        "enforced_by": result.enforced_by,
        "code": result.code,
        "attempts": result.attempts,
        "first_at": timestamp(result.first_at) if result.first_at else None,
        "last_at": timestamp(result.last_at) if result.last_at else None,
        "milliseconds": round(result.milliseconds, 1),
        "request_id": result.request_id,
        "prediction": _prediction(result.prediction),
        "unmet": [
            {
                "statement": each.statement,
                "element": each.element,
                "operator": each.operator,
                "key": each.key,
                "absent": each.absent,
            }
            for each in result.unmet
        ],
    }


def _prediction(prediction: Prediction | None) -> PredictionDocument | None:
    if prediction is None:
        return None
    return {
        "trust": prediction.trust,
        "caller": prediction.caller,
        "guardrails": prediction.guardrails,
    }
