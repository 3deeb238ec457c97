"""Says what of a report must stop a run, what is only worth a warning, and when a proof is too old."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from rolecall.policy import Policy
from rolecall.policy.operations import OPERATIONS

from .model import Level, ProbeResult, Verdict
from .report import Attested, Failure, RoleReport, StatementLevel, TrustUnread
from .spec import Reaction, Require, VerifySpec


def failures(report: RoleReport, spec: VerifySpec) -> tuple[Failure, ...]:
    """Everything that isn't as declared, by the user's own rules; empty where the run may go on."""
    fatal = {Verdict.REFUTED} | {
        verdict for verdict, reaction in _reactions(spec).items() if reaction is Reaction.FAIL
    }
    found: list[Failure] = list(report.broken)
    found.extend(result for result in (*report.results, *report.attested) if result.verdict in fatal)
    if spec.on_inconclusive is Reaction.FAIL:
        found.extend(_unknown(report))
    if spec.require is Require.LIVE:
        found.extend(each for each in report.levels if each.level is not Level.LIVE)
    return tuple(found)


def warnings(report: RoleReport, spec: VerifySpec) -> tuple[Failure, ...]:
    """What isn't proved and, by the user's own rules, doesn't stop the run."""
    mild = {verdict for verdict, reaction in _reactions(spec).items() if reaction is Reaction.WARN}
    found: list[Failure] = [
        result for result in (*report.results, *report.attested) if result.verdict in mild
    ]
    if spec.on_inconclusive is Reaction.WARN:
        found.extend(_unknown(report))
    return tuple(found)


def is_refuted(failure: Failure) -> bool:
    """Whether a failure says "not as declared", rather than "could not tell"."""
    if isinstance(failure, ProbeResult):
        return failure.verdict is Verdict.REFUTED
    return not isinstance(failure, TrustUnread | Attested)


def _unknown(report: RoleReport) -> Iterator[Failure]:
    """What nothing can be known of: a trust policy that wasn't read, receipts that don't count."""
    if report.trust_unreadable:
        yield TrustUnread(cause=report.trust_unreadable)
    yield from (receipt for receipt in report.receipts if receipt.refused)


def overdue(report: RoleReport, max_age_seconds: float | None, now: datetime) -> timedelta | None:
    """The age of a proof that is older than allowed; ``None`` where it is young enough."""
    age = now - report.verified_at
    return age if max_age_seconds is not None and age.total_seconds() > max_age_seconds else None


def levels_of(policy: Policy | None, live: Collection[int]) -> tuple[StatementLevel, ...]:
    """How far each Allow statement was verified, given the statements that were probed both ways."""
    if policy is None:
        return ()
    lets_in = (
        statement.ref.index
        for statement in policy.statements
        if statement.effect == "Allow" and any(map(statement.covers_action, OPERATIONS))
    )
    return tuple(
        StatementLevel(statement=index, level=Level.LIVE if index in live else Level.EVALUATED)
        for index in lets_in
    )


def _reactions(spec: VerifySpec) -> dict[Verdict, Reaction]:
    return {Verdict.PENDING: spec.on_pending, Verdict.INCONCLUSIVE: spec.on_inconclusive}
