"""Reads a ``fleet.yaml``: many roles with their callers, and what is asked about each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rolecall.errors import DeclarationError, Fault
from rolecall.guarantee import read_requirements
from rolecall.shapes import Faults
from rolecall.verification import Fleet, read_fleet
from rolecall.verification.fleet_reading import trust_policy

from ..settings import load


def read_fleet_file(
    file: Path, *, settings: Mapping[str, object], gates: Mapping[str, object], changed: bool
) -> Fleet:
    """The fleet that a file describes.

    Args:
        file: in YAML, or JSON where its name ends in ``.json``.
        settings: fields of ``defaults`` that go before those of the file.
        gates: likewise, where neither says anything.
        changed: the roles were just changed.

    Raises:
        DeclarationError: with every fault that was found.
    """
    path = f"--file {file.name}"
    content = load(file, path=path)
    if not isinstance(content, dict):
        raise DeclarationError([Fault(path, "it describes no fleet", "Give an object with roles")])
    shape: dict[str, Any] = {**content}
    require = shape.pop("require", None)
    defaults = shape.get("defaults") or {}
    if isinstance(defaults, dict):
        shape["defaults"] = {**gates, **defaults, **settings}
    faults: list[Fault] = []
    requirements = None
    if require is not None:
        try:
            requirements = read_requirements(require, path="require")
        except DeclarationError as error:
            faults += error.faults
    try:
        fleet = read_fleet(shape, policy=_policy_beside(file), requirements=requirements, changed=changed)
    except DeclarationError as error:
        faults += error.faults
    if faults:
        raise DeclarationError(
            [Fault(f"{file.name} {each.path}", each.problem, each.remedy) for each in faults]
        )
    return fleet


def _policy_beside(file: Path) -> Any:
    """Reads a trust policy that stands in the file, or in a JSON file that it names."""

    def read(value: object, path: str, faults: Faults) -> Mapping[str, object] | None:
        if not isinstance(value, str):
            return trust_policy(value, path, faults)
        try:
            document = json.loads((file.parent / value).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            faults.append(
                Fault(path, f"{value!r} can't be read: {error}", "Name a JSON file beside this one")
            )
            return None
        return trust_policy(document, path, faults)

    return read
