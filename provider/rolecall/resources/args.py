"""The shapes of what users write: plain dictionaries, typed for editors and type checkers.

Every field may also be an output. ``total=False``: a field that is left out has the default told here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from pulumi import Input


class TrustArgs(TypedDict, total=False):
    """Who may assume the role, and under which conditions: one trust becomes one statement.

    Exactly one of ``accounts``, ``users``, ``roles``, ``sessions``, ``services`` and ``provider_arn`` says
    who, or ``permission_sets`` beside ``accounts``, or ``organization_ids`` or ``organization_paths`` by
    themselves. Of several values one is enough.
    """

    accounts: Input[Sequence[Input[str]]]
    """Account IDs, 12 digits each: whoever in them is allowed to by the account itself."""
    users: Input[Sequence[Input[str]]]
    """ARNs of IAM users."""
    roles: Input[Sequence[Input[str]]]
    """ARNs of IAM roles; each stands for all of its sessions."""
    sessions: Input[Sequence[Input[str]]]
    """ARNs of single role sessions: ``arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION``."""
    permission_sets: Input[Sequence[Input[str]]]
    """Names of permission sets of IAM Identity Center that are assigned in ``accounts``."""
    organization_ids: Input[Sequence[Input[str]]]
    """Organizations, such as ``o-a1b2c3d4e5``, that the caller is in; by itself: everybody in them.

    For services: one of which owns the resource for which the service acts.
    """
    organization_paths: Input[Sequence[Input[str]]]
    """Likewise, for organizational units: ``o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*``."""
    services: Input[Sequence[Input[str]]]
    """Hosts of AWS services, such as ``ec2.amazonaws.com``."""
    provider_arn: Input[str]
    """ARN of an OIDC or SAML provider of the role's account, or the host of a built-in OIDC provider."""
    external_ids: Input[Sequence[Input[str]]]
    """External IDs of which the caller must send one; 2 to 1224 letters, digits and ``_+=,.@:/-`` each."""
    requires_mfa: Input[bool]
    """Whether the caller must have signed in with MFA; for accounts, users and organizations only."""
    mfa_age: Input[int]
    """How long ago that may be, in seconds; needs ``requires_mfa``."""
    role_session_name: Input[str]
    """The session name that the caller must send; may hold ``*``, ``?`` and ``${aws:username}``."""
    source_identity: Input[Sequence[Input[str]]]
    """Source identities of which the caller must set one; likewise."""
    session_tags: Input[Mapping[str, Input[Sequence[Input[str]]]]]
    """Session tags that the caller must pass, with the values that each may have; no others may be passed."""
    source_ips: Input[Sequence[Input[str]]]
    """IPv4 and IPv6 addresses and CIDR ranges to call from."""
    not_before: Input[str]
    """First moment of the trust: ``2026-01-31T18:00:00Z``."""
    not_after: Input[str]
    """Last moment of the trust, likewise."""
    source_accounts: Input[Sequence[Input[str]]]
    """For services: accounts that own the resource for which the service acts."""
    source_arns: Input[Sequence[Input[str]]]
    """For services: ARNs of the resources for which the service acts; may hold ``*`` and ``?``."""
    oidc_subjects: Input[Sequence[Input[str]]]
    """For an OIDC provider: values of ``sub``; may hold ``*`` and ``?``."""
    oidc_audiences: Input[Sequence[Input[str]]]
    """For an OIDC provider: values of ``aud``; ``sts.amazonaws.com`` where it is left out."""
    oidc_claims: Input[Mapping[str, Input[Sequence[Input[str]]]]]
    """For an OIDC provider: further claims that AWS has condition keys for, with the values of each."""
    saml_endpoints: Input[Sequence[Input[str]]]
    """For a SAML provider: URLs of the sign-in; AWS's of the provider's partition where it is left out."""
    saml_claims: Input[Mapping[str, Input[Sequence[Input[str]]]]]
    """For a SAML provider: further claims that AWS has condition keys for (``sub``, ``mail``, …), with the
    values of each; may hold ``*`` and ``?``."""
    conditions: Input[Mapping[str, Any]]
    """More conditions, as in a policy: operators, keys and values."""
    deny: Input[bool]
    """Whether these principals are kept out, whatever other trusts say."""
    statement: Input[Mapping[str, Any]]
    """A whole statement, as in a policy; stands by itself."""


class MfaCodeArgs(TypedDict, total=False):
    """Where a caller's MFA codes come from: exactly one field."""

    env: Input[str]
    """Name of an environment variable that holds a code."""
    command: Input[Sequence[Input[str]]]
    """A program with its arguments, that prints a code."""
    prompt: Input[bool]
    """Ask on the terminal; not for runs of Pulumi, where nobody can be asked."""
    seed_env: Input[str]
    """Name of an environment variable that holds the device's seed; codes are computed from it."""
    seed_command: Input[Sequence[Input[str]]]
    """A program with its arguments, that prints the device's seed; codes are computed from it."""


