"""The JSON Schemas of the report for machines and of receipts, made from the shapes they have in code."""

import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from inspect import cleandoc
from types import MappingProxyType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from rolecall.verification.model import Cause, Disagreement, ProbeKind
from rolecall.verification.receipts import Receipt

from .document import Moment, ReportDocument

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_SIMPLE: Final[Mapping[Any, Mapping[str, str]]] = MappingProxyType(
    {
        str: {"type": "string"},
        int: {"type": "integer"},
        float: {"type": "number"},
        bool: {"type": "boolean"},
        type(None): {"type": "null"},
        Moment: {"type": "string", "format": "date-time"},
        datetime: {"type": "string", "format": "date-time"},
    }
)

_GROWING: Final = frozenset({Cause, Disagreement, ProbeKind})
"""Words to which new ones may come within a format, so that the schema names but doesn't demand them."""


def json_schema() -> dict[str, Any]:
    """The schema of format 1 (JSON Schema 2020-12).

    Every field of today is required, and unknown ones are allowed, since a later version may add some.
    """
    return _whole(ReportDocument, "What a verification by rolecall found out")


def receipt_schema() -> dict[str, Any]:
    """The schema of receipts of format 1 (JSON Schema 2020-12)."""
    return _whole(Receipt, "What one party's probes found out, for the owner of the roles")


def _whole(shape: Any, title: str) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    name = _type(shape, definitions)["$ref"].rpartition("/")[2]
    own = definitions.pop(name)
    return {"$schema": DIALECT, "title": title, **own, "$defs": dict(sorted(definitions.items()))}


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type; shapes that it names are put into the definitions."""
    inner = partial(_type, definitions=definitions)
    origin, args = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if is_typeddict(hint):
        return _shape(hint, hint.__required_keys__, definitions)
    if is_dataclass(hint):
        return _shape(hint, [each.name for each in fields(hint) if each.default is MISSING], definitions)
    if origin is Literal:
        return {"const": args[0]}
    if origin in {list, tuple}:
        return {"type": "array", "items": inner(args[0])}
    if origin in {types.UnionType, Union}:  # Union where one side is a NewType
        return {"anyOf": [inner(each) for each in args]}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "examples" if hint in _GROWING else "enum": [str(each) for each in hint]}
    message = f"there is no schema for {hint}"
    raise TypeError(message)


def _shape(shape: Any, required: Iterable[str], definitions: dict[str, Any]) -> dict[str, Any]:
    name = shape.__name__.removesuffix("Document")
    if name not in definitions:
        hints = get_type_hints(shape)
        definitions[name] = {}
        definitions[name] |= {
            "type": "object",
            "description": " ".join(cleandoc(shape.__doc__ or "").partition("\nAttributes:")[0].split()),
            "properties": {field: _type(hint, definitions) for field, hint in hints.items()},
            "required": sorted(required),
        }
    return {"$ref": f"#/$defs/{name}"}
