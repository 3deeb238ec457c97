"""Finds the lines on which members of a JSON text begin, for tools that show findings beside the text."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n|[^\s{}\[\],:"]+', re.DOTALL)


def lines_of(text: str, pointers: Iterable[str]) -> Mapping[str, int]:
    """Return the line, from 1, on which the value at each JSON pointer begins; or the nearest one around it.

    A pointer may lead on into a document that stands in the text as a string.

    Args:
        text: JSON that has been read without a fault.
        pointers: which values to look for.
    """
    asked = list(pointers)
    wanted = {above for pointer in asked for above in _upwards(pointer)}
    found = _scan(text, wanted)
    return {pointer: next(found[above] for above in _upwards(pointer) if above in found) for pointer in asked}


def _upwards(pointer: str) -> Iterable[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]
    yield ""


def _scan(text: str, wanted: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    line = 1
    key = ""
    around: list[str] = []  # pointers of the objects and lists that are open
    names: list[str | int | None] = []  # which member of each is being read; None where its name is to come
    for mark in _MARK.findall(text):
        if mark == "\n":
            line += 1
        elif mark == ":":
            names[-1] = key
        elif mark == ",":
            names[-1] = names[-1] + 1 if isinstance(names[-1], int) else None
        elif mark in "}]":
            names.pop()
            around.pop()
        elif names and names[-1] is None:
            key = json.loads(mark).replace("~", "~0").replace("/", "~1")
        else:
            here = f"{around[-1]}/{names[-1]}" if names else ""
            if here in wanted:
                found[here] = line
            if mark in "{[":
                names.append(None if mark == "{" else 0)
                around.append(here)
    return found
