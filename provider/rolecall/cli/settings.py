"""Reads settings files in JSON or YAML, and the sections that one file may hold for several commands."""

import json
from pathlib import Path
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.guarantee import Requirements, read_requirements

SECTIONS: Final = frozenset({"require", "accept"})
"""What a ``rolecall.yaml`` may hold."""


def load(file: Path, *, path: str) -> object:
    """The decoded content of a ``.json`` file, or of one in YAML.

    Args:
        file: the file.
        path: what it is called in faults, such as ``--require rolecall.yaml``.

    Raises:
        DeclarationError: it can't be read or decoded.
    """
    try:
        content = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            return json.loads(content)
        import yaml  # noqa: PLC0415 - only where such a file is given

        try:
            return yaml.safe_load(content)
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DeclarationError([Fault(path, f"it cannot be read: {error}", "Give JSON or YAML")]) from error


def section(content: object, name: str) -> object:
    """One section of a ``rolecall.yaml``, ``None`` where it lacks it; the whole where it has no sections."""
    if isinstance(content, dict) and content and content.keys() <= SECTIONS:
        return content.get(name)
    return content


def read_require(file: Path) -> Requirements:
    """The requirements in a file, or in its section ``require``.

    Raises:
        DeclarationError: with every fault that was found.
    """
    path = f"--require {file.name}"
    raw = section(load(file, path=path), "require")
    if not isinstance(raw, dict):
        raise DeclarationError([Fault(path, "it holds no requirements", "Give an object of requirements")])
    return read_requirements(raw, path=path)
