"""Says what of a report must stop a run, what is only worth a warning, and when a proof is too old."""

from collections.abc import Collection
from datetime import datetime, timedelta

from rolecall.policy import Policy, demands

from .model import Failure, Level, ProbeResult, RoleReport, StatementLevel, TrustUnread, Verdict
from .spec import Reaction, Require, VerifySpec


def failures(report: RoleReport, spec: VerifySpec) -> tuple[Failure, ...]:
    """Everything that isn't as declared, by the user's own rules; empty where the run may go on."""
    fatal = {Verdict.REFUTED} | {
        verdict for verdict, reaction in _reactions(spec).items() if reaction is Reaction.FAIL
    }
    found: list[Failure] = list(report.broken)
    found.extend(result for result in report.results if result.verdict in fatal)
    if report.trust_unreadable and spec.on_inconclusive is Reaction.FAIL:
        found.append(TrustUnread(cause=report.trust_unreadable))
    if spec.require is Require.LIVE:
        found.extend(each for each in report.levels if each.level is not Level.LIVE)
    return tuple(found)


def warnings(report: RoleReport, spec: VerifySpec) -> tuple[Failure, ...]:
    """What isn't proved and, by the user's own rules, doesn't stop the run."""
    mild = {verdict for verdict, reaction in _reactions(spec).items() if reaction is Reaction.WARN}
    found: list[Failure] = [result for result in report.results if result.verdict in mild]
    if report.trust_unreadable and spec.on_inconclusive is Reaction.WARN:
        found.append(TrustUnread(cause=report.trust_unreadable))
    return tuple(found)


def is_refuted(failure: Failure) -> bool:
    """Whether a failure says "not as declared", rather than "could not tell"."""
    if isinstance(failure, ProbeResult):
        return failure.verdict is Verdict.REFUTED
    return not isinstance(failure, TrustUnread)


def overdue(report: RoleReport, max_age_seconds: float | None, now: datetime) -> timedelta | None:
    """The age of a proof that is older than allowed; ``None`` where it is young enough."""
    age = now - report.verified_at
    return age if max_age_seconds is not None and age.total_seconds() > max_age_seconds else None


def levels_of(policy: Policy | None, live: Collection[int]) -> tuple[StatementLevel, ...]:
    """How far each Allow statement was verified, given the statements that were probed both ways."""
    if policy is None:
        return ()
    return tuple(
        StatementLevel(
            statement=ask.statement, level=Level.LIVE if ask.statement in live else Level.EVALUATED
        )
        for ask in demands(policy)
    )


def _reactions(spec: VerifySpec) -> dict[Verdict, Reaction]:
    return {Verdict.PENDING: spec.on_pending, Verdict.INCONCLUSIVE: spec.on_inconclusive}
