"""Results and reports for the tests of reports, with fixed times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rolecall.policy import Answer
from rolecall.verification.model import (
    Cause,
    EnforcedBy,
    Expectation,
    Level,
    Outcome,
    Prediction,
    ProbeKind,
    ProbeResult,
    Unmet,
    Verdict,
)
from rolecall.verification.report import Attested, BrokenRequirement, RoleReport, Skipped, StatementLevel

ROLE = "arn:aws:iam::222222222222:role/ops/deploy"
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
REFUSES = Prediction(trust=Answer.DENIED, caller=Answer.ALLOWED, guardrails=Answer.ALLOWED)
LETS_IN = Prediction(trust=Answer.ALLOWED, caller=Answer.ALLOWED, guardrails=Answer.ALLOWED)


def result(kind: ProbeKind = ProbeKind.EXTERNAL_ID_ABSENT, **changed: Any) -> ProbeResult:
    """A denied probe that was refused by the trust policy, with what a test changes in it."""
    facts: dict[str, Any] = {
        "kind": kind,
        "caller": "profile tools",
        "region": "eu-west-1",
        "expectation": Expectation.DENIED,
        "outcome": Outcome.DENIED,
        "verdict": Verdict.PROVED,
        "enforced_by": EnforcedBy.TRUST,
        "code": "AccessDenied",
        "attempts": 1,
        "first_at": NOON,
        "last_at": NOON,
        "milliseconds": 41.3,
        "request_id": "0d5c2f0e",
        "caller_arn": "arn:aws:iam::111111111111:user/ci",
        "endpoint": "https://sts.eu-west-1.amazonaws.com",
        "prediction": REFUSES,
    }
    return ProbeResult(**(facts | changed))


def allowed(**changed: Any) -> ProbeResult:
    """The declared call, let in."""
    facts: dict[str, Any] = {
        "expectation": Expectation.ALLOWED,
        "outcome": Outcome.ALLOWED,
        "enforced_by": None,
        "code": None,
        "prediction": LETS_IN,
    }
    return result(ProbeKind.AS_DECLARED, **(facts | changed))


BY_RECEIPT = "account 333333333333, by receipt"


def attested(**changed: Any) -> Attested:
    """What a receipt of another account states, with what a test changes in it."""
    facts: dict[str, Any] = {
        "account": "333333333333",
        "caller_arn": "arn:aws:iam::333333333333:user/probe",
        "made_at": NOON,
    }
    return Attested(**(facts | changed))


def report(**changed: Any) -> RoleReport:
    """A role with one of everything, with what a test changes in it."""
    facts: dict[str, Any] = {
        "role_arn": ROLE,
        "role_unique_id": "AROAEXAMPLE",
        "results": (
            allowed(attempts=7, last_at=NOON + timedelta(seconds=24)),
            result(
                outcome=Outcome.ALLOWED,
                verdict=Verdict.REFUTED,
                cause=Cause.GOT_IN,
                enforced_by=None,
                code=None,
                prediction=LETS_IN,
            ),
            result(
                ProbeKind.EXTERNAL_ID_SUFFIXED,
                unmet=(
                    Unmet(statement=0, element="Condition", operator="StringEquals", key="sts:ExternalId"),
                ),
            ),
            result(
                ProbeKind.STRANGER,
                caller="profile stranger",
                verdict=Verdict.INCONCLUSIVE,
                cause=Cause.CANNOT_ASSUME_ANYTHING,
                detail="User is not authorized to perform: sts:AssumeRole",
                holds_external_id=True,
            ),
            result(
                ProbeKind.EXPECTED,
                label="with the external ID given, without MFA",
                verdict=Verdict.PENDING,
                cause=Cause.CALLER_SIDE_MISSING,
                expectation=Expectation.ALLOWED,
                enforced_by=EnforcedBy.CALLER,
            ),
        ),
        "skipped": (Skipped(kind=ProbeKind.MFA_ABSENT, caller="profile tools", reason="no MFA device"),),
        "broken": (BrokenRequirement(requirement="no_public", sentence="everybody gets in"),),
        "levels": (
            StatementLevel(statement=0, level=Level.LIVE),
            StatementLevel(statement=2, level=Level.EVALUATED),
        ),
        "trust_policy_sha256": "9f86d081",
        "verified_at": NOON,
        "regions": ("eu-west-1",),
        "calls": 12,
        "sts_seconds": 0.5,
        "waited_seconds": 23.25,
    }
    return RoleReport(**(facts | changed))


def wider_report() -> RoleReport:
    """The same with what comes of can-do probes, of a prediction that STS contradicts, and of receipts."""
    usual = report()
    unsettled = result(
        ProbeKind.CAN_DO,
        label="s3 delete_bucket",
        verdict=Verdict.INCONCLUSIVE,
        outcome=Outcome.INCONCLUSIVE,
        cause=Cause.NEITHER_MAY,
        code="NoSuchBucket",
        enforced_by=None,
        prediction=None,
        detail="The specified bucket does not exist",
    )
    refused = attested(
        account="444444444444",
        caller_arn="arn:aws:iam::444444444444:user/probe",
        refused="its times lie in the future",
    )
    return replace(
        usual,
        results=(*usual.results, allowed(caller="profile auditor", prediction=REFUSES), unsettled),
        receipts=(attested(results=(allowed(caller=BY_RECEIPT), result(caller=BY_RECEIPT))), refused),
    )
