"""Who may assume a role, as a checked value, and the table of what can be asked of whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Named = tuple[tuple[str, tuple[str, ...]], ...]
"""Names with the values allowed for each, in the order of the declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """One entry of ``trusts``: principals of one kind and the conditions that they must meet.

    Wherever several values are given, one of them is enough; ``*``, ``?`` and policy variables have
    their meaning in session names, source identities, tags, subjects, claims and ARNs of sources.

    Attributes:
        accounts: account IDs; each delegates to the policies of that account.
        users: ARNs of IAM users.
        roles: ARNs of roles, for all their sessions.
        sessions: ARNs of single role sessions.
        permission_sets: names of permission sets of IAM Identity Center, assigned in ``accounts``.
        organization_ids: organizations that the caller's account is in; beside nobody else, all of them
            are trusted. For services: organizations for whose resources they act.
        organization_paths: likewise, for organizational units.
        services: hosts of AWS services, such as ``ec2.amazonaws.com``.
        provider_arn: ARN of an OIDC or SAML provider, or the host of a built-in one.
        external_ids: one of these has to be sent; empty where none is asked for.
        requires_mfa: whether the caller has to be authenticated with MFA.
        mfa_age: the age, in seconds, that the MFA authentication must not reach.
        role_session_name: the session name to use.
        source_identity: the source identities that may be set; setting one is required then.
        session_tags: tags that have to be passed, with their values; others may not be passed then.
        source_ips: addresses and CIDR ranges to call from.
        not_before: first moment of the trust, ISO 8601 with a zone.
        not_after: last moment of the trust, ISO 8601 with a zone.
        source_accounts: accounts for whose resources a service acts.
        source_arns: ARNs of the resources for which a service acts.
        oidc_subjects: the token's ``sub``.
        oidc_audiences: the token's ``aud``.
        oidc_claims: other claims of the token that AWS has condition keys for.
        saml_endpoints: URLs of the sign-in to which the assertion was sent; AWS's own where none is given.
        saml_claims: what else the assertion must say: attributes that AWS has condition keys for, and
            ``sub``, ``sub_type`` and the like.
        conditions: more conditions: operators, keys and values as in a policy.
        deny: whether the principals are kept out, whatever other trusts say.
        statement: a whole statement as in a policy, instead of everything else.
    """

    accounts: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    permission_sets: tuple[str, ...] = ()
    organization_ids: tuple[str, ...] = ()
    organization_paths: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    provider_arn: str | None = None
    external_ids: tuple[str, ...] = ()
    requires_mfa: bool = False
    mfa_age: int | None = None
    role_session_name: str | None = None
    source_identity: tuple[str, ...] = ()
    session_tags: Named = ()
    source_ips: tuple[str, ...] = ()
    not_before: str | None = None
    not_after: str | None = None
    source_accounts: tuple[str, ...] = ()
    source_arns: tuple[str, ...] = ()
    oidc_subjects: tuple[str, ...] = ()
    oidc_audiences: tuple[str, ...] = ()
    oidc_claims: Named = ()
    saml_endpoints: tuple[str, ...] = ()
    saml_claims: Named = ()
    conditions: Mapping[str, Mapping[str, object]] | None = None
    deny: bool = False
    statement: Mapping[str, object] | None = None

    @property
    def kinds(self) -> tuple["Kind", ...]:
        """The kinds of principal that are named; exactly one in a trust that is right."""
        found = [kind for kind in _NAMED if getattr(self, kind)]
        if self.provider_arn is not None:
            found.append(Kind.SAML if ":saml-provider/" in self.provider_arn else Kind.OIDC)
        if self.permission_sets:
            found = [Kind.PERMISSION_SETS, *(kind for kind in found if kind is not Kind.ACCOUNTS)]
        if not found and (self.organization_ids or self.organization_paths):
            found = [Kind.ORGANIZATIONS]
        return tuple(found)


class Kind(StrEnum):
    """What a trust's principals are; the value is the field that names them."""

    ACCOUNTS = "accounts"
    USERS = "users"
    ROLES = "roles"
    SESSIONS = "sessions"
    PERMISSION_SETS = "permission_sets"
    ORGANIZATIONS = "organization_ids"
    SERVICES = "services"
    OIDC = "OIDC provider_arn"
    SAML = "SAML provider_arn"


