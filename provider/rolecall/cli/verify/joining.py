"""Joins what several verifications ask about one role, since a report has one place for each role."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from rolecall.policy import Policy
from rolecall.verification import BrokenRequirement, DeniedProbes, FleetRole, Requirements

_Entry = TypeVar("_Entry")

_STRICTEST_FIRST: Final = (DeniedProbes.LIVE, DeniedProbes.EVALUATE, DeniedProbes.OFF)


def joined(first: FleetRole, second: FleetRole) -> FleetRole | None:
    """All that either asks about their role; ``None`` where one question can't hold both.

    That is so where they call two callers by one name, where two owners read the role, or where one asks in
    the default region, which isn't known here, and the other in regions that it names.
    """
    one, other = first.spec, second.spec
    callers = _union(one.callers, other.callers)
    owners = _union(_some(one.owner), _some(other.owner))
    if len({caller.name for caller in callers}) < len(callers):
        return None
    if len(owners) > 1 or bool(one.regions) is not bool(other.regions):
        return None
    spec = replace(
        one,
        callers=callers,
        owner=owners[0] if owners else None,
        expect=_union(one.expect, other.expect),
        can_do=_union(one.can_do, other.can_do),
        regions=_union(one.regions, other.regions),
        allowed_timeout_seconds=max(one.allowed_timeout_seconds, other.allowed_timeout_seconds),
        denied_timeout_seconds=max(one.denied_timeout_seconds, other.denied_timeout_seconds),
        denied_probes=min(one.denied_probes, other.denied_probes, key=_STRICTEST_FIRST.index),
    )
    return replace(
        first,
        spec=spec,
        declared_trust=first.declared_trust if first.declared_trust is not None else second.declared_trust,
        requirements=_all(_union(_some(first.requirements), _some(second.requirements))),
    )


@dataclass(frozen=True, slots=True)
class _All:
    """Several requirements at once."""

    each: tuple[Requirements, ...]

    def broken(self, policy: Policy, role_arn: str | None) -> tuple[BrokenRequirement, ...]:
        """What any of them finds, once."""
        return tuple(dict.fromkeys(found for each in self.each for found in each.broken(policy, role_arn)))


def _all(requirements: tuple[Requirements, ...]) -> Requirements | None:
    return _All(requirements) if len(requirements) > 1 else next(iter(requirements), None)


def _some(value: _Entry | None) -> tuple[_Entry, ...]:
    return () if value is None else (value,)


def _union(first: Sequence[_Entry], second: Sequence[_Entry]) -> tuple[_Entry, ...]:
    """The entries of both, each once, in their order."""
    return (*first, *(entry for entry in second if entry not in first))
