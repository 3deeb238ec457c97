"""What the providers of verifications share: their settings, and how a proof is judged and told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Self

from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, ReadResult, ResourceProvider

from rolecall.errors import RolecallError
from rolecall.guarantee import DisagreementError
from rolecall.policy import canonical_hash
from rolecall.reports import about, failure_sentence
from rolecall.verification import Failure, RoleReport, Verdict, VerifySpec, failures, overdue

from .changes import words_on_change
from .declared import Declared
from .documents import decoded
from .door import EngineCall, engine_call, fail_partially
from .engine import Severity, log
from .faults import gather
from .outside import Outside, aws
from .redaction import Redaction
from .spans import in_words

_SETTLED: Final = frozenset({None, Verdict.PROVED})
"""Verdicts that a later run leaves alone; ``None``: there was nobody to try."""


class VerificationProvider(ResourceProvider):
    """The part that doesn't depend on how many roles there are.

    State files hold the paths of the classes below this one, as pickles: they are never renamed or moved.
    """

    def __init__(self, outside: Outside | None = None) -> None:
        super().__init__()
        self._given = outside

    def __reduce__(self) -> tuple[type[Self], tuple[()]]:
        # Nothing of an instance goes into the state, so no release can make every stack show a difference.
        return type(self), ()

    def configure(self, req: ConfigureRequest) -> None:
        """Take ``aws:profile`` and ``aws:region`` from the stack: "ambient" is what the stack uses."""
        self._given = aws(
            profile=req.config.get("aws:profile") or None, region=req.config.get("aws:region") or None
        )

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Find what is wrong with the inputs, without a call to AWS; also in previews, which don't know all.

        What a changed trust policy newly lets in and keeps out is told here, where old and new inputs meet.
        No failure names a property: the engine would print its value, which may be secret.
        """
        reasons, words = self.looked_over(olds, news)
        for each in words:
            log(each, urn=urn_of(engine_call()))
        return CheckResult(news, [CheckFailure("", reason) for reason in reasons])

    def looked_over(
        self, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[Sequence[str], Sequence[str]]:
        """What is wrong with the new inputs, and words on what their trust policies newly let in."""
        raise NotImplementedError

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Forget the proof; there is nothing in AWS to delete."""

    @property
    def outside(self) -> Outside:
        """What the provider takes from the world."""
        if self._given is None:
            raise RuntimeError("the provider was not configured")
        return self._given


def why_again(report: RoleReport | None, spec: VerifySpec, now: datetime) -> str | None:
    """Why a role of which nothing has changed is to be verified again; ``None`` where its proof stands."""
    if report is None:
        return "there is no proof"
    if failures(report, spec):
        return "the last verification was not as declared"
    if report.verdict not in _SETTLED:
        return f"the last verdict is {report.verdict}"
    age = overdue(report, spec.max_age_seconds, now)
    if age is not None:
        return f"the proof is {in_words(age)} old, max_age_seconds is {spec.max_age_seconds:g}"
    return None


def told(report: RoleReport, found: Iterable[Failure], redact: Redaction) -> list[str]:
    """A sentence for each failure or warning of a report, with the role's name and no external ID."""
    return [redact(about(report.role_arn, failure_sentence(each))) for each in found]


def words_or_defect(olds: Mapping[str, Any], declared: Declared) -> tuple[str, ...]:
    """What a changed trust policy lets in; a defect of the comparison keeps no role from changing."""
    try:
        return words_on_change(olds, declared)
    except DisagreementError as error:
        message = f"the change could not be told, a defect of rolecall: {error}"
        log(message, urn=urn_of(engine_call()), severity=Severity.WARNING)
        return ()


def same_trust(old: object, new: object) -> bool:
    """Whether two trust policies, as JSON or decoded, say the same, however they are written."""
    return old == new or (_hash(old) is not None and _hash(old) == _hash(new))


def not_compared(call: EngineCall | None, error: RolecallError) -> None:
    """Tell why a refresh left a proof as it was.

    Raising would keep the refresh from storing anything, and ``up --refresh`` from ever running again.
    """
    log(f"the proof could not be compared: {error}", urn=urn_of(call), severity=Severity.WARNING)


def compared(
    call: EngineCall | None, resource_id: str, outputs: dict[str, Any], reasons: Sequence[str]
) -> ReadResult:
    """The result of a refresh; what isn't as declared any more is recorded as a partial failure.

    Args:
        call: of the engine.
        resource_id: id of the resource.
        outputs: what its state shall hold.
        reasons: a sentence for each thing that isn't as declared; none where all is.
    """
    if reasons and call is not None:
        fail_partially(call, resource_id=resource_id, outputs=outputs, reasons=reasons)
    return ReadResult(resource_id, outputs)


def urn_of(call: EngineCall | None) -> str:
    """The resource that a message is about; ``""`` where no engine is."""
    return call.urn if call is not None else ""


def _hash(raw: object) -> str | None:
    document = gather([], lambda: decoded(raw, "trust_policy")) if raw is not None else None
    return canonical_hash(document) if document is not None else None
