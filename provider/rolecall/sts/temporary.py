"""Temporary credentials for a person's own use: AssumeRole, GetSessionToken and GetFederationToken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.policy import Arn
from rolecall.policy.formats import SESSION_DURATION

from .credentials import Keys, with_token
from .error_table import ERRORS, Meaning
from .errors import is_mfa_failure, sentence_of


@dataclass(frozen=True, slots=True)
class MfaCode:
    """A code of a person's device, good for one call.

    Attributes:
        serial: ARN of the device.
        code: six digits.
    """

    serial: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProvidedContext:
    """What a trusted context provider says about the caller (AWS page: ProvidedContext).

    Attributes:
        provider_arn: the provider, such as ``arn:aws:iam::aws:contextProvider/IdentityCenter``.
        assertion: its signed assertion.
    """

    provider_arn: str
    assertion: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What makes a session less than whom it is of.

    Attributes:
        policy: an inline session policy, as JSON text.
        policy_arns: managed session policies.
        duration_seconds: how long it lasts; ``None`` for what AWS takes by itself.
    """

    policy: str | None = None
    policy_arns: tuple[str, ...] = ()
    duration_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequest:
    """One AssumeRole with all that can be sent (AWS page: AssumeRole).

    Attributes:
        role_arn: the role.
        session_name: what the session is called in logs.
        limits: session policies and duration.
        external_id: may be a secret.
        source_identity: who is behind it; kept through every further role.
        tags: session tags.
        transitive_tag_keys: those of the tags that are kept through every further role.
        mfa: a code of the caller's device.
        provided_contexts: what others say about the caller.
    """

    role_arn: str
    session_name: str
    limits: Limits = field(default_factory=Limits)
    external_id: str | None = field(default=None, repr=False)
    source_identity: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    mfa: MfaCode | None = None
    provided_contexts: tuple[ProvidedContext, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Temporary credentials, and all else that STS said with them.

    Attributes:
        access_key_id, secret_access_key, session_token: the credentials; only the first is in ``repr``.
        expires_at: when they end.
        about: the other members of the answer by AWS's names: ``AssumedRoleUser``, ``PackedPolicySize``
            (percent), ``SourceIdentity``, ``FederatedUser`` …
        keys: the same credentials, as clients use them.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime
    about: Mapping[str, Any]
    keys: Keys = field(repr=False)

    @property
    def partition(self) -> str:
        """The partition of whom the credentials are of; ``aws`` where the answer names nobody."""
        whom = self.about.get("AssumedRoleUser") or self.about.get("FederatedUser")
        return Arn.parse(whom["Arn"]).partition if whom else "aws"


@dataclass(frozen=True, slots=True)
class NotIssued:
    """STS refused.

    Attributes:
        what: what was asked for, such as the ARN of a role.
        code: AWS's error code.
        sentence: what happened, and the way out.
    """

    what: str
    code: str
    sentence: str


def assume_role(
    keys: Keys, request: RoleRequest, *, region: str, via: Sequence[str] = ()
) -> Issued | NotIssued:
    """Assumes a role, through others where need be.

    Args:
        keys: whose credentials begin.
        request: the role at the end, and what is sent.
        region: STS endpoint.
        via: ARNs of the roles to assume before, in order.

    Returns:
        The credentials, or which role of the chain refused.

    Raises:
        ProbeError: STS couldn't be asked, or didn't take a parameter.
    """
    *before, last = chain(request, via)
    for hop in before:
        found = _assume(keys, hop, region)
        if isinstance(found, NotIssued):
            return found
        keys = found.keys
    return _assume(keys, last, region)


def chain(request: RoleRequest, via: Sequence[str]) -> tuple[RoleRequest, ...]:
    """The calls by which a role is reached through others (AWS page: Methods to assume a role).

    Only the first caller can have MFA, so the code goes with the first call. So do the source identity and
    the transitive tags, which sessions hand on and nobody may set twice. All else is for the last role.
    """
    if not via:
        return (request,)
    transitive = {key: value for key, value in request.tags.items() if key in request.transitive_tag_keys}
    hops = [
        RoleRequest(
            role_arn=role_arn,
            session_name=request.session_name,
            limits=Limits(duration_seconds=SESSION_DURATION.minimum),
        )
        for role_arn in via
    ]
    hops[0] = replace(
        hops[0],
        source_identity=request.source_identity,
        tags=transitive,
        transitive_tag_keys=request.transitive_tag_keys,
        mfa=request.mfa,
    )
    last = replace(
        request,
        source_identity=None,
        tags={key: value for key, value in request.tags.items() if key not in transitive},
        transitive_tag_keys=(),
        mfa=None,
    )
    return (*hops, last)


def session_token(
    keys: Keys, *, region: str, duration_seconds: int | None = None, mfa: MfaCode | None = None
) -> Issued | NotIssued:
    """A session of the user itself (AWS page: GetSessionToken).

    Raises:
        ProbeError: STS couldn't be asked, or didn't take a parameter.
    """
    parameters = sent({"DurationSeconds": duration_seconds, **_mfa(mfa)})
    return issued(keys, "a session of the user", keys.sts(region).get_session_token, parameters)


def federation_token(
    keys: Keys, name: str, *, region: str, limits: Limits, tags: Mapping[str, str]
) -> Issued | NotIssued:
    """A session for somebody whom the user vouches for (AWS page: GetFederationToken).

    Raises:
        ProbeError: STS couldn't be asked, or didn't take a parameter.
    """
    parameters = sent({"Name": name, "Tags": _tags(tags), **limit_parameters(limits)})
    return issued(
        keys, f"a session of federated user {name}", keys.sts(region).get_federation_token, parameters
    )


def _assume(keys: Keys, request: RoleRequest, region: str) -> Issued | NotIssued:
    contexts = [
        {"ProviderArn": each.provider_arn, "ContextAssertion": each.assertion}
        for each in request.provided_contexts
    ]
    parameters = sent(
        {
            "RoleArn": request.role_arn,
            "RoleSessionName": request.session_name,
            "ExternalId": request.external_id,
            "SourceIdentity": request.source_identity,
            "Tags": _tags(request.tags),
            "TransitiveTagKeys": list(request.transitive_tag_keys),
            "ProvidedContexts": contexts,
            **limit_parameters(request.limits),
            **_mfa(request.mfa),
        }
    )
    return issued(keys, request.role_arn, keys.sts(region).assume_role, parameters)


def limit_parameters(limits: Limits) -> dict[str, Any]:
    """The parameters, as several operations name them, of what limits a session."""
    return {
        "Policy": limits.policy,
        "PolicyArns": [{"arn": arn} for arn in limits.policy_arns],
        "DurationSeconds": limits.duration_seconds,
    }


def _mfa(mfa: MfaCode | None) -> dict[str, Any]:
    return {} if mfa is None else {"SerialNumber": mfa.serial, "TokenCode": mfa.code}


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def sent(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without those that say nothing."""
    return {name: value for name, value in parameters.items() if value is not None and value != []}


def issued(
    keys: Keys, what: str, operation: Callable[..., Any], parameters: Mapping[str, Any]
) -> Issued | NotIssued:
    """Calls an operation that issues credentials.

    Args:
        keys: whose client it is.
        what: what is asked for, in a sentence.
        operation: a method of the client.
        parameters: what is sent.

    Raises:
        ProbeError: STS couldn't be asked, or didn't take a parameter.
    """
    try:
        answer: Mapping[str, Any] = operation(**parameters)
    except ClientError as error:
        if is_mfa_failure(error):
            device = parameters["SerialNumber"]
            message = f"STS didn't take the MFA code for {device}: it is wrong, or was used before."
            raise ProbeError(message) from error
        code = str(error.response.get("Error", {}).get("Code", ""))
        row = ERRORS.get(code)
        if row is None or row.meaning is not Meaning.REFUSAL:
            raise ProbeError(f"{what}: {sentence_of(error)}") from error
        return NotIssued(what, code, sentence_of(error))
    except BotoCoreError as error:
        raise ProbeError(f"{what}: {sentence_of(error)}") from error
    given = answer["Credentials"]
    return Issued(
        access_key_id=given["AccessKeyId"],
        secret_access_key=given["SecretAccessKey"],
        session_token=given["SessionToken"],
        expires_at=given["Expiration"],
        about={name: answer[name] for name in answer if name not in {"Credentials", "ResponseMetadata"}},
        keys=with_token(keys, given),
    )
