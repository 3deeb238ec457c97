"""What a user asks of a verification: callers as sources of credentials, expectations, patience and gates."""

from dataclasses import dataclass, field
from enum import StrEnum

from .model import Expectation, ServiceCall


class SourceKind(StrEnum):
    """Where a caller's credentials come from; always a source, never a value."""

    AMBIENT = "ambient"
    PROFILE = "profile"
    ENV = "env"
    COMMAND = "command"
    WEB_IDENTITY = "web_identity"
    SAML = "saml"


class TokenKind(StrEnum):
    """Where a web identity token comes from."""

    FILE = "file"
    ENV = "env"
    GITHUB = "github"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSource:
    """Where to get a web identity token.

    Attributes:
        kind: which of the fields below says where it is.
        file: path of a file that holds one, read anew for each token.
        env: name of an environment variable that holds one.
        github: audience of the tokens to request from GitHub Actions, in a job with ``id-token: write``.
    """

    kind: TokenKind
    file: str = ""
    env: str = ""
    github: str = ""


class SamlKind(StrEnum):
    """Where a SAML response comes from."""

    FILE = "file"
    ENV = "env"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSource:
    """Where to get a signed SAML response, in base 64 or as XML.

    Attributes:
        kind: which of the fields below says where it is.
        provider_arn: the SAML provider of IAM that it is shown for, of the role's account.
        file: path of a file that holds one, read anew for each call.
        env: name of an environment variable that holds one.
        command: a program that prints one; AWS takes a response for 5 minutes, so it may be run again.
    """

    kind: SamlKind
    provider_arn: str
    file: str = ""
    env: str = ""
    command: tuple[str, ...] = ()


class CodeKind(StrEnum):
    """Where an MFA code comes from."""

    ENV = "env"
    COMMAND = "command"
    PROMPT = "prompt"
    SEED_ENV = "seed_env"
    SEED_COMMAND = "seed_command"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSource:
    """Where to get a six-digit MFA code, or the seed of the device that it is computed from.

    Attributes:
        kind: an environment variable, a command's output, or a prompt.
        env: name of the variable that holds the code or the seed.
        command: the program that prints it.
    """

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
        web_identity: where its web identity token comes from. With ``via`` the token opens the first of those
            roles, else the role that is verified.
        saml: where its SAML response comes from; likewise.
        via: roles to assume first, in order.
        mfa_serial: ARN of the caller's MFA device.
        mfa_code: where its codes come from.
        external_id: what this caller sends; ``None`` to send what the trust policy lists. Not in ``repr``.
        session_name, source_identity, tags, transitive_tag_keys: likewise; tags are pairs of key and value.
        expect: ``denied`` for a stranger.
    """

    name: str
    kind: SourceKind
    profile: str = ""
    env: str = ""
    command: tuple[str, ...] = ()
    web_identity: TokenSource | None = None
    saml: SamlSource | None = None
    via: tuple[str, ...] = ()
    mfa_serial: str | None = None
    mfa_code: CodeSource | None = None
    external_id: str | None = field(default=None, repr=False)
    session_name: str | None = None
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CanDo:
    """One entry of ``can_do``: what a session of the role must be able to do, or must not.

    Attributes:
        caller: name of the caller that assumes the role for it.
        what: the call.
        expect: what must come of it.
    """

    caller: str
    what: ServiceCall
    expect: Expectation = Expectation.ALLOWED


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
        can_do: calls to other services that a session of the role must be able to make, or must not.
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
    can_do: tuple[CanDo, ...] = ()
    regions: tuple[str, ...] = ()
    allowed_timeout_seconds: float = 120.0
    denied_timeout_seconds: float = 60.0
    denied_probes: DeniedProbes = DeniedProbes.LIVE
    on_pending: Reaction = Reaction.WARN
    on_inconclusive: Reaction = Reaction.FAIL
    require: Require = Require.EVALUATED
    max_age_seconds: float | None = None
