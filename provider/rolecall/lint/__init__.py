"""Rules over a trust policy; a finding comes with its fix and, where one exists, the request that gets in."""

from .accepted import Acceptance, Weighed, read_acceptances, weigh
from .lint import lint_document
from .model import Example, Finding, LintContext, Rule, Severity
from .rules import RULES, TOPICS

__all__ = [
    "RULES",
    "TOPICS",
    "Acceptance",
    "Example",
    "Finding",
    "LintContext",
    "Rule",
    "Severity",
    "Weighed",
    "lint_document",
    "read_acceptances",
    "weigh",
]
