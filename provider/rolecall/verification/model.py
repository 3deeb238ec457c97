"""What a verification consists of: probes, what STS said to them, and what that means."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rolecall.policy import Answer


class Expectation(StrEnum):
    """What a probe must meet to be as declared."""

    ALLOWED = "allowed"
    DENIED = "denied"


class Outcome(StrEnum):
    """What STS said; anything but a session or one of the probe's refusal codes is inconclusive."""

    ALLOWED = "allowed"
    DENIED = "denied"
    INCONCLUSIVE = "inconclusive"


class Verdict(StrEnum):
    """What an outcome means, worst last (the order in which verdicts of many probes are combined)."""

    PROVED = "proved"
    PENDING = "pending"
    INCONCLUSIVE = "inconclusive"
    REFUTED = "refuted"


class Level(StrEnum):
    """How far one statement of a trust policy was verified; "proved" is said of live only."""

    NONE = "none"
    EVALUATED = "evaluated"
    LIVE = "live"


class EnforcedBy(StrEnum):
    """Which side refused, as far as it can be told."""

    TRUST = "trust"
    CALLER = "caller"
    GUARDRAIL = "guardrail"
    UNKNOWN = "unknown"


class ProbeKind(StrEnum):
    """What a probe does differently from the call that was declared to get in."""

    AS_DECLARED = "as-declared"
    EXTERNAL_ID_ABSENT = "external-id-absent"
    EXTERNAL_ID_SUFFIXED = "external-id-suffixed"
    EXTERNAL_ID_UNRELATED = "external-id-unrelated"
    MFA_ABSENT = "mfa-absent"
    SESSION_NAME_WRONG = "session-name-wrong"
    SOURCE_IDENTITY_ABSENT = "source-identity-absent"
    STRANGER = "stranger"
    EXPECTED = "expected"


