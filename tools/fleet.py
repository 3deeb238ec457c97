"""Makes up verified roles of many accounts, for pictures of reports and for tests of large ones."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

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
    Verdict,
)
from rolecall.verification.report import BrokenRequirement, RoleReport, Skipped, StatementLevel

NOON: Final = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROLES_PER_ACCOUNT: Final = 25
FORTY: Final = 40

_NAMES: Final = ("deploy", "audit", "read-only", "billing", "backup", "incident/responder", "data/loader")
_CALLERS: Final = (
    ("profile tools", "arn:aws:iam::111111111111:role/ci/deployer"),
    ("profile vendor", "arn:aws:iam::999999999999:user/acme-scanner"),
    ("profile alice", "arn:aws:iam::111111111111:user/alice"),
)
_STRANGER: Final = ("profile stranger", "arn:aws:iam::333333333333:user/nobody")
_REFUSES: Final = Prediction(trust=Answer.DENIED, caller=Answer.ALLOWED, guardrails=Answer.ALLOWED)
_LETS_IN: Final = Prediction(trust=Answer.ALLOWED, caller=Answer.ALLOWED, guardrails=Answer.ALLOWED)

_EXTERNAL_ID: Final = (
    ProbeKind.EXTERNAL_ID_ABSENT,
    ProbeKind.EXTERNAL_ID_SUFFIXED,
    ProbeKind.EXTERNAL_ID_UNRELATED,
)


def fleet(size: int) -> tuple[RoleReport, ...]:
    """So many roles; of each forty one is open, one pending and one inconclusive."""
    return tuple(map(_role, range(size)))


def _role(number: int) -> RoleReport:
    account = 200000000000 + (number // ROLES_PER_ACCOUNT) * 1010101
    name = _NAMES[number % len(_NAMES)] + ("" if number < len(_NAMES) else f"-{number}")
    return RoleReport(
        role_arn=f"arn:aws:iam::{account}:role/{name}",
        role_unique_id=f"AROA{number:017d}",
        results=tuple(_results(number)),
        skipped=(Skipped(kind=ProbeKind.MFA_ABSENT, caller=_CALLERS[0][0], reason="it has no MFA device"),),
        broken=(_BROKEN,) if number % FORTY == OPEN else (),
        levels=(StatementLevel(statement=0, level=Level.LIVE),),
        trust_policy_sha256=f"{number:064x}",
        verified_at=NOON + timedelta(seconds=number),
        regions=("eu-west-1",),
        calls=7,
        sts_seconds=0.4,
        waited_seconds=2.0,
    )


_BROKEN: Final = BrokenRequirement(
    requirement="third_party_external_id",
    sentence="account 999999999999 is a third party and gets in without an external ID",
)


OPEN, PENDING, BLIND = 1, 2, 3
"""Which of forty roles lets a caller in without its external ID, not at all, or can't tell a stranger."""


def _results(number: int) -> Iterator[ProbeResult]:
    caller, arn = _CALLERS[number % len(_CALLERS)]
    kind = number % FORTY
    control = _result(ProbeKind.AS_DECLARED, caller, arn, let_in=kind != PENDING)
    yield control
    for probe in _EXTERNAL_ID:
        yield _result(probe, caller, arn, let_in=kind == OPEN and probe is ProbeKind.EXTERNAL_ID_ABSENT)
    yield _result(ProbeKind.STRANGER, *_STRANGER, let_in=False, blind=kind == BLIND)


def _result(kind: ProbeKind, caller: str, arn: str, *, let_in: bool, blind: bool = False) -> ProbeResult:
    wanted = Expectation.ALLOWED if kind is ProbeKind.AS_DECLARED else Expectation.DENIED
    verdict, cause = Verdict.PROVED, None
    if blind:
        verdict, cause = Verdict.INCONCLUSIVE, Cause.CANNOT_ASSUME_ANYTHING
    elif wanted is Expectation.ALLOWED and not let_in:
        verdict, cause = Verdict.PENDING, Cause.CALLER_SIDE_MISSING
    elif wanted is Expectation.DENIED and let_in:
        verdict, cause = Verdict.REFUTED, Cause.GOT_IN
    return ProbeResult(
        kind=kind,
        caller=caller,
        region="eu-west-1",
        expectation=wanted,
        outcome=Outcome.ALLOWED if let_in else Outcome.DENIED,
        verdict=verdict,
        cause=cause,
        enforced_by=None if let_in else EnforcedBy.CALLER if verdict is Verdict.PENDING else EnforcedBy.TRUST,
        code=None if let_in else "AccessDenied",
        attempts=1,
        first_at=NOON,
        last_at=NOON,
        milliseconds=41.3,
        request_id="0d5c2f0e-8b1a-4c7d-9e64-5f3a2b1c0d9e",
        caller_arn=arn,
        prediction=_LETS_IN if let_in else _REFUSES,
    )