class GithubTokenArgs(TypedDict, total=False):
    """How to request a token of a GitHub Actions job; the job needs the permission ``id-token: write``."""

    audience: Input[str]
    """For whom the token is made; ``sts.amazonaws.com`` where it is left out."""


class WebIdentityArgs(TypedDict, total=False):
    """Where a caller's web identity token comes from: exactly one field."""

    file: Input[str]
    """Path of a file that holds one, such as what ``AWS_WEB_IDENTITY_TOKEN_FILE`` names."""
    env: Input[str]
    """Name of an environment variable that holds one."""
    github: Input[GithubTokenArgs]
    """The token request of GitHub Actions; ``{}`` for AWS's own audience."""


class SamlArgs(TypedDict, total=False):
    """Where a caller's signed SAML response comes from: ``provider_arn``, and exactly one other field."""

    provider_arn: Input[str]
    """ARN of the SAML provider of IAM that it is shown for."""
    file: Input[str]
    """Path of a file that holds one, in base 64 or as XML."""
    env: Input[str]
    """Name of an environment variable that holds one."""
    command: Input[Sequence[Input[str]]]
    """A program with its arguments, that prints one; AWS takes each for 5 minutes."""


class CallerArgs(TypedDict, total=False):
    """Where a caller's credentials come from, never what they are.

    Exactly one of ``ambient``, ``profile``, ``env``, ``command``, ``web_identity`` and ``saml`` says where.
    """

    ambient: Input[bool]
    """``True``: boto3's default chain, with ``aws:profile`` and ``aws:region`` of the stack."""
    profile: Input[str]
    """A profile of the AWS config files."""
    env: Input[str]
    """Prefix of the variables ``…ACCESS_KEY_ID``, ``…SECRET_ACCESS_KEY`` and ``…SESSION_TOKEN``."""
    command: Input[Sequence[Input[str]]]
    """A program with its arguments, that prints what the AWS CLI expects of a ``credential_process``."""
    web_identity: Input[WebIdentityArgs]
    """A web identity token; it opens the role itself or, with ``via``, the first of those."""
    saml: Input[SamlArgs]
    """A SAML response; likewise."""
    name: Input[str]
    """What reports and ``expect`` call it; ``profile tools`` and the like where it is left out."""
    via: Input[Sequence[Input[str]]]
    """ARNs of roles to assume first, in order; to one that asks for more a profile of its own leads."""
    mfa_serial: Input[str]
    """ARN of the caller's MFA device; needs ``mfa_code``."""
    mfa_code: Input[MfaCodeArgs]
    """Where the codes of that device come from."""
    external_id: Input[str]
    """What this caller sends; what the trust policy lists where it is left out."""
    session_name: Input[str]
    """Likewise."""
    source_identity: Input[str]
    """Likewise."""
    tags: Input[Mapping[str, Input[str]]]
    """Session tags that this caller passes; likewise."""
    transitive_tag_keys: Input[Sequence[Input[str]]]
    """Keys of those tags that sessions assumed from this one inherit; likewise."""
    expect: Input[str]
    """``allowed`` (default), or ``denied`` for a stranger."""


class ExpectArgs(TypedDict, total=False):
    """A call that the declaration may have left out, with what must come of it."""

    caller: Input[str]
    """Name of a caller."""
    external_id: Input[str]
    """What to send; nothing where it is left out."""
    mfa: Input[bool]
    """Whether the credentials carry MFA; ``False`` where it is left out."""
    expect: Input[str]
    """``allowed`` or ``denied``."""


class CanDoArgs(TypedDict, total=False):
    """A call to a service that a session of the role must be able to make, or must not."""

    caller: Input[str]
    """Name of the caller that assumes the role for it."""
    service: Input[str]
    """boto3's name of the service, such as ``s3``."""
    operation: Input[str]
    """boto3's name of the operation, such as ``list_buckets``."""
    parameters: Input[Mapping[str, Any]]
    """Its arguments."""
    expect: Input[str]
    """``allowed`` or ``denied``."""
    insist: Input[bool]
    """``True`` to make a call that may change something: one whose name doesn't begin with ``describe_``,
    ``get_``, ``head_`` or ``list_``."""
    session_policy: Input[str | Mapping[str, Any]]
    """A session policy for the session it is made with; none where it is left out."""


