"""Who may call, with what is fixed about each call: the condition keys that the caller can't choose."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rolecall.policy import UNKNOWN, Arn, CallerSide, ContextValue, Policy, Principal, Unknown

from .graph import Node
from .model import Identity, Organization

Facts = Mapping[str, ContextValue | None]
"""Condition keys, in lower case, that are fixed: a value, or ``None`` for a key that calls never have."""

STRANGER_ACCOUNT: Final = "999999999999"
"""Stands for any account that no policy has a reason to name."""

STRANGER_ID: Final = "AIDAANYSTRANGER"
"""The unique id of nobody: ids in policies are those of deleted principals."""

_NOT_BY_SERVICE: Final[Facts] = {
    "aws:calledvia": None,
    "aws:calledviafirst": None,
    "aws:calledvialast": None,
    "aws:principalisawsservice": "false",
    "aws:principalservicename": None,
    "aws:principalservicenameslist": None,
    "aws:sourceaccount": None,
    "aws:sourcearn": None,
    "aws:sourceorgid": None,
    "aws:sourceorgpaths": None,
    "aws:viaawsservice": "false",
}
_NO_PRINCIPAL_OF_AN_ACCOUNT: Final[Facts] = dict.fromkeys(
    (
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:sourceidentity",
        "aws:userid",
        "aws:username",
    )
)

# AWS pages: AWS global condition context keys; Configuring MFA-protected API access (sessions of roles).
_OF_KIND: Final[Mapping[str, Facts]] = MappingProxyType(
    {
        "user": {
            **_NOT_BY_SERVICE,
            "aws:principaltype": "User",
            "aws:sourceidentity": None,
            "aws:federatedprovider": None,
        },
        "role": {
            **_NOT_BY_SERVICE,
            "aws:principaltype": "AssumedRole",
            "aws:multifactorauthpresent": None,
            "aws:multifactorauthage": None,
            "aws:username": None,
        },
        "account": _NOT_BY_SERVICE,
        "service": {**_NO_PRINCIPAL_OF_AN_ACCOUNT, "aws:principalisawsservice": "true"},
        "federated": {**_NO_PRINCIPAL_OF_AN_ACCOUNT, **_NOT_BY_SERVICE},
    }
)
_PRINCIPAL_TAG: Final = "aws:principaltag/"
_PERSONAL: Final = frozenset({"aws:principalarn", "aws:userid", "aws:username"})


def tell_apart(keys: Iterable[str]) -> bool:
    """Whether any of these condition keys, in lower case, differs between principals of one account."""
    return any(key in _PERSONAL or key.startswith(_PRINCIPAL_TAG) for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Actor:
    """A principal that asks.

    Attributes:
        node: its place in the graph.
        principal: as a request names it; where the node is an account or anyone, it
            stands for all of them.
        kind: which row of fixed keys applies.
        own: its own policies, reduced; ``None`` policies of whoever wasn't read allow everything, since
            whoever owns the account can make them do so.
        keys: the condition keys that its own policies and the service control policies above it read.
        service_control: the levels above its account, reduced.
        facts: what is fixed about it besides its kind; an absent tag isn't listed.
        always: keys that tell who it is even where no condition reads them.
        taggable: whether session tags may come on top of its own.
        likeness: the same for all principals of an account that have the same policies; ``None`` where a
            policy reads who exactly asks.
    """

    node: Node
    principal: Principal
    kind: str
    own: CallerSide = field(default_factory=CallerSide)
    keys: frozenset[str] = frozenset()
    service_control: tuple[tuple[Policy, ...], ...] = ()
    facts: Facts = field(default_factory=dict)
    always: Facts = field(default_factory=dict)
    taggable: bool = True
    likeness: object | None = None

    def value(self, key: str) -> ContextValue | None:
        """What a call has for a condition key: ``None`` for nothing, ``UNKNOWN`` where the call decides."""
        if key in self.facts:
            return self.facts[key]
        fixed = _OF_KIND[self.kind]
        if key in fixed:
            return fixed[key]
        return None if key.startswith(_PRINCIPAL_TAG) and not self.taggable else UNKNOWN


def always_of(identity: Identity) -> Facts:
    """What tells a user or role that was read: its ARN, with path, and its id."""
    session = "" if Arn.parse(identity.arn).is_user else ":session"
    return {"aws:principalarn": identity.arn, "aws:userid": (identity.unique_id or STRANGER_ID) + session}


def facts_of(identity: Identity, organization: Organization | Unknown | None, *, taggable: bool) -> Facts:
    """What is fixed about a user or role that was read."""
    arn = Arn.parse(identity.arn)
    facts: dict[str, ContextValue | None] = {
        "aws:principalarn": identity.arn,
        "aws:principalaccount": arn.account,
        **organization_facts(organization),
    }
    if arn.is_user:
        facts |= {"aws:username": arn.name, "aws:userid": identity.unique_id or UNKNOWN}
    if taggable:
        return facts  # a session's own tags come before those of its role
    return facts | {f"{_PRINCIPAL_TAG}{key.lower()}": value for key, value in identity.tags.items()}


def organization_facts(organization: Organization | Unknown | None) -> Facts:
    """The condition keys by which a principal's organisation is known."""
    if isinstance(organization, Unknown):
        return {}
    if organization is None:
        return {"aws:principalorgid": None, "aws:principalorgpaths": None}
    path = organization.path
    return {
        "aws:principalorgid": organization.id,
        "aws:principalorgpaths": UNKNOWN if isinstance(path, Unknown) else (path,),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What counts as inside.

    Attributes:
        accounts: account IDs.
        organizations: ids of the organisations that these are in.
    """

    accounts: frozenset[str]
    organizations: frozenset[str]


Asked = Mapping[str, Sequence[str]]
"""Condition keys, in lower case, that a role's policies read, and the values that they compare each with."""

VARIABLE: Final = "${}"
"""Stands among the values for a key that is read as a policy variable."""

_ACCOUNT_IN_ARN: Final = re.compile(r"arn:[^:*?]+:[^:*?]+:[^:*?]*:(\d{12}):[^$]*", re.ASCII)
_FOREIGN_ORGANIZATION: Final = "o-0outside00"


def stranger_arn(account: str | None, partition: str) -> str:
    """The ARN of a user that no policy has a reason to name; of any account where ``None`` is given."""
    return f"arn:{partition}:iam::{account or STRANGER_ACCOUNT}:user/somebody"


def outside_facts(asked: Asked, *, account: str | None, arn: str | None, ours: Ours) -> tuple[Facts, ...]:
    """What is fixed about a principal that wasn't read, seen from what a role's policies compare it with.

    A key whose values tell apart only what is ours is answered as any stranger would answer it; the key
    stays open where a policy asks more of it.

    Args:
        asked: what the role's policies read.
        account: the principal's account ID; ``None`` for anyone's.
        arn: the principal's ARN where that is known.
        ours: what it isn't part of, unless its account is listed there.

    Returns:
        One set of facts, or two: of another organisation, and of none.
    """
    facts: dict[str, ContextValue | None] = {
        "aws:principalaccount": account or _any_account(asked.get("aws:principalaccount", ()), ours),
        "aws:principalarn": _any_arn(asked.get("aws:principalarn", ()), account, ours),
    }
    if arn is not None:
        named = Arn.parse(arn)
        facts["aws:principalarn"] = (
            UNKNOWN if named.is_role_session else arn
        )  # a session's role may have a path
        if named.is_user:
            facts["aws:username"] = named.name
    if account in ours.accounts:
        inside = next(iter(ours.organizations)) if len(ours.organizations) == 1 else UNKNOWN
        return ({**facts, "aws:principalorgid": inside},)
    return tuple({**facts, **organization} for organization in _organizations(asked, ours))


def _any_account(values: Iterable[str], ours: Ours) -> ContextValue:
    return STRANGER_ACCOUNT if ours.accounts.issuperset(values) else UNKNOWN


def _any_arn(values: Iterable[str], account: str | None, ours: Ours) -> ContextValue:
    """A stranger's ARN; ``UNKNOWN`` where policies tell the ARNs of those meant apart."""
    for value in values:
        found = _ACCOUNT_IN_ARN.fullmatch(value)
        if value == "*":
            continue
        if found is None or (found[1] == account if account else found[1] not in ours.accounts):
            return UNKNOWN
    return stranger_arn(account, "aws")


def _organizations(asked: Asked, ours: Ours) -> tuple[Facts, ...]:
    ids, paths = asked.get("aws:principalorgid"), asked.get("aws:principalorgpaths")
    if ids is None and paths is None:
        return ({},)
    known = ours.organizations.issuperset(ids or ()) and all(
        path.partition("/")[0] in ours.organizations for path in paths or ()
    )
    if not known:
        return ({"aws:principalorgid": UNKNOWN, "aws:principalorgpaths": UNKNOWN},)
    foreign: Facts = {
        "aws:principalorgid": _FOREIGN_ORGANIZATION,
        "aws:principalorgpaths": (f"{_FOREIGN_ORGANIZATION}/r-0000/",),
    }
    return foreign, {"aws:principalorgid": None, "aws:principalorgpaths": None}
