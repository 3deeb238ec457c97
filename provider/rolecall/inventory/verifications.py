"""Reads, from ``pulumi stack export``, which verifications a stack declares."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .pulumi import SECRET, SIGNATURE
from .reading import decode
from .shape import Object, member, objects

_TOKEN: Final = "pulumi-python:dynamic/rolecall:"  # noqa: S105 - a type token of Pulumi
ONE: Final = f"{_TOKEN}RoleVerification"
MANY: Final = f"{_TOKEN}FleetVerification"

_PROVIDER: Final = "__provider"
"""The pickled provider, an encrypted input of every dynamic resource (Pulumi SDK: PROVIDER_KEY)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One verification resource.

    Attributes:
        name: as the program calls it.
        inputs: as they were declared, in clear.
        encrypted: names of the inputs that hold something encrypted; they aren't among ``inputs``.
        many: whether it is of a fleet.
    """

    name: str
    inputs: Mapping[str, Any]
    encrypted: frozenset[str]
    many: bool


class _EncryptedError(ValueError):
    """A value holds something that only the stack's key opens."""


def read_verifications(content: str | bytes, *, file: str) -> tuple[Verification, ...]:
    """The verifications of a stack's state, in its order.

    Args:
        content: what ``pulumi stack export`` printed.
        file: what it is called in faults.

    Raises:
        DeclarationError: it is no JSON object.
    """
    _, decoded = decode(content, file)
    return tuple(_read(member(decoded, "deployment")))


def _read(deployment: Object) -> Iterator[Verification]:
    for resource, _ in objects(deployment.get("resources"), ""):
        if resource.get("type") not in {ONE, MANY} or resource.get("delete"):
            continue
        inputs: dict[str, Any] = {}
        encrypted = set()
        for name, value in member(resource, "inputs").items():
            if name == _PROVIDER:
                continue
            try:
                inputs[name] = _clear(value)
            except _EncryptedError:
                encrypted.add(name)
        yield Verification(
            name=str(resource.get("urn")).rpartition("::")[2],
            inputs=inputs,
            encrypted=frozenset(encrypted),
            many=resource["type"] == MANY,
        )


def _clear(value: Any) -> Any:
    """A value without Pulumi's marks of secrets."""
    if isinstance(value, list):
        return [_clear(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == SECRET:
        if not isinstance(value.get("plaintext"), str):
            raise _EncryptedError
        return _clear(json.loads(value["plaintext"]))
    return {name: _clear(each) for name, each in value.items()}
