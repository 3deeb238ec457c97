"""What a stack requires of every trust policy: ``rolecall:require`` and ``rolecall.yaml`` together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import pulumi
import yaml
from pulumi.runtime import get_root_directory

from rolecall.errors import DeclarationError, Fault
from rolecall.guarantee import read_requirements

from .args import RequireArgs

CONFIG_KEY: Final = "rolecall:require"
FILE: Final = "rolecall.yaml"


def stack_requirements() -> RequireArgs | None:
    """The requirements of the running program's stack, as plain data; ``None`` where there are none.

    Both places add up: what one of them requires, the other can't take back.

    Raises:
        DeclarationError: either isn't what it should be.
    """
    given = [
        (CONFIG_KEY, _from_config()),
        (FILE, _from_file(Path(get_root_directory() or ".") / FILE)),
    ]
    merged: dict[str, Any] = {}
    for place, raw in given:
        if raw is not None:
            read_requirements(raw, path=place)
            merged = _sum(merged, raw)
    return cast("RequireArgs", merged) if merged else None


def _from_config() -> Mapping[str, Any] | None:
    try:
        found: object = pulumi.Config("rolecall").get_object("require")
    except pulumi.ConfigTypeError as error:
        raise DeclarationError([_fault(CONFIG_KEY)]) from error
    return _mapping(found, CONFIG_KEY)


def _from_file(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeclarationError([Fault(FILE, "is no YAML", "Correct the file.")]) from error
    sections = _mapping(content, FILE) or {}
    strangers = sorted(set(sections) - {"require"})
    if strangers:
        remedy = "The file has one section: require."
        raise DeclarationError([Fault(FILE, f"there is no section {each!r}", remedy) for each in strangers])
    return _mapping(sections.get("require"), f"{FILE}: require")


def _mapping(value: object, place: str) -> Mapping[str, Any] | None:
    if value is None or isinstance(value, Mapping):
        return value
    raise DeclarationError([_fault(place)])


def _fault(place: str) -> Fault:
    return Fault(place, "is no dictionary", 'Give one, such as {"third_party_external_id": true}.')


def _sum(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both together: lists are joined, and what either demands is demanded."""
    both = dict(first)
    for name, value in second.items():
        before = both.get(name)
        if isinstance(value, list) and isinstance(before, list):
            both[name] = sorted({*before, *value})
        else:
            both[name] = value or before
    return both
