"""Lints one trust policy: reads it, asks every rule, and puts the findings in order."""

from collections.abc import Iterator, Mapping
from typing import Final

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.guarantee import Requirements
from rolecall.policy import Arn, Policy, PolicyKind, parse
from rolecall.policy.formats import shown
from rolecall.policy.jsontext import decode

from .model import Finding, LintContext, Severity
from .rules import RULES
from .subject import Subject

_NOTHING: Final = Policy(kind=PolicyKind.TRUST, version="2012-10-17", id=None, statements=())
_NO_CONTEXT: Final = LintContext()

REQUIREMENT_PREFIX: Final = "require-"
"""What the ids of broken requirements begin with; the rest is the requirement's name in kebab case."""


def lint_document(
    document: str | bytes | Mapping[str, object],
    *,
    context: LintContext = _NO_CONTEXT,
    requirements: Requirements | None = None,
) -> tuple[Finding, ...]:
    """Find what is wrong with a trust policy; one that AWS would refuse is a finding, too.

    Args:
        document: JSON text, its UTF-8 bytes, or the decoded object.
        context: what is known besides the document.
        requirements: what the organisation demands of every trust policy; a broken one is a finding.

    Returns:
        The findings, the worst first, then in the order of the rules.

    Raises:
        DeclarationError: the context's ``role_arn`` is no ARN of a role.
    """
    if context.role_arn is not None and not Arn.parse(context.role_arn, path="role_arn").is_role:
        fault = Fault("role_arn", f"{shown(context.role_arn)} is no ARN of a role", "Give a role's ARN")
        raise DeclarationError([fault])
    subject = _read(document, context)
    found = [*_by_rules(subject), *_by_requirements(subject, requirements)]
    return tuple(sorted(found, key=lambda finding: -list(Severity).index(finding.severity)))


def _read(document: str | bytes | Mapping[str, object], context: LintContext) -> Subject:
    try:
        decoded = decode(document) if isinstance(document, str | bytes) else document
    except PolicyError as error:
        return Subject(None, _NOTHING, error.faults, context)
    try:
        # What AWS would refuse of trust in shared issuers only is read, and is a rule's to find.
        policy = parse(decoded, stored=True)  # type: ignore[arg-type] # what is no object is refused with a fault
    except PolicyError as error:
        return Subject(decoded, _NOTHING, error.faults, context)
    return Subject(decoded, policy, (), context)


def _by_rules(subject: Subject) -> Iterator[Finding]:
    for rule in RULES:
        for found in rule.check(subject):
            yield Finding(
                rule=rule.id,
                severity=found.severity or rule.severity,
                path=found.path,
                sentence=found.sentence,
                fix=found.fix,
                witness=found.witness,
            )


def _by_requirements(subject: Subject, requirements: Requirements | None) -> Iterator[Finding]:
    if requirements is None:
        return
    for broken in requirements.broken(subject.policy, subject.context.role_arn):
        yield Finding(
            rule=f"{REQUIREMENT_PREFIX}{broken.requirement.replace('_', '-')}",
            severity=Severity.ERROR,
            path="",
            sentence=f"{broken.sentence[:1].upper()}{broken.sentence[1:].removesuffix('.')}.",
            fix=f"Change the policy, or the requirement {broken.requirement}.",
        )
