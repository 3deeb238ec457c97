"""Policy documents as users give them: dictionaries or JSON text."""

import json
from collections.abc import Mapping
from dataclasses import replace

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Policy, PolicyKind, parse


def decoded(raw: object, path: str) -> Mapping[str, object]:
    """The document as a dictionary.

    Args:
        raw: a dictionary or JSON text.
        path: where it stands, for faults.

    Raises:
        DeclarationError: it is neither.
    """
    value = raw
    if isinstance(raw, str):
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            value = None
    if isinstance(value, Mapping):
        return value
    remedy = "Give a policy document as a dictionary or as JSON text."
    raise DeclarationError([Fault(path, "is no JSON object", remedy)])


def parsed(raw: object, path: str, *, kind: PolicyKind = PolicyKind.TRUST) -> Policy:
    """The document as a policy; its faults tell the place within it after the place where it stands.

    Raises:
        DeclarationError: AWS would refuse to store it.
    """
    document = raw if isinstance(raw, str) else decoded(raw, path)
    try:
        return parse(document, kind=kind)
    except DeclarationError as error:
        faults = [replace(fault, path=f"{path}{fault.path}") for fault in error.faults]
        raise DeclarationError(faults) from error


def compact(document: Mapping[str, object]) -> str:
    """The document as JSON text without white space, in the order in which it was written."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
