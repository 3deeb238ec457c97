"""What the presets share: checking of parts that go into a subject, and writing them literally."""

import re
from collections.abc import Sequence
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault

from ..formats import shown

Values = str | Sequence[str]
"""One text, or several of which one is enough."""

PresetTrust = dict[str, Any]
"""A trust as ``read_trusts`` takes it; the provider's ARN is what was given, be it a Pulumi output."""

UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Checks:
    """Gathers what is wrong with the arguments of one preset."""

    def __init__(self, preset: str) -> None:
        self._preset = preset
        self._faults: list[Fault] = []

    def shape(self, name: str, value: object, pattern: str, remedy: str) -> str:
        """Return an argument that has to look in a certain way, ready for a subject."""
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            self.fault(name, f"{shown(value)} isn't allowed", remedy)
        return literal(str(value))

    def fault(self, name: str, problem: str, remedy: str) -> None:
        """Note a fault."""
        self._faults.append(Fault(f"{self._preset}({name})", problem, remedy))

    def done(self) -> None:
        """End the checks.

        Raises:
            DeclarationError: with every fault that was noted.
        """
        if self._faults:
            raise DeclarationError(self._faults)


def several(values: Values | None) -> tuple[str, ...]:
    """Return the values of an argument that takes one or several; none where it is left out."""
    if values is None:
        return ()
    return (values,) if isinstance(values, str) else tuple(values)


def literal(text: str) -> str:
    """Write a text so that a policy takes none of it for a variable; ``*`` and ``?`` stay wildcards."""
    return text.replace("${", "${$}{")