class _Verifying(TypedDict, total=False):
    """How roles are verified, whoever tries."""

    owner: Input[CallerArgs]
    """Who reads the role, where the stack's own credentials can't: for a caller's stack."""
    expect: Input[Sequence[Input[ExpectArgs]]]
    """Further calls, with what must come of them."""
    can_do: Input[Sequence[Input[CanDoArgs]]]
    """What sessions of the role must be able to do, or must not; tried once the role has its policies."""
    regions: Input[Sequence[Input[str]]]
    """STS endpoints to ask; that of the stack's region where it is left out. A proof holds for these only."""
    allowed_timeout_seconds: Input[float]
    """How long a caller that must get in may be refused after a change; 120 s."""
    denied_timeout_seconds: Input[float]
    """How long a call that must be refused may get in after a change; 60 s."""
    denied_probes: Input[str]
    """What is done about calls that must be refused.

    They are tried (``live``, default), decided on the live trust policy (``evaluate``) or left out (``off``).
    """
    on_pending: Input[str]
    """What a caller whose own side isn't there yet does to the run: ``warn`` (default) or ``fail``."""
    on_inconclusive: Input[str]
    """What an answer that tells nothing does to the run: ``fail`` (default) or ``warn``."""
    require: Input[str]
    """The level that each trust must reach: ``evaluated`` (default) or ``live``."""
    max_age_seconds: Input[float]
    """How old a proof may be before the next run proves again; any age where it is left out."""


class VerifyArgs(_Verifying, total=False):
    """How a role is verified."""

    callers: Input[Sequence[Input[CallerArgs]]]
    """Who tries. With nobody to try, the live trust policy is only evaluated."""


class FleetDefaultsArgs(_Verifying, total=False):
    """How the roles of a fleet are verified, where a role doesn't say otherwise.

    ``on_pending``, ``on_inconclusive``, ``require`` and ``max_age_seconds`` hold for all of them.
    """

    callers: Input[Sequence[Input[str]]]
    """Names of the callers that try every role; all of the fleet's where it is left out."""


class FleetRoleArgs(TypedDict, total=False):
    """One role of a fleet, of which more is to be said than which one it is."""

    arn: Input[str]
    """Its ARN; required."""
    trust_policy: Input[str | Mapping[str, Any]]
    """The trust policy that was declared; the live one is taken at its word where it is left out."""
    nonce: Input[str]
    """Any text; another one makes the next run probe again, such as the unique id of a role."""
    callers: Input[Sequence[Input[str]]]
    """Names of the callers that try it."""
    external_id: Input[str]
    """What all of them send; what the trust policy lists where it is left out."""
    session_name: Input[str]
    """Likewise."""
    source_identity: Input[str]
    """Likewise."""
    expect: Input[Sequence[Input[ExpectArgs]]]
    """Instead of the one in ``defaults``; so are the fields that follow."""
    can_do: Input[Sequence[Input[CanDoArgs]]]
    """Likewise."""
    regions: Input[Sequence[Input[str]]]
    """Likewise."""
    denied_probes: Input[str]
    """Likewise."""


class AcceptArgs(TypedDict, total=False):
    """A lint finding on a role's trust policy that is known and let be."""

    rule: str
    """Id of the rule, as the finding tells it."""
    reason: str
    """Why it is let be."""
    until: str
    """The last day on which it counts as accepted, in UTC, such as ``2027-01-31``; no end where left out."""
    where: str
    """JSON pointer in the trust policy at or below which it stands; anywhere where it is left out."""


class RequireArgs(TypedDict, total=False):
    """What every trust policy of a stack must meet: ``rolecall:require`` and ``rolecall.yaml``."""

    own_accounts: Input[Sequence[Input[str]]]
    """Account IDs that are one's own; every other one is a third party."""
    third_party_external_id: Input[bool]
    """Third parties get in with an external ID only."""
    humans_mfa: Input[bool]
    """IAM users get in with MFA only."""
    no_public: Input[bool]
    """Not everybody gets in."""


class AccessArgs(TypedDict, total=False):
    """A caller of a role, for whom the settings of its tools are written.

    What the trust policy asks of the caller is read off it; what it leaves open has to be said.
    """

    trust: Input[int]
    """By which entry of ``trusts`` the caller gets in, from 0, which is the default."""
    name: Input[str]
    """What the profile or provider is called; the role's name where it is left out."""
    source_profile: Input[str]
    """The profile whose credentials assume the role; ``default``, or the tool's own, where it is left out."""
    mfa_serial: Input[str]
    """ARN of the caller's MFA device."""
    duration_seconds: Input[int]
    """How long sessions last, 900 to 43200; the tool's default where it is left out."""
    external_id: Input[str]
    """What the caller sends; the first one that the trust lists where it is left out."""
    session_name: Input[str]
    """Likewise."""
    source_identity: Input[str]
    """Likewise."""
    session_tags: Input[Mapping[str, Input[str]]]
    """Likewise."""
    region: Input[str]
    """The AWS region; GitHub's action needs one."""
    token_file: Input[str]
    """For trusts in an OIDC provider: path of the file that holds its token."""
