"""Reads ``terraform show -json``, of a plan or of a state, and a state as Terraform stores it."""

import json
from collections.abc import Iterator
from typing import Final

from .model import Role, Source
from .shape import Object, member, objects, role, text

_POLICIES: Final = {
    "aws_iam_role": "assume_role_policy",
    "awscc_iam_role": "assume_role_policy_document",
}
"""Types of resources that are roles, and the attribute that holds the trust policy."""

_NAMES: Final = {"aws_iam_role": "name", "awscc_iam_role": "role_name"}


def plan(content: Object, file: str) -> Iterator[Role]:
    """The roles as they will be."""
    yield from _module(member(content, "planned_values"), "/planned_values", file)


def state(content: Object, file: str) -> Iterator[Role]:
    """The roles as they are."""
    yield from _module(member(content, "values"), "/values", file)


def state_file(content: Object, file: str) -> Iterator[Role]:
    """The roles of a ``terraform.tfstate`` (version 4), as they are."""
    for resource, here in objects(content.get("resources"), "/resources"):
        address = ".".join(filter(None, map(text, map(resource.get, ("module", "type", "name")))))
        for instance, place in objects(resource.get("instances"), f"{here}/instances"):
            key = instance.get("index_key")
            called = address if key is None else f"{address}[{json.dumps(key)}]"
            yield from _resource(
                resource, member(instance, "attributes"), f"{place}/attributes", called, file
            )


def _module(values: Object, pointer: str, file: str) -> Iterator[Role]:
    waiting = [(member(values, "root_module"), f"{pointer}/root_module")]
    while waiting:
        module, here = waiting.pop()
        for resource, place in objects(module.get("resources"), f"{here}/resources"):
            called = text(resource.get("address")) or "role"
            yield from _resource(resource, member(resource, "values"), f"{place}/values", called, file)
        waiting += reversed(list(objects(module.get("child_modules"), f"{here}/child_modules")))


def _resource(resource: Object, fields: Object, pointer: str, called: str, file: str) -> Iterator[Role]:
    """The role that a resource is, if it is one.

    Args:
        resource: says its type and mode.
        fields: its attributes.
        pointer: where those stand.
        called: its address.
        file: the file's name.
    """
    attribute = _POLICIES.get(str(resource.get("type")))
    if attribute is None or resource.get("mode", "managed") != "managed":
        return
    yield role(
        fields,
        arn="arn",
        name=_NAMES[resource["type"]],
        policy=fields.get(attribute),
        duration="max_session_duration",
        called=called,
        source=Source(file, f"{pointer}/{attribute}"),
    )
