"""Answers about every possible request: guarantees, differences between two policies, requirements."""

from .answers import Answered, Broken, CouldNotTell, Difference, Holds
from .guarantees import Guarantee, external_id, mfa, only, only_repo, within_org
from .questions import DisagreementError, check, difference
from .requirements import Requirements, read_requirements

__all__ = [
    "Answered",
    "Broken",
    "CouldNotTell",
    "Difference",
    "DisagreementError",
    "Guarantee",
    "Holds",
    "Requirements",
    "check",
    "difference",
    "external_id",
    "mfa",
    "only",
    "only_repo",
    "read_requirements",
    "within_org",
]
