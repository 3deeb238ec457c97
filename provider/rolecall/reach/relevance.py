"""What a policy says about assuming roles: the statements that matter, and the condition keys they read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from rolecall.policy import Policy, Statement

ASSUME_ROLE: Final = "sts:AssumeRole"
TAG_SESSION: Final = "sts:TagSession"
SET_SOURCE_IDENTITY: Final = "sts:SetSourceIdentity"
_ACTIONS: Final = (
    ASSUME_ROLE,
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    TAG_SESSION,
    SET_SOURCE_IDENTITY,
)
_VARIABLE: Final = re.compile(r"\$\{([^},]+)")


@dataclass(frozen=True, slots=True, eq=False)
class Relevant:
    """A policy without the statements that are about something else.

    Attributes:
        policy: what is left.
        keys: the condition keys that it reads, in lower case, those of policy variables too.
    """

    policy: Policy
    keys: frozenset[str]


@dataclass(slots=True)
class Relevance:
    """Reduces policies; equal ones become the same object."""

    _by_id: dict[int, tuple[Policy, Relevant]] = field(default_factory=dict)
    _by_value: dict[Policy, Relevant] = field(default_factory=dict)

    def of(self, policy: Policy) -> Relevant:
        """Reduce a policy."""
        known = self._by_id.get(id(policy))
        if known is None:
            reduced = _reduced(policy)
            reduced = self._by_value.setdefault(reduced.policy, reduced)
            known = self._by_id[id(policy)] = (policy, reduced)  # the policy stays, and so its id
        return known[1]

    def of_all(self, policies: Iterable[Policy]) -> tuple[Relevant, ...]:
        """Reduce several policies, and leave out those of which nothing is left."""
        return tuple(each for each in map(self.of, policies) if each.policy.statements)


def keys_of(reduced: Iterable[Relevant]) -> frozenset[str]:
    """The condition keys that any of the policies reads."""
    return frozenset[str]().union(*(each.keys for each in reduced))


def _reduced(policy: Policy) -> Relevant:
    statements = tuple(
        statement for statement in policy.statements if any(map(statement.covers_action, _ACTIONS))
    )
    keys = frozenset(key for statement in statements for key in _keys(statement))
    whole = len(statements) == len(policy.statements)
    return Relevant(policy if whole else replace(policy, statements=statements), keys)


def _keys(statement: Statement) -> Iterator[str]:
    texts = [*statement.resources, *statement.not_resources]
    for test in statement.conditions:
        yield test.lookup_key
        texts += test.values
    if statement.variables:
        for text in texts:
            yield from (key.strip().lower() for key in _VARIABLE.findall(text))
