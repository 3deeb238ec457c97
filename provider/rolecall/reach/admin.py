"""Whether a principal may do everything, by itself or by giving itself the right to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from rolecall.policy import Policy, Unknown

from .model import Identity

_POWERS: Final = ("iam:AttachRolePolicy", "iam:PutRolePolicy")


@dataclass(frozen=True, slots=True)
class _Grant:
    """What one policy says about the powers, on every resource and without conditions."""

    allowed: frozenset[str]
    denied: frozenset[str]


@dataclass(slots=True)
class Admins:
    """Tells admins; a policy that is attached many times is read once."""

    _known: dict[int, tuple[Policy, _Grant]] = field(default_factory=dict)

    def is_admin(self, identity: Identity) -> bool:
        """Whether policies and boundary let it give any role any permission, without conditions.

        Administrators may, and so may whoever has all of IAM. Policies that couldn't be read count for
        nothing.
        """
        policies, boundary = identity.policies, identity.boundary
        if isinstance(policies, Unknown) or isinstance(boundary, Unknown):
            return False
        powers = self._granted(policies)
        return bool(powers if boundary is None else powers & self._granted((boundary,)))

    def _granted(self, policies: Iterable[Policy]) -> frozenset[str]:
        grants = [self._grant(policy) for policy in policies]
        allowed = frozenset[str]().union(*(grant.allowed for grant in grants))
        return allowed.difference(*(grant.denied for grant in grants))

    def _grant(self, policy: Policy) -> _Grant:
        known = self._known.get(id(policy))
        if known is None:
            known = self._known[id(policy)] = (policy, _read(policy))  # the policy stays, and so its id
        return known[1]


def _read(policy: Policy) -> _Grant:
    found: dict[str, set[str]] = {"Allow": set(), "Deny": set()}
    for statement in policy.statements:
        if "*" in statement.resources and not statement.conditions:
            found[statement.effect].update(power for power in _POWERS if statement.covers_action(power))
    return _Grant(frozenset(found["Allow"]), frozenset(found["Deny"]))
