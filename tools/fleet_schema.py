"""Writes docs/fleet.schema.json: the JSON Schema of a fleet file, from the shapes that users write.

`python -m tools.fleet_schema` rewrites it; `tests/docs/` says so when it has fallen behind.
"""

import ast
import json
import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, get_type_hints

from rolecall.verification import CallerSource, VerifySpec

from .reference import SOURCE, fields

ROOT: Final = Path(__file__).parent.parent
PUBLISHED: Final = ROOT / "docs/fleet.schema.json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE: Final[Mapping[str, Any]] = {
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "Any": {},
}
_REQUIRED: Final = {"FleetRoleArgs": ["arn"], "ExpectArgs": ["caller", "expect"]}
_LEFT_OUT: Final = {("FleetRoleArgs", "nonce"), ("CallerArgs", "name")}
"""Fields that mean something in a Pulumi program only."""


def schema() -> dict[str, Any]:
    """The schema, as the code stands."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    shapes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    definitions: dict[str, Any] = {}
    caller = _type(ast.Name("CallerArgs"), shapes, definitions)
    top = {
        "callers": {"type": "object", "additionalProperties": caller},
        "owners": {
            "type": "object",
            "propertyNames": {"pattern": "^[0-9]{12}$"},
            "additionalProperties": caller,
        },
        "defaults": _type(ast.Name("FleetDefaultsArgs"), shapes, definitions),
        "roles": {"type": "array", "items": _type(ast.Name("FleetRoleArgs"), shapes, definitions)},
        "require": _type(ast.Name("RequireArgs"), shapes, definitions),
    }
    return {
        "$schema": _DIALECT,
        "title": "Roles that rolecall verifies, with their callers",
        "type": "object",
        "properties": top,
        "required": ["roles"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """The whole file."""
    return f"{json.dumps(schema(), indent=2)}\n"


def _type(hint: ast.expr, shapes: Mapping[str, ast.ClassDef], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of an annotation; shapes that it names are put into the definitions."""
    match hint:
        case ast.Name(id=name) if name in _SIMPLE:
            return dict(_SIMPLE[name])
        case ast.Name(id=name):
            return _shape(shapes[name], shapes, definitions)
        case ast.BinOp(left=left, right=right):
            return {"anyOf": [_type(side, shapes, definitions) for side in (left, right)]}
        case ast.Subscript(value=ast.Name(id="Sequence"), slice=item):
            return {"type": "array", "items": _type(item, shapes, definitions)}
        case ast.Subscript(value=ast.Name(id="Mapping"), slice=ast.Tuple(elts=[_, item])):
            return {"type": "object", "additionalProperties": _type(item, shapes, definitions)}
        case ast.Subscript(value=ast.Name(id="Input"), slice=item):
            return _type(item, shapes, definitions)
    message = f"there is no schema for {ast.unparse(hint)}"
    raise TypeError(message)


def _shape(
    shape: ast.ClassDef, shapes: Mapping[str, ast.ClassDef], definitions: dict[str, Any]
) -> dict[str, Any]:
    name = shape.name.removesuffix("Args")
    if name not in definitions:
        definitions[name] = {}
        properties = {
            field: {
                **_type(annotation, shapes, definitions),
                **_words(shape.name, field),
                "description": re.sub(r"`+", "", about),
            }
            for field, annotation, about in fields(shape)
            if (shape.name, field) not in _LEFT_OUT
        }
        definitions[name] = {
            "type": "object",
            "properties": properties,
            **({"required": _REQUIRED[shape.name]} if shape.name in _REQUIRED else {}),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _words(shape: str, field: str) -> dict[str, Any]:
    """The words that a field takes, where the code that reads it has an enumeration."""
    if shape in {"RequireArgs", "ExpectArgs", "CanDoArgs"} and field != "expect":
        return {}
    of = VerifySpec if shape.startswith("Fleet") else CallerSource
    hint = get_type_hints(of).get(field)
    return {"enum": [*hint]} if isinstance(hint, type) and issubclass(hint, StrEnum) else {}


def main() -> int:
    """Writes the file."""
    PUBLISHED.write_text(text(), encoding="utf-8")
    print(PUBLISHED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
