"""What is known of many accounts: their users and roles, with policies, and the organisation above them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rolecall.policy import UNKNOWN, Policy, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A user or role as IAM tells it.

    Attributes:
        arn: with its path.
        unique_id: ``AIDA…`` or ``AROA…``; empty where it wasn't told.
        policies: all its identity policies, those of a user's groups too; ``UNKNOWN`` where one couldn't be
            read.
        boundary: its permissions boundary; ``None`` where there is none.
        tags: by key.
    """

    arn: str
    unique_id: str
    policies: tuple[Policy, ...] | Unknown = ()
    boundary: Policy | Unknown | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Identity):
    """An IAM user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Identity):
    """An IAM role.

    Attributes:
        trust: its trust policy; ``UNKNOWN`` where it couldn't be read.
    """

    trust: Policy | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The organisation that an account is in, and what it imposes on the account.

    Attributes:
        id: such as ``o-a1b2c3d4e5``.
        path: where the account stands, such as ``o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/``; ``UNKNOWN`` where
            that wasn't told.
        service_control_policies: levels from the root to the account; empty where none apply.
        resource_control_policies: likewise.
    """

    id: str
    path: str | Unknown = UNKNOWN
    service_control_policies: tuple[tuple[Policy, ...], ...] = ()
    resource_control_policies: tuple[tuple[Policy, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """One account.

    Attributes:
        account: 12 digits.
        users: all of them.
        roles: all of them.
        organization: ``None`` where it is in none, ``UNKNOWN`` where that wasn't told.
        problems: what couldn't be read, a sentence each.
    """

    account: str
    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    organization: Organization | Unknown | None = UNKNOWN
    problems: tuple[str, ...] = ()