_NAMED: Final = (Kind.ACCOUNTS, Kind.USERS, Kind.ROLES, Kind.SESSIONS, Kind.SERVICES)

NOUNS: Final = MappingProxyType(
    {
        Kind.ACCOUNTS: "an account",
        Kind.USERS: "a user",
        Kind.ROLES: "a role",
        Kind.SESSIONS: "a role session",
        Kind.PERMISSION_SETS: "a permission set",
        Kind.ORGANIZATIONS: "an organization",
        Kind.SERVICES: "a service",
        Kind.OIDC: "an OIDC provider",
        Kind.SAML: "a SAML provider",
    }
)
"""What sentences call one principal of a kind."""


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """Of whom a condition can be asked.

    Attributes:
        kinds: the kinds of principal that it goes with.
        why: why it doesn't go with the others, and what to do.
        by_choice: whether callers can leave out what it looks at, so that a Deny on it keeps nobody out.
    """

    kinds: frozenset[Kind]
    why: str
    by_choice: bool = False


_HUMAN: Final = frozenset({Kind.ACCOUNTS, Kind.USERS, Kind.ORGANIZATIONS})
_AWS: Final = _HUMAN | {Kind.ROLES, Kind.SESSIONS, Kind.PERMISSION_SETS}
_FEDERATED: Final = frozenset({Kind.OIDC, Kind.SAML})
_SERVICE: Final = frozenset({Kind.SERVICES})
_OIDC: Final = frozenset({Kind.OIDC})
_SAML: Final = frozenset({Kind.SAML})

_NO_EXTERNAL_ID: Final = "Only principals of AWS accounts send external IDs; remove it"
_NO_MFA: Final = "Only IAM users carry MFA into AssumeRole; sessions of roles never do; remove it"
_NO_NAME: Final = "AWS services choose it themselves; remove it"
_NO_ORGANIZATION: Final = "An identity of a provider is in no organization; remove it"
_FOR_SERVICES: Final = "Only AWS services tell for whose resources they act; remove it"
_FOR_OIDC: Final = "Only tokens of an OIDC provider have it; remove it"
_FOR_SAML: Final = "Only assertions of a SAML provider have it; remove it"
_NO_ADDRESS: Final = "AWS services don't call from an address of yours; remove it"
_FOR_ALL: Final = "Remove it"

CONDITION_RULES: Final = MappingProxyType(
    {
        "external_ids": ConditionRule(_AWS, _NO_EXTERNAL_ID, by_choice=True),
        "requires_mfa": ConditionRule(_HUMAN, _NO_MFA, by_choice=True),
        "mfa_age": ConditionRule(_HUMAN, _NO_MFA, by_choice=True),
        "role_session_name": ConditionRule(_AWS | _FEDERATED, _NO_NAME, by_choice=True),
        "source_identity": ConditionRule(_AWS | _FEDERATED, _NO_NAME, by_choice=True),
        "session_tags": ConditionRule(_AWS | _FEDERATED, _NO_NAME, by_choice=True),
        "source_ips": ConditionRule(_AWS | _FEDERATED, _NO_ADDRESS),
        "organization_ids": ConditionRule(_AWS | _SERVICE, _NO_ORGANIZATION),
        "organization_paths": ConditionRule(_AWS | _SERVICE, _NO_ORGANIZATION),
        "source_accounts": ConditionRule(_SERVICE, _FOR_SERVICES),
        "source_arns": ConditionRule(_SERVICE, _FOR_SERVICES),
        "oidc_subjects": ConditionRule(_OIDC, _FOR_OIDC),
        "oidc_audiences": ConditionRule(_OIDC, _FOR_OIDC),
        "oidc_claims": ConditionRule(_OIDC, _FOR_OIDC),
        "saml_endpoints": ConditionRule(_SAML, _FOR_SAML),
        "saml_claims": ConditionRule(_SAML, _FOR_SAML),
        "not_before": ConditionRule(frozenset(Kind), _FOR_ALL),
        "not_after": ConditionRule(frozenset(Kind), _FOR_ALL),
        "conditions": ConditionRule(frozenset(Kind), _FOR_ALL),
    }
)
"""Which condition goes with which kind of principal; one trust has principals of one kind."""
