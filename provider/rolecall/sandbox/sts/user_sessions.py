"""GetSessionToken and GetFederationToken: sessions that users open for themselves and for others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from ..callers.identities import Identities, Identity, Kind, Session
from ..callers.incoming import Incoming
from ..callers.permissions import Permissions
from ..faults import Faults
from ..iam.backend import account_iam
from ..regions import require_activated
from .authenticator import Authenticator
from .issuing import issued_members
from .parameters import tag_keys
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


def _seconds(call: Incoming) -> int:
    asked = call.parameters.duration_seconds
    return min(asked, _ROOT_SECONDS) if call.identity.kind is Kind.ROOT else asked
