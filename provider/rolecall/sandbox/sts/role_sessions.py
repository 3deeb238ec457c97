"""Opens the session of a role that somebody may assume, however they came to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rolecall.errors import DeclarationError
from rolecall.policy.arn import Arn
from rolecall.policy.request import ContextValue

from ..callers.identities import Identities, Identity, Kind, Session
from ..door.refusals import Refusal
from ..faults import Faults
from ..iam.backend import account_iam
from ..iam.view import RoleView
from ..regions import require_activated
from .issuing import issued_members
from .parameters import Parameters
from .session_policies import packed_size, session_policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A session as it is asked for, with what it inherits.

    Attributes:
        name: the role session name.
        tags: session tags, inherited ones among them.
        transitive_tag_keys: those that follow into the next session, in lower case.
        source_identity: as asked for, or as inherited.
        chained: whether session credentials ask for it.
        keys: condition keys of a token or an assertion that later requests with the session have.
    """

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: frozenset[str] = frozenset()
    source_identity: str | None = None
    chained: bool = False
    keys: Mapping[str, ContextValue] = field(default_factory=dict)


def role_of(parameters: Parameters) -> Arn:
    """Return the ARN of the role that a call asks for.

    Raises:
        Refusal: ``ValidationError`` where it is none.
    """
    text = parameters.texts["RoleArn"]
    try:
        arn = Arn.parse(text)
    except DeclarationError as error:
        raise Refusal("ValidationError", f"{text} is invalid") from error
    if not (arn.is_role and arn.account.isdigit() and arn.name) or arn.region:
        raise Refusal("ValidationError", f"{text} is invalid")
    return arn


@dataclass(frozen=True, slots=True)
class RoleSessions:
    """Makes sessions of roles; used under the sandbox's lock."""

    identities: Identities
    faults: Faults

    def open(
        self, parameters: Parameters, role: RoleView, wanted: Wanted, *, now: datetime, region: str
    ) -> dict[str, object]:
        """Return the members of the answer that all ways into a role have.

        Raises:
            Refusal: the session policies can't be read or are too large, the role allows no such duration, or
                STS is not activated in the region for the role's account.
        """
        arn = Arn.parse(role.arn)
        partition, account_id = arn.partition, arn.account
        require_activated(self.faults, account_id, region)
        if parameters.duration_seconds > role.max_session_duration:
            raise Refusal(
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            )
        policies = session_policies(parameters, account_iam(account_id))
        packed = packed_size(parameters)
        expires_at = now + timedelta(seconds=parameters.duration_seconds)
        identity = Identity(
            kind=Kind.ASSUMED_ROLE,
            account_id=account_id,
            arn=f"arn:{partition}:sts::{account_id}:assumed-role/{role.name}/{wanted.name}",
            user_id=f"{role.unique_id}:{wanted.name}",
            entity_arn=role.arn,
            session=Session(
                issued_at=now,
                expires_at=expires_at,
                policies=policies,
                tags=wanted.tags,
                transitive_tag_keys=wanted.transitive_tag_keys,
                source_identity=wanted.source_identity,
                chained=wanted.chained,
                keys=wanted.keys,
            ),
        )
        answer: dict[str, object] = {
            "AssumedRoleUser": {"AssumedRoleId": identity.user_id, "Arn": identity.arn},
            **issued_members(self.identities, identity, parameters),
        }
        if packed:
            answer["PackedPolicySize"] = packed
        if wanted.source_identity is not None:
            answer["SourceIdentity"] = wanted.source_identity
        return answer
