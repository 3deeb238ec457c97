"""One call on its way: who makes it, with what, from where, and when."""

from dataclasses import dataclass
from datetime import datetime

from rolecall.policy.request import ContextValue

from ..sts.parameters import Parameters
from .identities import Identity, Kind

_PRINCIPAL_TYPES = {
    Kind.ROOT: "Account",
    Kind.USER: "User",
    Kind.ASSUMED_ROLE: "AssumedRole",
    Kind.FEDERATED_USER: "FederatedUser",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A call to any service whose signature holds.

    Attributes:
        identity: who makes it.
        source_ip: where it comes from.
        user_agent: what the client calls itself.
        region: region of the credential scope.
        now: the sandbox's time, in UTC.
    """

    identity: Identity
    source_ip: str
    user_agent: str
    region: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming(Arrival):
    """A call to STS whose parameters keep to the limits.

    Attributes:
        parameters: what it asks for.
    """

    parameters: Parameters


def mfa_at(call: Arrival) -> datetime | None:
    """Return when the caller's session got its MFA code, or ``None``."""
    session = call.identity.session
    return session.mfa_at if session is not None else None


def global_keys(
    call: Arrival, *, own_tags: tuple[tuple[str, str], ...], code_given: bool
) -> dict[str, ContextValue]:
    """Return the global condition keys of a call ("AWS global condition context keys").

    Args:
        call: the call.
        own_tags: tags of the caller's user or role; session tags go before them.
        code_given: whether a good MFA code came with this very call.
    """
    identity, session = call.identity, call.identity.session
    keys: dict[str, ContextValue] = {
        "aws:CurrentTime": call.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(call.now.timestamp())),
        "aws:PrincipalAccount": identity.account_id,
        "aws:PrincipalArn": identity.entity_arn,
        "aws:PrincipalType": _PRINCIPAL_TYPES[identity.kind],
        "aws:RequestedRegion": call.region,
        # AWS is reached over TLS only; the sandbox's plain loopback socket stands for it.
        "aws:SecureTransport": "true",
        "aws:SourceIp": call.source_ip,
        "aws:UserAgent": call.user_agent,
        "aws:ViaAWSService": "false",
        "aws:userid": identity.user_id,
    }
    if identity.kind is Kind.USER:
        keys["aws:username"] = identity.entity_arn.rpartition("/")[2]
    tags = {key.lower(): (key, value) for key, value in own_tags}
    if session is not None:
        tags |= {key.lower(): (key, value) for key, value in session.tags.items()}
        keys["aws:TokenIssueTime"] = session.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        keys["aws:MultiFactorAuthPresent"] = "false"
        keys |= session.keys
        if session.source_identity is not None:
            keys["aws:SourceIdentity"] = session.source_identity
    keys |= {f"aws:PrincipalTag/{key}": value for key, value in tags.values()}
    since = call.now if code_given else mfa_at(call)
    if since is not None:
        keys["aws:MultiFactorAuthPresent"] = "true"
        keys["aws:MultiFactorAuthAge"] = str(int((call.now - since).total_seconds()))
    return keys
