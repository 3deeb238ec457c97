"""The table of rules: every topic's rows, in the order in which a reader meets them."""

from typing import Final

from . import (
    conditions,
    document,
    exposure,
    external_id,
    federation,
    mfa,
    principals,
    services,
    sessions,
    statements,
    storing,
    surroundings,
)
from .model import Rule

TOPICS: Final = {
    "What AWS refuses": storing.RULES,
    "Everyone": exposure.RULES,
    "External IDs": external_id.RULES,
    "MFA": mfa.RULES,
    "Statements beside each other": statements.RULES,
    "Principals and actions": principals.RULES,
    "Conditions": conditions.RULES,
    "Federation": federation.RULES,
    "Services": services.RULES,
    "Sessions": sessions.RULES,
    "Where and when": surroundings.RULES,
    "The document": document.RULES,
}

RULES: Final[tuple[Rule, ...]] = tuple(rule for rules in TOPICS.values() for rule in rules)
