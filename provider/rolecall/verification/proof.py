"""A report as plain data and back: the proof that a stack's state keeps."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from .model import RoleReport


def to_dict(report: RoleReport) -> dict[str, object]:
    """The report as JSON-able data: enumerations by value, times in ISO 8601, absent values left out."""
    plain: dict[str, object] = _plain(report)
    return plain


def from_dict(data: Mapping[str, object]) -> RoleReport:
    """The report that ``to_dict`` was given.

    Raises:
        ValueError: the data isn't such a report.
    """
    try:
        report: RoleReport = _typed(RoleReport, data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a verification report: {error}") from error
    return report


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        named = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: _plain(each) for name, each in named if each is not None}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def _hints(shape: type) -> Mapping[str, Any]:
    return get_type_hints(shape)


def _typed(shape: Any, value: Any) -> Any:
    if get_origin(shape) in {Union, types.UnionType}:
        return (
            None if value is None else _typed(next(a for a in get_args(shape) if a is not type(None)), value)
        )
    if get_origin(shape) is tuple:
        return tuple(_typed(get_args(shape)[0], each) for each in value)
    if is_dataclass(shape) and isinstance(shape, type):
        hints = _hints(shape)
        return shape(**{name: _typed(hints[name], each) for name, each in value.items() if name in hints})
    if shape is datetime:
        return datetime.fromisoformat(value)
    return shape(value)  # enumerations and primitives; numbers come back from Pulumi as floats
