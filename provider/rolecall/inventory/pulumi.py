"""Reads ``pulumi preview --json`` and ``pulumi stack export``."""

import json
from collections.abc import Iterator
from typing import Final

from .model import Role, Source
from .shape import Object, member, objects, role, text

_POLICIES: Final = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws-native:iam:Role": "assumeRolePolicyDocument",
}
"""Types of resources that are roles, and the property that holds the trust policy."""

_NAMES: Final = {"aws:iam/role:Role": "name", "aws-native:iam:Role": "roleName"}

_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a text that isn't known before the update (Pulumi SDK: UnknownStringValue)."""

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The member that marks a value which isn't plain JSON (Pulumi SDK: SigKey)."""

SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, not a secret


def preview(content: Object, file: str) -> Iterator[Role]:
    """The roles as the update would leave them."""
    for step, place in objects(content.get("steps"), "/steps"):
        if str(step.get("op")) not in {"delete", "delete-replaced", "discard", "read-discard"}:
            yield from _role(member(step, "newState"), f"{place}/newState", file)


def state(content: Object, file: str) -> Iterator[Role]:
    """The roles of a stack's state."""
    place = "/deployment/resources"
    for resource, pointer in objects(member(content, "deployment").get("resources"), place):
        if not resource.get("delete"):
            yield from _role(resource, pointer, file)


def _role(resource: Object, pointer: str, file: str) -> Iterator[Role]:
    kind = str(resource.get("type"))
    prop = _POLICIES.get(kind)
    if prop is None:
        return
    outputs, inputs = member(resource, "outputs"), member(resource, "inputs")
    # What is asked for counts; a resource that was only read or imported may have outputs alone.
    side = "inputs" if prop in inputs else "outputs"
    fields = {name: _plain(value) for name, value in {**outputs, **inputs}.items()}
    yield role(
        fields,
        arn="arn",
        name=_NAMES[kind],
        policy=fields.get(prop),
        duration="maxSessionDuration",
        called=(text(resource.get("urn")) or "role").rpartition("::")[2],
        source=Source(file, f"{pointer}/{side}/{prop}"),
    )


def _plain(value: object) -> object:
    """The value behind Pulumi's marks; ``None`` where it is unknown or encrypted."""
    if isinstance(value, dict) and SIGNATURE in value:
        known = value.get("plaintext") if value[SIGNATURE] == SECRET else None
        try:
            return _plain(json.loads(known)) if isinstance(known, str) else None
        except ValueError:
            return None
    return None if value == _UNKNOWN else value
