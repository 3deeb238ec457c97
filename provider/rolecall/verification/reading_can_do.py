"""Reads the entries of ``can_do``: calls to services, of which only those that change nothing go unasked."""

import json
from collections.abc import Mapping
from typing import Any, Final

from rolecall.errors import Fault, PolicyError
from rolecall.policy import PolicyKind, parse
from rolecall.shapes import Faults, Read, fields, flag, one_of, shown, text

from .model import Expectation, ServiceCall
from .spec import CanDo

READ_ONLY: Final = ("describe_", "get_", "head_", "list_")
"""What the names of operations begin with that only read; any other one has to be insisted on."""


def read_can_do(value: object, path: str, faults: Faults) -> CanDo | None:
    """One entry; whether boto3 has such a service and operation is for ``rolecall.sts`` to say."""
    before = len(faults)
    given = fields(value, _FIELDS, path, faults, required=("caller", "service", "operation", "expect"))
    operation = given.get("operation") or ""
    if operation and not given.get("insist") and not operation.startswith(READ_ONLY):
        problem = f"{operation} may change something"
        faults.append(Fault(f"{path}.operation", problem, 'Say "insist": true where that is meant.'))
    if len(faults) > before:
        return None
    what = ServiceCall(
        service=given["service"],
        operation=operation,
        parameters=given.get("parameters", {}),
        session_policy=given.get("session_policy"),
    )
    return CanDo(caller=given["caller"], what=what, expect=given["expect"])


def _parameters(value: object, path: str, faults: Faults) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return {str(name): _whole(each) for name, each in value.items()}
    faults.append(Fault(path, f"{shown(value)} isn't allowed", "Give a dictionary of arguments by name."))
    return {}


def _whole(value: object) -> object:
    """Whole numbers as such: Pulumi hands on all numbers as floats, which boto3 doesn't take for integers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list | tuple) else value


def _session_policy(value: object, path: str, faults: Faults) -> str | None:
    if not isinstance(value, str | Mapping):
        faults.append(Fault(path, f"{shown(value)} isn't allowed", "Give a policy, as a dictionary or JSON."))
        return None
    try:
        parse(value, kind=PolicyKind.SESSION)
    except PolicyError as error:
        faults.extend(Fault(f"{path}{fault.path}", fault.problem, fault.remedy) for fault in error.faults)
        return None
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


_FIELDS: Final[Mapping[str, Read]] = {
    "caller": text,
    "service": text,
    "operation": text,
    "parameters": _parameters,
    "expect": one_of(Expectation),
    "insist": flag,
    "session_policy": _session_policy,
}
