"""Lint results as facts, and as a document for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NotRequired, TypedDict

from rolecall.lint import Acceptance, Severity, Weighed
from rolecall.policy import Request, Unknown

LINT_FORMAT: Final = 1
"""Version of the JSON document; grows when a field changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class LintedRole:
    """One trust policy that was linted.

    Attributes:
        file: where it stands; ``-`` for standard input.
        pointer: JSON pointer of the trust policy in the file.
        name: the role's name, or what the file calls it.
        arn: the role's ARN, where the file tells it.
        weighed: its findings.
        looked_at: ``False`` where the policy isn't known yet, or is encrypted.
    """

    file: str
    pointer: str
    name: str
    arn: str | None
    weighed: tuple[Weighed, ...]
    looked_at: bool = True


class WitnessDocument(TypedDict):
    """A request that gets in; the shape is that of a line of ``rolecall explain --batch``."""

    action: str
    role: str
    principal: dict[str, str]
    context: dict[str, str | list[str]]


class AcceptanceDocument(TypedDict):
    """Why a finding is let be."""

    reason: str
    until: str | None


class FindingDocument(TypedDict):
    """One finding; ``path`` is a JSON pointer within the trust policy."""

    rule: str
    severity: str
    path: str
    sentence: str
    fix: str
    witness: WitnessDocument | None
    accepted: NotRequired[AcceptanceDocument]
    expired: NotRequired[AcceptanceDocument]


class LintedRoleDocument(TypedDict):
    """One trust policy."""

    file: str
    pointer: str
    name: str
    arn: str | None
    looked_at: bool
    findings: list[FindingDocument]


class LintDocument(TypedDict):
    """The answer of ``rolecall lint --format json``; ``counts`` leaves out what is accepted."""

    format: int
    counts: dict[str, int]
    accepted: int
    roles: list[LintedRoleDocument]


def lint_document_of(roles: Sequence[LintedRole]) -> LintDocument:
    """The results as plain data."""
    return {
        "format": LINT_FORMAT,
        "counts": {str(severity): count for severity, count in counts(roles).items()},
        "accepted": sum(1 for role in roles for each in role.weighed if each.accepted),
        "roles": [
            {
                "file": role.file,
                "pointer": role.pointer,
                "name": role.name,
                "arn": role.arn,
                "looked_at": role.looked_at,
                "findings": [_finding(each) for each in role.weighed],
            }
            for role in roles
        ],
    }


def counts(roles: Sequence[LintedRole]) -> dict[Severity, int]:
    """How many findings of each severity count, the worst first: those that aren't accepted."""
    found = [each.finding.severity for role in roles for each in role.weighed if each.accepted is None]
    return {severity: found.count(severity) for severity in reversed(Severity)}


def _finding(weighed: Weighed) -> FindingDocument:
    finding = weighed.finding
    document: FindingDocument = {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.path,
        "sentence": finding.sentence,
        "fix": finding.fix,
        "witness": _witness(finding.witness) if finding.witness else None,
    }
    if weighed.accepted is not None:
        document["accepted"] = _acceptance(weighed.accepted)
    if weighed.expired is not None:
        document["expired"] = _acceptance(weighed.expired)
    return document


def _witness(request: Request) -> WitnessDocument:
    return {
        "action": request.action,
        "role": request.role,
        "principal": {request.principal.kind: request.principal.value},
        "context": {
            key: value if isinstance(value, str) else list(value)
            for key, value in request.context.items()
            if not isinstance(value, Unknown)
        },
    }


def _acceptance(acceptance: Acceptance) -> AcceptanceDocument:
    return {"reason": acceptance.reason, "until": acceptance.until.isoformat() if acceptance.until else None}


def witness_sentence(request: Request) -> str:
    """A request that gets in, in a sentence; its texts are foreign and are to be made safe."""
    parts = []
    for key, value in request.context.items():
        values = [value] if isinstance(value, str) else [] if isinstance(value, Unknown) else list(value)
        parts.append(f"{key} {' and '.join(values)}")
    having = f" with {', '.join(parts)}" if parts else ""
    return f"{request.principal.value} gets in by {request.action}{having}."