class Cause(StrEnum):
    """Why a verdict isn't simply "proved"; the sentences for people are in ``reports``."""

    GOT_IN = "got-in"
    TRUST_REFUSES = "trust-refuses"
    NEVER_ASSUMABLE = "never-assumable"
    WRONG_ROLE = "wrong-role"
    CALLER_SIDE_MISSING = "caller-side-missing"
    CALLER_SIDE_UNREADABLE = "caller-side-unreadable"
    REFUSED_BY_CALLER_SIDE = "refused-by-caller-side"
    TRUST_UNREADABLE = "trust-unreadable"
    TRUST_UNDECIDED = "trust-undecided"
    CONTROL_REFUSED = "control-refused"
    CALLER_BARRED = "caller-barred"
    CANNOT_ASSUME_ANYTHING = "cannot-assume-anything"
    UNEXPECTED_CODE = "unexpected-code"
    NO_ANSWER = "no-answer"
    WOULD_GET_IN = "would-get-in"
    WOULD_BE_REFUSED = "would-be-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The parameters of one AssumeRole; nothing that isn't here is sent.

    Attributes:
        role_arn: the role to assume.
        session_name: RoleSessionName.
        external_id: ExternalId, or ``None`` to send none. Kept out of ``repr``.
        mfa: whether the caller's credentials must carry MFA.
        mfa_age_seconds: how old, in seconds, that MFA may be; ``None`` for any age.
        source_identity: SourceIdentity, or ``None`` to send none.
        duration_seconds: DurationSeconds.
    """

    role_arn: str
    session_name: str
    external_id: str | None = field(default=None, repr=False)
    mfa: bool = False
    mfa_age_seconds: int | None = None
    source_identity: str | None = None
    duration_seconds: int = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One real STS call with an expectation.

    Attributes:
        kind: what it does differently from the declared call.
        caller: name of the caller whose credentials are used.
        region: region of the STS endpoint asked.
        expectation: allowed or denied.
        call: what is sent.
        label: what a person calls it, where the kind alone doesn't say (an entry of ``expect``).
    """

    kind: ProbeKind
    caller: str
    region: str
    expectation: Expectation
    call: Call
    label: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The evaluator's answer for a probe's call against the live trust policy, side by side."""

    trust: Answer
    caller: Answer
    guardrails: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What kept one Allow statement of the trust policy from applying; without values, which may be secret.

    Attributes:
        statement: the statement's place in the trust policy, from 0.
        element: ``Principal``, ``Action`` or ``Condition``.
        operator, key: of the condition, as written.
        absent: the request doesn't have the key.
    """

    statement: int
    element: str
    operator: str = ""
    key: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One probe, what STS said and what that means. Holds no secret: it goes into state and reports.

    Attributes:
        kind, caller, region, expectation, label: those of the probe.
        outcome: what STS said.
        verdict: what that means.
        cause: why the verdict is what it is; ``None`` where it is simply as expected.
        detail: what AWS or the network said, made safe to print; ``""`` where there is nothing to add.
        enforced_by: which side refused; ``None`` where nothing was refused.
        code: the error code of STS, where it sent one.
        attempts: number of AssumeRole calls made.
        first_at, last_at: UTC time of the first and the last answer; ``None`` where none was asked for.
        milliseconds: how long the last call took.
        request_id: the request id of the last answer, to be found in CloudTrail.
        caller_arn: who STS says the caller is.
        prediction: the evaluator's answer; ``None`` where the trust policy couldn't be read.
        unmet: where the trust policy refuses, what each of its Allow statements lacked.
    """

    kind: ProbeKind
    caller: str
    region: str
    expectation: Expectation
    label: str = ""
    outcome: Outcome
    verdict: Verdict
    cause: Cause | None = None
    detail: str = ""
    enforced_by: EnforcedBy | None = None
    code: str | None = None
    attempts: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    milliseconds: float = 0.0
    request_id: str | None = None
    caller_arn: str | None = None
    prediction: Prediction | None = None
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A probe that would make no sense, and why it wasn't run."""

    kind: ProbeKind
    caller: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRequirement:
    """A requirement that a trust policy doesn't meet, told with the request that gets in.

    Attributes:
        requirement: its name in ``rolecall:require``; ``declared-trust-policy`` where IAM holds another
            trust policy than the declared one.
        sentence: what gets in, for a person.
    """

    requirement: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustUnread:
    """The live trust policy couldn't be read, so nothing is known about who else gets in."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLevel:
    """How far one Allow statement, the ``statement``-th (from 0) of the trust policy, was verified."""

    statement: int
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleReport:
    """All that one verification of one role found out. Holds no secret.

    Attributes:
        role_arn: the role.
        role_unique_id: its unique id (``AROA…``), where it could be read or assumed.
        results: one entry a probe, in the order in which they were run.
        skipped: probes that weren't run, with the reason.
        broken: requirements that the live trust policy doesn't meet.
        levels: for each Allow statement of the trust policy, how far it was verified.
        trust_policy_sha256: hash of the live trust policy in canonical form; ``None`` where unreadable.
        trust_unreadable: why the live trust policy couldn't be read; ``""`` where it could.
        verified_at: UTC time at which the last answer came.
        regions: STS endpoints asked.
        calls: number of AssumeRole calls made.
        sts_seconds: time spent on answers of STS: who callers are, AssumeRole, and who they are then.
        waited_seconds: time spent waiting between calls.
    """

    role_arn: str
    role_unique_id: str | None
    results: tuple[ProbeResult, ...]
    skipped: tuple[Skipped, ...] = ()
    broken: tuple[BrokenRequirement, ...] = ()
    levels: tuple[StatementLevel, ...] = ()
    trust_policy_sha256: str | None = None
    trust_unreadable: str = ""
    verified_at: datetime
    regions: tuple[str, ...] = ()
    calls: int = 0
    sts_seconds: float = 0.0
    waited_seconds: float = 0.0

    @property
    def verdict(self) -> Verdict | None:
        """The worst verdict of all probes and requirements; ``None`` where nothing was probed or broken."""
        if self.broken:
            return Verdict.REFUTED
        order = list(Verdict)
        return max((result.verdict for result in self.results), key=order.index, default=None)

    @property
    def level(self) -> Level:
        """The lowest level of any statement."""
        order = list(Level)
        return min((each.level for each in self.levels), key=order.index, default=Level.NONE)


Failure = ProbeResult | BrokenRequirement | StatementLevel | TrustUnread
"""What keeps a verification from being as declared; a level is one where it is lower than required."""
