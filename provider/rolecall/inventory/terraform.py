"""Reads ``terraform show -json``, of a plan or of a state."""

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


def _module(values: Object, pointer: str, file: str) -> Iterator[Role]:
    waiting = [(member(values, "root_module"), f"{pointer}/root_module")]
    while waiting:
        module, here = waiting.pop()
        for resource, place in objects(module.get("resources"), f"{here}/resources"):
            attribute = _POLICIES.get(str(resource.get("type")))
            if attribute is None or resource.get("mode", "managed") != "managed":
                continue
            fields = member(resource, "values")
            yield role(
                fields,
                arn="arn",
                name=_NAMES[resource["type"]],
                policy=fields.get(attribute),
                duration="max_session_duration",
                called=text(resource.get("address")) or "role",
                source=Source(file, f"{place}/values/{attribute}"),
            )
        waiting += reversed(list(objects(module.get("child_modules"), f"{here}/child_modules")))
