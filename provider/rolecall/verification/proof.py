"""A report as plain data and back: the proof that a stack's state keeps."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from .report import RoleReport

_Shape = TypeVar("_Shape")


def to_dict(report: RoleReport) -> dict[str, object]:
    """The report as JSON-able data: enumerations by value, times in ISO 8601, absent values left out."""
    return plain(report)


def from_dict(data: Mapping[str, object]) -> RoleReport:
    """The report that ``to_dict`` was given.

    Raises:
        ValueError: the data isn't such a report.
    """
    try:
        report = typed(RoleReport, data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a verification report: {error}") from error
    return report


def plain(whole: Any) -> dict[str, object]:
    """A dataclass as JSON-able data, with all that is in it."""
    found: dict[str, object] = _plain(whole)
    return found


def typed(shape: type[_Shape], data: Mapping[str, object]) -> _Shape:
    """The dataclass of which ``plain`` made the data; raises all kinds of errors where it isn't such data."""
    found: _Shape = _typed(shape, data)
    return found


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


@cache
def _left_out(shape: type) -> Mapping[str, None]:
    """The fields that ``plain`` leaves out where they are ``None``, and that have no default to stand in."""
    hints = _hints(shape)
    required = (each.name for each in fields(shape) if each.default is each.default_factory is MISSING)
    return {name: None for name in required if type(None) in get_args(hints[name])}


def _typed(shape: Any, value: Any) -> Any:
    if get_origin(shape) in {Union, types.UnionType}:
        return (
            None if value is None else _typed(next(a for a in get_args(shape) if a is not type(None)), value)
        )
    if get_origin(shape) is tuple:
        return tuple(_typed(get_args(shape)[0], each) for each in value)
    if is_dataclass(shape) and isinstance(shape, type):
        hints = _hints(shape)
        given = {name: _typed(hints[name], each) for name, each in value.items() if name in hints}
        return shape(**{**_left_out(shape), **given})
    if shape is datetime:
        return datetime.fromisoformat(value)
    return shape(value)  # enumerations and primitives; numbers come back from Pulumi as floats
