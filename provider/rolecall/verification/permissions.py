"""Which permissions whom of a verification needs: one table, from which policies and the docs are made."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

ANY_ROLE: Final = "arn:aws:iam::*:role/*"


class Party(StrEnum):
    """Whose credentials they are."""

    PROBER = "prober"
    OWNER = "owner"
    AUDITOR = "auditor"


PARTIES: Final = {
    Party.PROBER: "the caller who tries to get in, or the stranger who must not",
    Party.OWNER: "who reads the role while others try it",
    Party.AUDITOR: "whom `rolecall audit` reads accounts with",
}


class Feature(StrEnum):
    """What is needed for something that not everybody uses."""

    SESSION_TAGS = "session-tags"
    SOURCE_IDENTITY = "source-identity"
    OWN_POLICIES = "own-policies"
    ORGANIZATION = "organization"


class On(StrEnum):
    """What a permission is for."""

    ROLES = "roles"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Some permissions that go together.

    Attributes:
        party: whose.
        feature: what they are needed for; ``None`` where nothing goes without.
        actions: as IAM calls them.
        on: the roles in question, or anything.
        why: what is done with them, for a person.
    """

    party: Party
    feature: Feature | None = None
    actions: tuple[str, ...]
    on: On
    why: str


NEEDS: Final = (
    Need(
        party=Party.PROBER,
        actions=("sts:AssumeRole",),
        on=On.ROLES,
        why="the probes; a stranger without it proves nothing",
    ),
    Need(
        party=Party.PROBER,
        feature=Feature.SESSION_TAGS,
        actions=("sts:TagSession",),
        on=On.ROLES,
        why="probes of a role that asks for session tags, or a caller with `tags`",
    ),
    Need(
        party=Party.PROBER,
        feature=Feature.SOURCE_IDENTITY,
        actions=("sts:SetSourceIdentity",),
        on=On.ROLES,
        why="probes of a role that asks for a source identity, or a caller with `source_identity`",
    ),
    Need(
        party=Party.PROBER,
        feature=Feature.OWN_POLICIES,
        actions=(
            "iam:GetUser",
            "iam:ListUserPolicies",
            "iam:GetUserPolicy",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListGroupPolicies",
            "iam:GetGroupPolicy",
            "iam:ListAttachedGroupPolicies",
            "iam:GetRole",
            "iam:ListRolePolicies",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
        ),
        on=On.ANYTHING,
        why="telling a refusal by the caller's own account from one by the role, and the path of a "
        "session's role; a stranger needs it",
    ),
    Need(
        party=Party.OWNER,
        actions=("iam:GetRole",),
        on=On.ROLES,
        why="the live trust policy and the unique id",
    ),
    Need(
        party=Party.AUDITOR,
        actions=("iam:GetAccountAuthorizationDetails",),
        on=On.ANYTHING,
        why="users, groups, roles and policies of each account",
    ),
    Need(
        party=Party.AUDITOR,
        feature=Feature.ORGANIZATION,
        actions=("sts:AssumeRole",),
        on=On.ROLES,
        why="with `--org`: the role of `--via` in each member account, which needs the row above",
    ),
    Need(
        party=Party.AUDITOR,
        feature=Feature.ORGANIZATION,
        actions=(
            "organizations:DescribeOrganization",
            "organizations:ListRoots",
            "organizations:ListAccountsForParent",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
        ),
        on=On.ANYTHING,
        why="with `--org`: the accounts of the organization and what it imposes on them",
    ),
)
"""GetCallerIdentity and GetSessionToken need no permission."""


def needs(party: Party, features: Collection[Feature] = ()) -> Iterator[Need]:
    """The rows of a party: those that nothing goes without, and those of some features."""
    return (
        each for each in NEEDS if each.party is party and (each.feature is None or each.feature in features)
    )


def policy_for(
    party: Party, role_arns: Sequence[str] = (ANY_ROLE,), features: Collection[Feature] = ()
) -> dict[str, Any]:
    """The smallest identity policy with which a party can do its part.

    Args:
        party: who.
        role_arns: the roles that it is about; ``*`` may stand in them.
        features: what it is to be able to do besides.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(need.actions),
                "Resource": list(role_arns) if need.on is On.ROLES else "*",
            }
            for need in needs(party, features)
        ],
    }
