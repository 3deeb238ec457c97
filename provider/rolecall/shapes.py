"""Reads the plain dictionaries that users write, against a table of fields, and gathers every fault."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from .errors import Fault

Faults = list[Fault]
Read = Callable[[object, str, Faults], Any]
"""Turns a value into its typed form; adds to the faults, and answers ``None``, where it can't."""

_SHOWN_CHARACTERS = 80


def shown(value: object) -> str:
    """A value as a fault shows it: quoted and cut, so that a whole document never lands in a message."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _refuse(faults: Faults, path: str, value: object, remedy: str) -> None:
    faults.append(Fault(path, f"{shown(value)} isn't allowed", remedy))


def text(value: object, path: str, faults: Faults) -> str | None:
    """A string that isn't empty."""
    if isinstance(value, str) and value:
        return value
    _refuse(faults, path, value, "Give a string.")
    return None


def flag(value: object, path: str, faults: Faults) -> bool | None:
    """True or false."""
    if isinstance(value, bool):
        return value
    _refuse(faults, path, value, "Give true or false.")
    return None


def seconds(least: float, most: float) -> Read:
    """A number of seconds within bounds; whole numbers may arrive as floats."""

    def read(value: object, path: str, faults: Faults) -> float | None:
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        _refuse(faults, path, value, f"Give a number of seconds from {least:g} to {most:g}.")
        return None

    return read


def one_of(words: type[StrEnum]) -> Read:
    """One word of an enumeration."""

    def read(value: object, path: str, faults: Faults) -> StrEnum | None:
        try:
            return words(value)  # type: ignore[arg-type] # whatever it is, an enumeration refuses strangers
        except ValueError:
            _refuse(faults, path, value, f"Use one of: {', '.join(words)}.")
            return None

    return read


def many(item: Read) -> Read:
    """A list whose entries are read one by one; becomes a tuple."""

    def read(value: object, path: str, faults: Faults) -> tuple[Any, ...] | None:
        if isinstance(value, str) or not isinstance(value, Sequence):
            _refuse(faults, path, value, "Give a list.")
            return None
        return tuple(item(entry, f"{path}[{index}]", faults) for index, entry in enumerate(value))

    return read


def fields(
    raw: object, table: Mapping[str, Read], path: str, faults: Faults, *, required: Sequence[str] = ()
) -> dict[str, Any]:
    """The fields of a dictionary, each read by its row; unknown and missing ones are faults.

    A field that is absent or ``None`` isn't in the answer.
    """
    if not isinstance(raw, Mapping):
        _refuse(faults, path, raw, f"Give a dictionary with the fields {', '.join(table)}.")
        return {}
    prefix = f"{path}." if path else ""
    for name in raw:
        if name not in table:
            near = get_close_matches(str(name), table, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(table)}."
            faults.append(Fault(f"{prefix}{name}", "there is no such field", hint))
    faults.extend(
        Fault(f"{prefix}{name}", "is missing", "It is required.")
        for name in required
        if raw.get(name) is None
    )
    return {
        name: read(raw[name], f"{prefix}{name}", faults)
        for name, read in table.items()
        if raw.get(name) is not None
    }
