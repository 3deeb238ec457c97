"""A role as a file tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where a trust policy stands.

    Attributes:
        file: the file's name as it was given; ``-`` for standard input.
        pointer: JSON pointer of the policy within the file; ``""`` where the file is the policy.
    """

    file: str
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role with its trust policy.

    Attributes:
        arn: the role's ARN; ``None`` where the file doesn't tell it.
        name: the role's name, else what the file calls it.
        trust_policy: JSON text or the decoded object, unchecked; ``None`` where it can't be known yet, or is
            encrypted.
        source: where it stands.
        max_session_duration: longest session in seconds; ``None`` where the file doesn't tell it.
    """

    arn: str | None
    name: str
    trust_policy: str | Mapping[str, object] | None
    source: Source
    max_session_duration: int | None = None
