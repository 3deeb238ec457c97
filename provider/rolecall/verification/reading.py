"""Reads what users write about a verification into checked value objects, all faults at once."""

from collections.abc import Mapping
from typing import Any

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn
from rolecall.policy.formats import EXTERNAL_ID, MFA_SERIAL, SESSION_NAME, SOURCE_IDENTITY, Format, fault_of
from rolecall.shapes import Faults, Read, fields, flag, many, one_of, seconds, text

from .model import Expectation
from .spec import (
    CallerSource,
    CodeKind,
    CodeSource,
    DeniedProbes,
    Expected,
    Reaction,
    Require,
    SourceKind,
    VerifySpec,
)

_LONGEST_TIMEOUT = 3600.0
_LONGEST_AGE = 366 * 24 * 3600.0


def read_verify(raw: Mapping[str, object] | None, *, path: str = "verify") -> VerifySpec:
    """The checked form of a ``verify`` argument; ``None`` means no callers and every default.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    spec = VerifySpec(**fields(raw or {}, _VERIFY, path, faults))
    if not faults:
        faults.extend(_crossed(spec, path))
    if faults:
        raise DeclarationError(faults)
    return spec


def read_caller(raw: Mapping[str, object], *, path: str) -> CallerSource:
    """The checked form of one caller.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    source = _caller(raw, path, faults)
    if faults or source is None:
        raise DeclarationError(faults)
    return source


def _crossed(spec: VerifySpec, path: str) -> list[Fault]:
    """Faults between fields: names that collide, expectations of nobody."""
    names = [source.name for source in spec.callers]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [
        Fault(f"{path}.callers", f"two callers are called {name!r}", "Give each a name of its own.")
        for name in twice
    ]
    for index, entry in enumerate(spec.expect):
        if entry.caller not in names:
            known = ", ".join(map(repr, names)) or "none"
            problem = f"there is no caller {entry.caller!r}"
            faults.append(Fault(f"{path}.expect[{index}].caller", problem, f"The callers are: {known}."))
    return faults


def _formatted(format_: Format) -> Read:
    """A string in one of AWS's formats."""

    def read(value: object, path: str, faults: Faults) -> str | None:
        fault = fault_of(format_, value, path)
        if fault is None and isinstance(value, str):
            return value
        if fault is not None:
            faults.append(fault)
        return None

    return read


def _role_arn(value: object, path: str, faults: Faults) -> str | None:
    string = text(value, path, faults)
    if string is None:
        return None
    try:
        is_role = Arn.parse(string).is_role
    except DeclarationError:
        is_role = False
    if not is_role:
        faults.append(
            Fault(path, f"{string!r} isn't the ARN of a role", "It looks like arn:aws:iam::ACCOUNT:role/NAME")
        )
    return string


def _expectation(value: object, path: str, faults: Faults) -> Any:
    return one_of(Expectation)(value, path, faults)


def _one_source(given: dict[str, Any], kinds: tuple[str, ...], path: str, faults: Faults) -> str | None:
    """The one field that says where something comes from; none or several are a fault."""
    present = [kind for kind in kinds if given.get(kind)]
    if len(present) == 1:
        return present[0]
    problem = f"names {' and '.join(present)}" if present else "names no source"
    faults.append(Fault(path, problem, f"Give exactly one of {', '.join(kinds)}."))
    return None


def _code(value: object, path: str, faults: Faults) -> CodeSource | None:
    given = fields(value, {"env": text, "command": many(text), "prompt": flag}, path, faults)
    kind = _one_source(given, tuple(CodeKind), path, faults)
    if kind is None:
        return None
    return CodeSource(kind=CodeKind(kind), env=given.get("env", ""), command=given.get("command", ()))


def _caller(value: object, path: str, faults: Faults) -> CallerSource | None:
    given = fields(value, _CALLER, path, faults)
    if not isinstance(value, Mapping):
        return None
    kind = _one_source(given, tuple(SourceKind), path, faults)
    if (given.get("mfa_serial") is None) is not (given.get("mfa_code") is None):
        problem = "mfa_serial and mfa_code go together"
        faults.append(
            Fault(path, problem, "Give the device's ARN and where its codes come from, or neither.")
        )
    if kind is None:
        return None
    given.pop("ambient", None)
    said = {
        "profile": given.get("profile"),
        "env": given.get("env"),
        "command": (given.get("command") or ("",))[0],
    }
    given.setdefault("name", f"{kind} {said[kind]}" if kind in said else kind)
    return CallerSource(kind=SourceKind(kind), **given)


def _expected(value: object, path: str, faults: Faults) -> Expected | None:
    before = len(faults)
    given = fields(value, _EXPECTED, path, faults, required=("caller", "expect"))
    return Expected(**given) if len(faults) == before else None


_CALLER: dict[str, Read] = {
    "ambient": flag,
    "profile": text,
    "env": text,
    "command": many(text),
    "name": text,
    "via": many(_role_arn),
    "mfa_serial": _formatted(MFA_SERIAL),
    "mfa_code": _code,
    "external_id": _formatted(EXTERNAL_ID),
    "session_name": _formatted(SESSION_NAME),
    "source_identity": _formatted(SOURCE_IDENTITY),
    "expect": _expectation,
}
_EXPECTED: dict[str, Read] = {
    "caller": text,
    "external_id": _formatted(EXTERNAL_ID),
    "mfa": flag,
    "expect": _expectation,
}
_VERIFY: dict[str, Read] = {
    "callers": many(_caller),
    "owner": _caller,
    "expect": many(_expected),
    "regions": many(text),
    "allowed_timeout_seconds": seconds(0, _LONGEST_TIMEOUT),
    "denied_timeout_seconds": seconds(0, _LONGEST_TIMEOUT),
    "denied_probes": one_of(DeniedProbes),
    "on_pending": one_of(Reaction),
    "on_inconclusive": one_of(Reaction),
    "require": one_of(Require),
    "max_age_seconds": seconds(0, _LONGEST_AGE),
}
