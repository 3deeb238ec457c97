"""The shape of one resource type in the stand-in's table."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.offline.aws_plugin.policies import same_policy
from tools.offline.aws_plugin.session import Aws

Properties = Mapping[str, Any]
"""Property values by their Pulumi name (camelCase), as plain JSON values."""


@dataclass(frozen=True, slots=True)
class Created:
    """What a creation made.

    Attributes:
        id: Its id.
        told_once: Outputs that AWS tells at the creation and never again.
    """

    id: str
    told_once: Properties = field(default_factory=dict)


def same_set(left: Any, right: Any) -> bool:
    """Whether two lists hold the same values, in any order."""
    return sorted(left or ()) == sorted(right or ())


def same_url(left: Any, right: Any) -> bool:
    """Whether two URLs are the same but for https:// in front, which IAM drops."""
    return str(left).removeprefix("https://") == str(right).removeprefix("https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One input of a resource type.

    Attributes:
        name: Its Pulumi name.
        same: Whether two values of it mean the same.
        required: A program must give it.
        replaces: AWS can't change it in place.
        default: What AWS takes where a program says nothing.
        chosen: AWS or the plugin picks a value where a program says nothing; then any value is right.
        local: Only the plugin knows it; AWS has no such thing.
        policy: It holds a policy document as JSON.
    """

    name: str
    same: Callable[[Any, Any], bool] = operator.eq
    required: bool = False
    replaces: bool = False
    default: Any = None
    chosen: bool = False
    local: bool = False
    policy: bool = False


def policy(name: str) -> Property:
    """A required input that holds a policy document as JSON."""
    return Property(name=name, same=same_policy, required=True, policy=True)


def key(name: str) -> Property:
    """A required input that says which thing in AWS is meant: another value, another thing."""
    return Property(name=name, required=True, replaces=True)


TAGS = Property(name="tags", default={})
PATH = Property(name="path", default="/", replaces=True)
NAME = Property(name="name", replaces=True, chosen=True)
NAME_PREFIX = Property(name="namePrefix", replaces=True, chosen=True, local=True)
BOUNDARY = Property(name="permissionsBoundary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource type: a row of the table. All four verbs may raise botocore's errors.

    Attributes:
        pulumi_type: Its type token, such as aws:iam/role:Role.
        noun: What messages call it.
        properties: Its inputs; an input that isn't here is refused.
        outputs: What AWS decides, by Pulumi name.
        create: Makes it.
        read: Its live state by its id and its last known state: all properties that aren't local, and
            all outputs. None, or an error that says there is no such thing, when it is gone.
        update: Brings it from the last known state to the new inputs; None where every change replaces.
        delete: Removes it by its id and its last known state.
        autoname: The property that gets a generated name where a program gives none.
        longest: Length limit of that name, in characters.
        secrets: Outputs to hide.
    """

    pulumi_type: str
    noun: str
    properties: tuple[Property, ...]
    outputs: tuple[str, ...] = ()
    create: Callable[[Aws, Properties], Created]
    read: Callable[[Aws, str, Properties], Properties | None]
    update: Callable[[Aws, str, Properties, Properties], None] | None = None
    delete: Callable[[Aws, str, Properties], None]
    autoname: str | None = None
    longest: int = 64
    secrets: frozenset[str] = frozenset()

    @property
    def tagged(self) -> bool:
        """Whether it takes tags, and so the provider's default tags."""
        return TAGS in self.properties
