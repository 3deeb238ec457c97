"""Strict reading of JSON text: what is ambiguous or beyond IAM's limits is a fault, not a guess."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, NoReturn

from rolecall.errors import Fault, PolicyError

from .formats import shown

MOST_CHARACTERS: Final = 131_072
"""Longest policy document that IAM's API takes, in characters."""

# The characters that IAM's API takes in a policy document; all others can be escaped in JSON.
_FOREIGN: Final = re.compile(r"[^\t\n\r\x20-\xff]")


def decode(document: str | bytes) -> object:
    """Decode the JSON text of a policy.

    Raises:
        PolicyError: it is no UTF-8, too long, no JSON, too deeply nested, or names a member twice.
    """
    text = _text(document)
    if len(text) > MOST_CHARACTERS:
        _refuse(f"the document has {len(text)} characters", f"IAM takes at most {MOST_CHARACTERS}")
    foreign = _FOREIGN.search(text)
    if foreign:
        _refuse(
            f"the character {foreign.group()!a} at position {foreign.start() + 1} is not allowed",
            "IAM takes tabs, line ends and the characters from U+0020 to U+00FF; write others as \\uXXXX",
        )
    try:
        return _DECODER.decode(text)
    except PolicyError:
        raise
    except json.JSONDecodeError as error:
        remedy = "Check the brackets, commas and quotation marks near that place"
        if text.startswith("%7B"):
            remedy = "The document is URL-encoded, as IAM's API returns it; decode it first"
        _refuse(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}", remedy)
    except RecursionError:
        _refuse("the document is nested too deeply", "A policy has six levels at most")
    except ValueError:
        _refuse("a number in the document is too long", "Write it as text")


def _text(document: str | bytes) -> str:
    if isinstance(document, str):
        return document
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"not UTF-8 at byte {error.start}", "Save the document as UTF-8")


def _members(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        _refuse(f"{shown(twice)} stands twice in one object", "Keep one, or join their values in a list")
    return members


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"{name} is not JSON", "Write a text or a finite number")


def _refuse(problem: str, remedy: str) -> NoReturn:
    raise PolicyError([Fault("", problem, remedy)]) from None


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant)
