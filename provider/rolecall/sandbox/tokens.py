"""The STS operations beside AssumeRole: sessions of users, and who a key belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from .authenticator import Authenticator
from .faults import Faults
from .iam import account_iam
from .identities import Identities, Identity, Kind, Session, account_of_key
from .incoming import Incoming
from .parameter_formats import TOKEN_BYTES
from .parameters import Parameters, tag_keys
from .permissions import Permissions
from .refusals import Refusal
from .regions import require_activated
from .session_policies import packed_size, session_policies

_ROOT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class GetSessionToken:
    """Temporary credentials of the caller itself, with or without MFA."""

    identities: Identities
    authenticator: Authenticator
    faults: Faults

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("GetSessionToken", "Errors").
        """
        require_activated(self.faults, call.identity.account_id, call.region)
        code_given = self.authenticator.check_code(call)
        session = Session(
            issued_at=call.now,
            expires_at=call.now + timedelta(seconds=_seconds(call)),
            mfa_at=call.now if code_given else None,
        )
        return issued_members(self.identities, replace(call.identity, session=session), call.parameters)


@dataclass(frozen=True, slots=True)
class GetFederationToken:
    """Temporary credentials of a federated user, which can call GetCallerIdentity and nothing else of STS."""

    identities: Identities
    permissions: Permissions
    faults: Faults

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("GetFederationToken", "Errors").
        """
        name, account_id = call.parameters.texts["Name"], call.identity.account_id
        require_activated(self.faults, account_id, call.region)
        arn = f"arn:{call.identity.partition}:sts::{account_id}:federated-user/{name}"
        actions = ("sts:GetFederationToken", *(("sts:TagSession",) if call.parameters.tags else ()))
        for action in actions:
            self.permissions.require(call, action, arn, tag_keys(call.parameters))
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
            arn=arn,
            user_id=f"{account_id}:{name}",
            entity_arn=call.identity.entity_arn,
            session=session,
        )
        return {
            **issued_members(self.identities, identity, call.parameters),
            "FederatedUser": {"FederatedUserId": identity.user_id, "Arn": identity.arn},
            "PackedPolicySize": packed,
        }


def get_caller_identity(call: Incoming) -> Mapping[str, object]:
    """Return who the caller is; needs no permission."""
    identity = call.identity
    return {"Arn": identity.arn, "UserId": identity.user_id, "Account": identity.account_id}


@dataclass(frozen=True, slots=True)
class GetAccessKeyInfo:
    """Which account an access key id belongs to, whether the key is still there or not."""

    permissions: Permissions

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("GetAccessKeyInfo", "Errors").
        """
        self.permissions.require(call, "sts:GetAccessKeyInfo", "*")
        access_key_id = call.parameters.texts["AccessKeyId"]
        try:
            return {"Account": account_of_key(access_key_id)}
        except ValueError as error:
            raise Refusal("ValidationError", f"{access_key_id} is not an access key ID") from error


def issued_members(identities: Identities, identity: Identity, parameters: Parameters) -> dict[str, object]:
    """Make temporary credentials, and return the members that every operation that makes some answers with.

    Raises:
        ValueError: the identity has no session.
    """
    if identity.session is None:
        raise ValueError("temporary credentials need a session")
    credentials = identities.issue(identity, least_bytes=parameters.least_token_bytes)
    size = len(credentials.session_token or "")
    return {
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": identity.session.expires_at,
        },
        "SessionTokenSize": size,
        "SessionTokenUtilization": size * 100 // TOKEN_BYTES,
    }


def _seconds(call: Incoming) -> int:
    asked = call.parameters.duration_seconds
    return min(asked, _ROOT_SECONDS) if call.identity.kind is Kind.ROOT else asked
