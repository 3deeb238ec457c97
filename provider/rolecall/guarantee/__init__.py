"""Answers about every possible request; so far, the requirements that a trust policy must meet."""

from .requirements import Requirements, read_requirements

__all__ = ["Requirements", "read_requirements"]
