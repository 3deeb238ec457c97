"""What check, diff and refresh mean for any resource type, from its row in the table alone."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.offline.aws_plugin.resource import NAME_PREFIX, Properties, Property, Resource

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that is not known before the update."""

DEFAULTS = "__defaults"
"""Where inputs list the properties that the plugin filled in, as bridged plugins do; never shown."""

_SUFFIX = 7
"""Length, in characters, of the random end of a generated name."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the last known state and the inputs.

    Attributes:
        path: The property, or `tags["key"]`.
        kind: ADD, DELETE or UPDATE.
        replaces: The change needs a new resource.
    """

    path: str
    kind: str
    replaces: bool = False


def check(
    row: Resource, name: str, olds: Properties, news: Properties, seed: bytes
) -> tuple[dict[str, Any], list[str]]:
    """Inputs made complete, and what is wrong with them.

    Args:
        row: The resource type.
        name: The resource's name in the program.
        olds: The inputs of the last update, empty before the first.
        news: The inputs that the program gives.
        seed: Chance for a generated name.
    """
    inputs = {key: value for key, value in news.items() if value is not None and key != DEFAULTS}
    known = {each.name for each in row.properties}
    faults = [
        f"the stand-in aws plugin does not know the property {key!r} of {row.pulumi_type}"
        for key in inputs
        if key not in known
    ]
    faults += [
        f"missing required property {each.name!r}"
        for each in row.properties
        if each.required and each.name not in inputs
    ]
    faults += [fault for each in row.properties if each.policy for fault in _broken_json(each, inputs)]
    inputs[DEFAULTS] = []
    if row.autoname and row.autoname not in inputs and NAME_PREFIX.name not in inputs:
        generated = row.autoname in (olds.get(DEFAULTS) or ())
        inputs[row.autoname] = olds[row.autoname] if generated else _generated(name, seed)
        inputs[DEFAULTS] = [row.autoname]
        if len(inputs[row.autoname]) > row.longest:
            faults.append(f"the generated {row.autoname} is longer than {row.longest} characters; give one")
    return inputs, faults


def _broken_json(each: Property, inputs: Properties) -> list[str]:
    text = inputs.get(each.name)
    if text is None or text == UNKNOWN:
        return []
    try:
        json.loads(text)
    except (TypeError, ValueError) as error:
        return [f"{each.name} is not valid JSON: {error}"]
    return []


def _generated(name: str, seed: bytes) -> str:
    return f"{name}-{hashlib.sha256(seed).hexdigest()[:_SUFFIX]}"


def diff(row: Resource, state: Properties, news: Properties, default_tags: Mapping[str, str]) -> list[Change]:
    """What differs between the last known state and the checked inputs."""
    changes: list[Change] = []
    for each in row.properties:
        if each.name == "tags":
            changes += _tag_changes(state.get("tagsAll") or {}, news.get("tags") or {}, default_tags)
            continue
        old, new = state.get(each.name), news.get(each.name)
        if each.chosen and new is None:
            continue
        kind = _kind(each, old, new)
        if kind:
            changes.append(Change(each.name, kind, replaces=each.replaces))
    return changes


def _kind(each: Property, old: Any, new: Any) -> str | None:
    before = each.default if old is None else old
    after = each.default if new is None else new
    if after == before or (None not in (before, after) and each.same(before, after)):
        return None
    if before == each.default:
        return "ADD"
    return "DELETE" if new is None else "UPDATE"


def _tag_changes(old: Any, new: Any, default_tags: Mapping[str, str]) -> list[Change]:
    if UNKNOWN in (old, new):
        return [Change("tags", "UPDATE")]
    wanted = {**default_tags, **new}
    changes = [Change(f'tags["{tag}"]', "DELETE") for tag in old if tag not in wanted]
    changes += [Change(f'tags["{tag}"]', "ADD") for tag in wanted if tag not in old]
    changes += [
        Change(f'tags["{tag}"]', "UPDATE") for tag in wanted if tag in old and old[tag] != wanted[tag]
    ]
    return changes


def deletes_first(row: Resource, state: Properties, news: Properties) -> bool:
    """Whether a replacement would meet its predecessor's name: one the program chose, and kept."""
    name = row.autoname
    return name is not None and name not in news.get(DEFAULTS, ()) and state.get(name) == news.get(name)


def foreseen(
    row: Resource, inputs: Properties, state: Properties | None, default_tags: Mapping[str, str]
) -> dict[str, Any]:
    """The outputs as far as a preview can tell; `state` is None before the creation."""
    result = _complete(row, inputs)
    for each in row.properties:
        if each.chosen and each.name not in inputs:
            result[each.name] = UNKNOWN if state is None else state.get(each.name)
    for output in row.outputs:
        result[output] = UNKNOWN if state is None else state.get(output)
    if row.tagged:
        tags = inputs.get("tags") or {}
        result["tagsAll"] = UNKNOWN if tags == UNKNOWN else {**default_tags, **tags}
    return result


def outputs(
    row: Resource, inputs: Properties, live: Properties, default_tags: Mapping[str, str]
) -> dict[str, Any]:
    """The outputs of a resource: what AWS has, in the program's spelling where it means the same."""
    result = {**_complete(row, inputs), **live}
    for each in row.properties:
        given, has = inputs.get(each.name), live.get(each.name)
        if given is not None and has is not None and each.policy and each.same(given, has):
            result[each.name] = given
    if row.tagged:
        result["tagsAll"] = live.get("tags") or {}
        result["tags"] = _own_tags(inputs, live, default_tags)
    return {name: value for name, value in result.items() if value is not None}


def refreshed_inputs(
    row: Resource, inputs: Properties, live: Properties, default_tags: Mapping[str, str]
) -> dict[str, Any]:
    """The inputs that a program would need to get what AWS has; `inputs` is empty on an import."""
    result: dict[str, Any] = {DEFAULTS: inputs.get(DEFAULTS, [])}
    for each in row.properties:
        given, has = inputs.get(each.name), live.get(each.name)
        if each.local:
            has = given
        elif each.name == "tags":
            has = _own_tags(inputs, live, default_tags)
        if given is not None and has is not None and each.same(given, has):
            result[each.name] = given
        elif has is not None and (given is not None or _worth_saying(each, has, imported=not inputs)):
            result[each.name] = has
    return result


def _own_tags(inputs: Properties, live: Properties, default_tags: Mapping[str, str]) -> dict[str, str]:
    """The live tags without those that come from the provider's default tags alone."""
    own = inputs.get("tags") or {}
    tags = live.get("tags") or {}
    return {tag: text for tag, text in tags.items() if tag in own or default_tags.get(tag) != text}


def _worth_saying(each: Property, has: Any, *, imported: bool) -> bool:
    return bool(has != each.default and (imported or not each.chosen))


def _complete(row: Resource, inputs: Properties) -> dict[str, Any]:
    defaults = {each.name: each.default for each in row.properties if each.default is not None}
    return defaults | {key: value for key, value in inputs.items() if key != DEFAULTS}
