"""The caller's side of cross-account access: the identity policy that lets a caller assume roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rolecall.errors import DeclarationError, Fault

from .arn import Arn
from .building import one_or_list, to_json
from .formats import shown
from .operations import ASSUME_ROLE, SET_SOURCE_IDENTITY, TAG_SESSION
from .statement import Policy

INLINE_POLICY_CHARACTERS: Final[Mapping[str, int]] = MappingProxyType(
    {"user": 2_048, "group": 5_120, "role": 10_240}
)
"""Quota for all inline policies together of a user, group or role, in characters without white space.

AWS page: IAM and AWS STS quotas.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleToAssume:
    """A role, and what a caller does while assuming it; each needs an action of its own.

    Attributes:
        arn: ARN of the role.
        tag_session: whether session tags are passed.
        set_source_identity: whether a source identity is set.
    """

    arn: str
    tag_session: bool = False
    set_source_identity: bool = False

    @classmethod
    def trusting(cls, arn: str, policy: Policy) -> "RoleToAssume":
        """A role with whatever its trust policy lets callers of ``sts:AssumeRole`` do."""
        allowing = [
            each for each in policy.statements if each.effect == "Allow" and each.covers_action(ASSUME_ROLE)
        ]
        return cls(
            arn=arn,
            tag_session=any(each.covers_action(TAG_SESSION) for each in allowing),
            set_source_identity=any(each.covers_action(SET_SOURCE_IDENTITY) for each in allowing),
        )

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions that assuming it takes."""
        extra = ((SET_SOURCE_IDENTITY, self.set_source_identity), (TAG_SESSION, self.tag_session))
        return (ASSUME_ROLE, *(action for action, wanted in extra if wanted))


def caller_policy(roles: Sequence[RoleToAssume], *, requires_mfa: bool = False) -> dict[str, object]:
    """Write the smallest identity policy by which a caller may assume these roles.

    One statement for the roles that take the same actions, in the order in which they are given; lists only
    where there are several values. External IDs aren't in it: AWS tests them on the role's side.

    Args:
        roles: at least one, each once.
        requires_mfa: whether the caller has to be authenticated with MFA.
    """
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for role in roles:
        by_actions.setdefault(role.actions, []).append(role.arn)
    condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}} if requires_mfa else {}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": one_or_list(actions), "Resource": one_or_list(arns), **condition}
            for actions, arns in by_actions.items()
        ],
    }


def check_role_arns(arns: Mapping[str, object]) -> None:
    """Check what a user gave as roles to assume.

    Args:
        arns: by the places where they stand.

    Raises:
        DeclarationError: one isn't the ARN of a role, holds a wildcard, or stands twice; lists all faults.
    """
    faults: list[Fault] = []
    seen: set[object] = set()
    for path, arn in arns.items():
        if not isinstance(arn, str) or not _is_role(arn):
            remedy = "Give the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME"
            faults.append(Fault(path, f"{shown(arn)} isn't the ARN of a role", remedy))
        elif "*" in arn or "?" in arn:
            problem = f"{shown(arn)} would let the caller into roles that aren't there yet"
            faults.append(Fault(path, problem, "Name each role"))
        elif arn in seen:
            faults.append(Fault(path, f"{shown(arn)} is in the list twice", "Leave one of them out"))
        seen.add(arn if isinstance(arn, str) else path)
    if faults:
        raise DeclarationError(faults)


def check_inline_size(document: Mapping[str, object], owner: str) -> None:
    """Check that an inline policy fits its owner, who may have no others then.

    Args:
        document: the policy.
        owner: ``user``, ``group`` or ``role``.

    Raises:
        DeclarationError: it is over the quota.
    """
    size, limit = len(to_json(document)), INLINE_POLICY_CHARACTERS[owner]
    if size > limit:
        problem = f"the policy has {size} characters, {size - limit} more than the quota of a {owner}"
        remedy = "Split the roles among several groups, or let the caller assume one role that leads on"
        raise DeclarationError([Fault("roles", problem, remedy)])


def _is_role(text: str) -> bool:
    try:
        return Arn.parse(text).is_role
    except DeclarationError:
        return False
