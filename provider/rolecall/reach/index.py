"""Finds the principals that a trust policy names, and those whose own policies reach for a role."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from rolecall.policy import Policy
from rolecall.policy.conditions.arn import arn_matcher
from rolecall.policy.conditions.operator import Matcher
from rolecall.policy.pattern import ARN_PARTS

from .relevance import ASSUME_ROLE

Member = TypeVar("Member")

_SPECIAL: Final = re.compile(r"[*?]|\$\{")
_ACCOUNT: Final = re.compile(r"\d{12}", re.ASCII)
_ANY_ACCOUNT: Final = ""


@dataclass(slots=True)
class _Pattern(Generic[Member]):
    """A resource pattern, and whose policies have it."""

    matches: Matcher
    members: list[Member] = field(default_factory=list)


@dataclass(slots=True)
class TargetIndex(Generic[Member]):
    """Who among the principals of one account may be let out to which roles by Allow statements.

    A look-up costs the number of distinct lengths of the patterns' literal beginnings and the members it
    finds, however many principals there are. It finds at least those that are let out; Deny statements and
    conditions are for the evaluator.
    """

    _exact: dict[str, list[Member]] = field(default_factory=dict)
    _patterns: dict[str, _Pattern[Member]] = field(default_factory=dict)
    _by_beginning: dict[tuple[str, str], list[_Pattern[Member]]] = field(default_factory=dict)
    _lengths: set[int] = field(default_factory=set)
    _anywhere: list[Member] = field(default_factory=list)

    def add(self, member: Member, policies: Iterable[Policy]) -> None:
        """Enter a principal with its identity policies."""
        for policy in policies:
            for statement in policy.statements:
                if statement.effect != "Allow" or not statement.covers_action(ASSUME_ROLE):
                    continue
                if statement.not_resources:
                    self.add_anywhere(member)
                for resource in statement.resources:
                    self._add_resource(member, resource, variables=statement.variables)

    def add_anywhere(self, member: Member) -> None:
        """Enter a principal that may reach for any role, such as one whose policies aren't known."""
        self._anywhere.append(member)

    def reaching(self, role_arn: str) -> Iterator[Member]:
        """Those whose Allow statements cover a role, or may; one may come more than once."""
        yield from self._anywhere
        yield from self._exact.get(role_arn, ())
        _, _, _, _, account, resource = role_arn.split(":", ARN_PARTS - 1)
        for length in self._lengths:
            if length > len(resource):
                continue
            for place in (account, _ANY_ACCOUNT):
                for pattern in self._by_beginning.get((place, resource[:length]), ()):
                    if pattern.matches(role_arn, {}) is not False:
                        yield from pattern.members

    def _add_resource(self, member: Member, resource: str, *, variables: bool) -> None:
        special = _SPECIAL.search(resource)
        if special is None:
            self._exact.setdefault(resource, []).append(member)
            return
        parts = resource.split(":", ARN_PARTS - 1)
        if len(parts) < ARN_PARTS or "${" in resource:
            self.add_anywhere(member)
            return
        pattern = self._patterns.get(resource)
        if pattern is None:
            matches = arn_matcher((resource,), variables=variables, negated=False)
            pattern = self._patterns[resource] = _Pattern(matches)
            place = parts[4] if _ACCOUNT.fullmatch(parts[4]) else _ANY_ACCOUNT
            beginning = re.split(r"[*?]", parts[5], maxsplit=1)[0]
            self._by_beginning.setdefault((place, beginning), []).append(pattern)
            self._lengths.add(len(beginning))
        pattern.members.append(member)
