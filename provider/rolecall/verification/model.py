"""What a verification consists of: probes, what STS said to them, and what that means."""

from collections.abc import Mapping
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

    def meets(self, expectation: Expectation) -> bool:
        """Whether it is what was expected."""
        return self.value == expectation.value


class Verdict(StrEnum):
    """What an outcome means, worst last (the order in which verdicts of many probes are combined)."""

    PROVED = "proved"
    PENDING = "pending"
    INCONCLUSIVE = "inconclusive"
    REFUTED = "refuted"


class Level(StrEnum):
    """How far one statement of a trust policy was verified; "proved" is said of live only.

    ``RECEIPT``: somebody else's receipt states that it was probed both ways, and the live document agrees.
    """

    NONE = "none"
    EVALUATED = "evaluated"
    RECEIPT = "receipt"
    LIVE = "live"


class EnforcedBy(StrEnum):
    """Which side refused, as far as it can be told.

    ``PROVIDER``: STS itself, by what it knows of the identity provider: keys and audiences. It shows that
    such tokens are checked, and nothing about the trust policy.
    """

    TRUST = "trust"
    CALLER = "caller"
    GUARDRAIL = "guardrail"
    PROVIDER = "provider"
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
    SOURCE_IDENTITY_WRONG = "source-identity-wrong"
    TAG_ABSENT = "tag-absent"
    TAG_WRONG = "tag-wrong"
    TAG_UNDECLARED = "tag-undeclared"
    TRANSITIVE_TAG_ABSENT = "transitive-tag-absent"
    AUDIENCE_OTHER = "audience-other"
    SIGNATURE_BROKEN = "signature-broken"
    STRANGER = "stranger"
    EXPECTED = "expected"
    CAN_DO = "can-do"


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
    UNSETTLED = "unsettled"
    WOULD_GET_IN = "would-get-in"
    WOULD_BE_REFUSED = "would-be-refused"
    MAY_NOT = "may-not"
    MAY = "may"
    NEITHER_MAY = "neither-may-nor-may-not"


class Disagreement(StrEnum):
    """How the answer of STS contradicts what the evaluator said to the same call."""

    LET_IN = "let-in"
    """The trust policy, as it was read, refuses the call; STS let it in."""
    REFUSED = "refused"
    """The trust policy and the caller's own policies, as they were read, allow the call; STS refused it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The parameters of one call that assumes a role; nothing that isn't here is sent.

    Attributes:
        role_arn: the role to assume.
        session_name: RoleSessionName.
        external_id: ExternalId, or ``None`` to send none. Kept out of ``repr``.
        mfa: whether the caller's credentials must carry MFA.
        mfa_age_seconds: how old, in seconds, that MFA may be; ``None`` for any age.
        source_identity: SourceIdentity, or ``None`` to send none.
        tags: session tags, as pairs of key and value.
        transitive_tag_keys: keys of those tags that sessions assumed from this one inherit.
        duration_seconds: DurationSeconds.
        audience: the audience of the token to show; ``None`` for the one that the caller's source says.
        broken_signature: whether the token or assertion is shown with a signature that isn't its own.
    """

    role_arn: str
    session_name: str
    external_id: str | None = field(default=None, repr=False)
    mfa: bool = False
    mfa_age_seconds: int | None = None
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    duration_seconds: int = 900
    audience: str | None = None
    broken_signature: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """One call to a service other than STS.

    Attributes:
        service: boto3's name of the service, such as ``s3``.
        operation: boto3's name of the operation, such as ``list_buckets``.
        parameters: its arguments. Kept out of ``repr``.
        session_policy: JSON of a session policy that limits the session it is made with; ``None`` for none.
    """

    service: str
    operation: str
    parameters: Mapping[str, object] = field(default_factory=dict, repr=False, hash=False)
    session_policy: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.service} {self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One real STS call with an expectation.

    Attributes:
        kind: what it does differently from the declared call.
        caller: name of the caller whose credentials are used.
        region: region of the STS endpoint asked.
        expectation: allowed or denied.
        call: what is sent.
        label: what a person calls it, where the kind alone doesn't say: an entry of ``expect``, a tag's key.
        holds_external_id: a stranger's call has an external ID that the trust policy lists.
    """

    kind: ProbeKind
    caller: str
    region: str
    expectation: Expectation
    call: Call
    label: str = ""
    holds_external_id: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """The evaluator's answer for a probe's call against the live trust policy, side by side.

    A side that wasn't read is ``UNKNOWN``: the caller's own policies are read only where a refusal needs
    them, and guardrails never are.
    """

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
        action: the action that it doesn't cover, where ``element`` is ``Action``.
    """

    statement: int
    element: str
    operator: str = ""
    key: str = ""
    absent: bool = False
    action: str = ""


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
        endpoint: URL of the endpoint that was asked.
        holds_external_id: as in the probe.
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
    endpoint: str = ""
    holds_external_id: bool = False
    prediction: Prediction | None = None
    unmet: tuple[Unmet, ...] = ()

    @property
    def disagreement(self) -> Disagreement | None:
        """How STS's answer contradicts the prediction; a side that wasn't read contradicts nothing."""
        if self.prediction is None or self.kind is ProbeKind.CAN_DO:
            return None
        sides = (self.prediction.trust, self.prediction.caller)
        if self.outcome is Outcome.ALLOWED and Answer.DENIED in sides:
            return Disagreement.LET_IN
        if self.outcome is Outcome.DENIED and set(sides) == {Answer.ALLOWED}:
            return Disagreement.REFUSED
        return None
