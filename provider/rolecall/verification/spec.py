"""What a user asks of a verification: callers as sources of credentials, expectations, patience and gates."""

from dataclasses import dataclass, field
from enum import StrEnum

from .model import Expectation


class SourceKind(StrEnum):
    """Where a caller's credentials come from; always a source, never a value."""

    AMBIENT = "ambient"
    PROFILE = "profile"
    ENV = "env"
    COMMAND = "command"


class CodeKind(StrEnum):
    """Where an MFA code comes from."""

    ENV = "env"
    COMMAND = "command"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSource:
    """Where to get a six-digit MFA code: an environment variable, a command's output, or a prompt."""

    kind: CodeKind
    env: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSource:
    """Where one caller's credentials come from, and what the caller sends.

    Attributes:
        name: unique among the callers of a verification.
        kind: which of the fields below says where the credentials are.
        profile: a profile of the AWS config files.
        env: prefix of environment variables: ``<prefix>ACCESS_KEY_ID``, ``<prefix>SECRET_ACCESS_KEY`` and,
            for temporary credentials, ``<prefix>SESSION_TOKEN``.
        command: a program that prints what the AWS CLI expects of a ``credential_process``.
        via: roles to assume first, in order.
        mfa_serial: ARN of the caller's MFA device.
        mfa_code: where its codes come from.
        external_id: what this caller sends; ``None`` to send what the trust policy lists. Not in ``repr``.
        session_name, source_identity: likewise.
        expect: ``denied`` for a stranger.
    """

    name: str
    kind: SourceKind
    profile: str = ""
    env: str = ""
    command: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    mfa_serial: str | None = None
    mfa_code: CodeSource | None = None
    external_id: str | None = field(default=None, repr=False)
    session_name: str | None = None
    source_identity: str | None = None
    expect: Expectation = Expectation.ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One entry of ``expect``: a call that the declaration may have left out.

    Attributes:
        caller: name of a caller.
        external_id: what to send; ``None`` to send none. Kept out of ``repr``.
        mfa: whether the credentials carry MFA.
        expect: what must come of it.
    """

    caller: str
    external_id: str | None = field(default=None, repr=False)
    mfa: bool = False
    expect: Expectation


class DeniedProbes(StrEnum):
    """What is done about calls that must be refused: tried, decided on the live policy, or left out."""

    LIVE = "live"
    EVALUATE = "evaluate"
    OFF = "off"


class Reaction(StrEnum):
    """What a verdict that is neither proved nor refuted does to the run."""

    WARN = "warn"
    FAIL = "fail"


class Require(StrEnum):
    """The lowest level at which a trust may stay."""

    EVALUATED = "evaluated"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySpec:
    """A whole ``verify`` argument, checked.

    Attributes:
        callers: who tries; may be empty, then the live trust policy is only evaluated.
        owner: who reads the role, where that isn't boto3's default chain.
        expect: further calls with what must come of them.
        regions: STS endpoints to ask; empty for the default region only.
        allowed_timeout_seconds: how long a caller that must get in may be refused after a change.
        denied_timeout_seconds: how long a call that must be refused may get in after a change.
        denied_probes: whether calls that must be refused are tried.
        on_pending, on_inconclusive: what such a verdict does to the run.
        require: the level that every trust must reach.
        max_age_seconds: how old a proof may be before the next run proves again; ``None`` for any age.
    """

    callers: tuple[CallerSource, ...] = ()
    owner: CallerSource | None = None
    expect: tuple[Expected, ...] = ()
    regions: tuple[str, ...] = ()
    allowed_timeout_seconds: float = 120.0
    denied_timeout_seconds: float = 60.0
    denied_probes: DeniedProbes = DeniedProbes.LIVE
    on_pending: Reaction = Reaction.WARN
    on_inconclusive: Reaction = Reaction.FAIL
    require: Require = Require.EVALUATED
    max_age_seconds: float | None = None
