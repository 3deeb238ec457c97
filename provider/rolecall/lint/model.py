"""What a lint rule is, what it is told, and what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rolecall.policy import Request
from rolecall.policy.formats import TRUST_POLICY_CHARACTERS

if TYPE_CHECKING:
    from .subject import Subject


class Severity(StrEnum):
    """How bad a finding is, from the least to the worst; the values are SARIF's levels."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    def reaches(self, level: "Severity") -> bool:
        """Whether this is as bad as the level, or worse."""
        order = list(Severity)
        return order.index(self) >= order.index(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule has found in one trust policy.

    Attributes:
        rule: the rule's id.
        severity: how bad it is; never more than the rule's own.
        path: JSON pointer within the trust policy; ``""`` for the whole.
        sentence: what is wrong, in one sentence with its full stop.
        fix: what to do, in one sentence with its full stop.
        witness: a request that gets in and shouldn't, confirmed by the evaluator; ``None`` where the finding
            isn't about somebody who gets in.
    """

    rule: str
    severity: Severity
    path: str
    sentence: str
    fix: str
    witness: Request | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a check yields; its rule adds id and severity.

    Attributes:
        path, sentence, fix, witness: as in a ``Finding``.
        severity: where this case is less bad than the rule's worst.
    """

    path: str
    sentence: str
    fix: str
    witness: Request | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """What is known besides the document. Rules that need what isn't known find nothing.

    Attributes:
        role_arn: the role's ARN.
        own_accounts: IDs of accounts that aren't third parties; the role's own account never is.
        organization_id: the own organisation, such as ``o-exampleorgid``.
        max_session_duration: the role's longest session, in seconds.
        now: the present moment, with a time zone, for rules on time windows.
        policy_quota: most characters of a trust policy in the role's account.
    """

    role_arn: str | None = None
    own_accounts: frozenset[str] = frozenset()
    organization_id: str | None = None
    max_session_duration: int | None = None
    now: datetime | None = None
    policy_quota: int = TRUST_POLICY_CHARACTERS


Check = Callable[["Subject"], Iterable[Found]]
"""A pure function from what is linted to what is found."""


@dataclass(frozen=True, slots=True)
class Example:
    """A trust policy that shows a rule.

    Attributes:
        document: the policy.
        context: what is known besides it.
    """

    document: Mapping[str, Any]
    context: LintContext = field(default_factory=LintContext)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the table of rules.

    Attributes:
        id: unique, in kebab case; never changes once released, since users accept findings by it.
        severity: of its worst finding.
        title: what it finds, in a few words.
        why: the reason, in a sentence or two.
        page: title of the page of AWS's documentation that states the rule behind it.
        check: finds it.
        bad: a policy in which the rule finds something.
        good: a policy that does the same right, in which it finds nothing.
    """

    id: str
    severity: Severity
    title: str
    why: str
    page: str
    check: Check
    bad: Example
    good: Example


def example(*statements: Mapping[str, Any], version: str | None = "2012-10-17", **known: Any) -> Example:
    """A policy out of statements, with what is known besides it.

    Args:
        statements: in order.
        version: of the policy language; ``None`` leaves it out.
        known: fields of a ``LintContext``.
    """
    head: dict[str, Any] = {} if version is None else {"Version": version}
    return Example({**head, "Statement": list(statements)}, LintContext(**known))


def allow(
    principal: str | list[str] | Mapping[str, Any],
    condition: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    action: str = "sts:AssumeRole",
    effect: str = "Allow",
) -> dict[str, Any]:
    """A statement for an example; a text or a list of them names AWS principals."""
    named = principal if isinstance(principal, Mapping) else {"AWS": principal}
    statement: dict[str, Any] = {"Effect": effect, "Principal": named, "Action": action}
    return statement if condition is None else {**statement, "Condition": condition}


def deny(
    principal: str | list[str] | Mapping[str, Any],
    condition: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    action: str = "sts:AssumeRole",
) -> dict[str, Any]:
    """A statement that denies, for an example."""
    return allow(principal, condition, action=action, effect="Deny")
