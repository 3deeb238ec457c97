"""A request to assume a role, or to use what one may, as the evaluator sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal


class Unknown(Enum):
    """The type of ``UNKNOWN``: something that exists but can't be known yet, as in a preview."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN

ContextValue = str | Sequence[str] | Unknown
PrincipalKind = Literal["AWS", "Service", "Federated"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        kind: the field of the Principal element that can name this principal.
        value: ``AWS``: ARN of a user, role session, role, federated user or account root;
            ``Service``: host such as ``ec2.amazonaws.com``; ``Federated``: provider ARN or host.
    """

    kind: PrincipalKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to STS that a policy has to decide.

    Attributes:
        role: ARN of the role to assume.
        principal: who asks.
        action: the IAM action asked for; ``sts:TagSession`` and ``sts:SetSourceIdentity`` are asked for
            on their own.
        context: condition keys (any case) and their values; an absent key isn't listed,
            a key whose presence or value can't be known has the value ``UNKNOWN``.
    """

    role: str
    principal: Principal
    action: str = "sts:AssumeRole"
    context: Mapping[str, ContextValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One call to any service that only the caller's own policies have to decide.

    Attributes:
        principal: who asks.
        action: the IAM action asked for, such as ``s3:GetObject``.
        resource: ARN of what it is done to, ``*`` where the action has no resources; ``UNKNOWN`` where it
            can't be known.
        context: condition keys, as in a ``Request``.
    """

    principal: Principal
    action: str
    resource: str | Unknown
    context: Mapping[str, ContextValue] = field(default_factory=dict)
