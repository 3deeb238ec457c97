"""The STS operations beside AssumeRole: sessions of users, and who a key belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .authenticator import Authenticator
from .credentials import Credentials
from .iam import PARTITION, account_iam
from .identities import Identities, Identity, Kind, Session, account_of_key
from .incoming import Incoming
from .refusals import Refusal
from .session_policies import packed_size, session_policies

_ROOT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class GetSessionToken:
    """Temporary credentials of the caller itself, with or without MFA."""

    identities: Identities
    authenticator: Authenticator

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer."""
        _refuse_sessions(call, "GetSessionToken")
        code_given = self.authenticator.check_code(call)
        session = Session(
            issued_at=call.now,
            expires_at=call.now + timedelta(seconds=_seconds(call)),
            mfa_at=call.now if code_given else None,
        )
        credentials = self.identities.issue(replace(call.identity, session=session))
        return {"Credentials": credential_members(credentials, session.expires_at)}


@dataclass(frozen=True, slots=True)
class GetFederationToken:
    """Temporary credentials of a federated user, which can call GetCallerIdentity and nothing else of STS."""

    identities: Identities

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer."""
        _refuse_sessions(call, "GetFederationToken")
        name, account_id = call.parameters.texts["Name"], call.identity.account_id
        policies = session_policies(call.parameters, account_iam(account_id))
        packed = packed_size(call.parameters)
        session = Session(
            issued_at=call.now,
            expires_at=call.now + timedelta(seconds=_seconds(call)),
            policies=policies,
            tags=call.parameters.tags,
        )
        identity = Identity(
            kind=Kind.FEDERATED_USER,
            account_id=account_id,
            arn=f"arn:{PARTITION}:sts::{account_id}:federated-user/{name}",
            user_id=f"{account_id}:{name}",
            entity_arn=call.identity.entity_arn,
            session=session,
        )
        credentials = self.identities.issue(identity)
        return {
            "Credentials": credential_members(credentials, session.expires_at),
            "FederatedUser": {"FederatedUserId": identity.user_id, "Arn": identity.arn},
            "PackedPolicySize": packed,
        }


def get_caller_identity(call: Incoming) -> Mapping[str, object]:
    """Return who the caller is; needs no permission."""
    identity = call.identity
    return {"Arn": identity.arn, "UserId": identity.user_id, "Account": identity.account_id}


def get_access_key_info(call: Incoming) -> Mapping[str, object]:
    """Return the account that an access key id belongs to, whether the key is still there or not."""
    access_key_id = call.parameters.texts["AccessKeyId"]
    try:
        return {"Account": account_of_key(access_key_id)}
    except ValueError as error:
        raise Refusal("ValidationError", f"{access_key_id} is not an access key ID") from error


def credential_members(credentials: Credentials, expires_at: datetime) -> Mapping[str, object]:
    """Return temporary credentials as STS writes them."""
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": expires_at,
    }


def _refuse_sessions(call: Incoming, operation: str) -> None:
    if call.identity.session is not None:
        raise Refusal("AccessDenied", f"Cannot call {operation} with session credentials")


def _seconds(call: Incoming) -> int:
    asked = call.parameters.duration_seconds
    return min(asked, _ROOT_SECONDS) if call.identity.kind is Kind.ROOT else asked
