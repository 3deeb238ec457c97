"""What readers of decoded JSON have in common: asking for members of a type, and names in pointers."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from rolecall.errors import DeclarationError
from rolecall.policy import Arn

from .model import Role, Source

Object = Mapping[str, Any]


def objects(value: object, pointer: str) -> Iterator[tuple[Object, str]]:
    """The objects of a list, each with its JSON pointer; none where there is no list."""
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, dict):
            yield item, f"{pointer}/{index}"


def member(value: Object, name: str) -> Object:
    """A member that is an object; an empty one where it isn't there."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def text(value: object) -> str | None:
    """The value where it is text and not empty."""
    return value if isinstance(value, str) and value else None


def document(value: object) -> str | Object | None:
    """A policy as its text or object; IAM's API and some tools give it URL-encoded.

    Returns ``None`` where there is neither.
    """
    if isinstance(value, dict):
        return value
    found = text(value)
    return unquote(found) if found is not None and found.lstrip()[:3].upper() == "%7B" else found


def role(
    fields: Object, *, arn: str, name: str, policy: object, duration: str, called: str, source: Source
) -> Role:
    """A role out of the members of an object.

    Args:
        fields: the object.
        arn, name, duration: what the members are called.
        policy: the policy as it stands there.
        called: what the role is called where it has no name yet.
        source: where the policy stands.
    """
    seconds = fields.get(duration)
    whole = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return Role(
        arn=_role_arn(fields.get(arn)),
        name=text(fields.get(name)) or called,
        trust_policy=document(policy),
        source=source,
        max_session_duration=int(seconds) if whole else None,  # type: ignore[arg-type] # checked just above
    )


def _role_arn(value: object) -> str | None:
    """The value where it is the ARN of a role; plans hold marks for what isn't known yet."""
    try:
        return value if isinstance(value, str) and Arn.parse(value).is_role else None
    except DeclarationError:
        return None
