"""Answers a stream of questions for ``rolecall explain --batch``: a JSON object a line, in order."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Final, NoReturn, TypedDict

import click

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.policy import (
    UNKNOWN,
    CallerSide,
    ContextValue,
    Guardrails,
    Policy,
    PolicyKind,
    Principal,
    Request,
    decide,
    parse,
)
from rolecall.reports import explain
from rolecall.shapes import Faults, fields, text

from ..exits import ExitCode

LONGEST_LINE: Final = 4 * 1024 * 1024
"""Longest line that is read, in bytes; a longer one is refused without being held in memory."""

_TOP: Final = (
    "id",
    "request",
    "trust_policy",
    "identity_policies",
    "permissions_boundary",
    "session_policies",
    "service_control_policies",
    "resource_control_policies",
)
_NOTES: Final = ("topic", "why", "source", "expect")
"""Fields for readers of the file, without a meaning here."""


class Answered(TypedDict):
    """What is printed for a line.

    Attributes:
        id: the line's own; null where it has none or can't be read.
        decision: ``allowed``, ``denied``, ``unknown``; ``malformed`` where AWS would refuse to store the
            trust policy; ``error`` where the line can't be read.
        reason: sentences.
    """

    id: str | int | None
    decision: str
    reason: str


def run_batch(file: str) -> ExitCode:
    """Answers every line of a file; what can't be read is answered too, and makes the exit code 2.

    Args:
        file: its path; ``-`` for standard input.
    """
    code = ExitCode.AS_DECLARED
    with click.open_file(file, "rb") as stream:
        for number, line in enumerate(_lines(stream), start=1):
            answered = answer(line, number)
            if answered["decision"] == "error":
                code = ExitCode.MISUSE
            click.echo(json.dumps(answered))
    return code


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Yields the lines of a stream without their ends; ``None`` for one that is too long."""
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield line.removesuffix(b"\n")
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)
        yield None


def answer(line: bytes | None, number: int) -> Answered:
    """Answers one line.

    Args:
        line: a JSON object in the format of the conformance cases; ``None`` for one that was too long.
        number: of the line, from 1.
    """
    case: Mapping[str, object] = {}
    try:
        case = _decoded(line)
        _check_names(case)
        trust, request = case.get("trust_policy"), _request(case)
        caller, guardrails = _caller(case), _guardrails(case)
        try:
            policy = parse(trust)  # type: ignore[arg-type] # what is no object is refused with the right words
        except PolicyError as error:
            return _answered(case, "malformed", _joined(error))
        decision = decide(request, policy, caller=caller, guardrails=guardrails)
    except DeclarationError as error:
        return _answered(case, "error", f"Line {number}: {_joined(error)}")
    return _answered(case, decision.answer.value, " ".join(explain(decision)))


def _answered(case: Mapping[str, object], decision: str, reason: str) -> Answered:
    name = case.get("id")
    return Answered(id=name if isinstance(name, str | int) else None, decision=decision, reason=reason)


def _joined(error: DeclarationError) -> str:
    return " ".join(map(str, error.faults))


def _refuse(path: str, problem: str, remedy: str) -> NoReturn:
    raise DeclarationError([Fault(path, problem, remedy)])


def _decoded(line: bytes | None) -> Mapping[str, object]:
    if line is None:
        _refuse("", f"the line has more than {LONGEST_LINE} bytes", "Split it")
    try:
        case = json.loads(line.decode("utf-8"), object_pairs_hook=_members)
    except UnicodeDecodeError as error:
        _refuse("", f"it is not UTF-8 at byte {error.start}", "Save the file as UTF-8")
    except json.JSONDecodeError as error:
        _refuse("", f"it is not JSON: {error.msg} at column {error.colno}", "Write one JSON object a line")
    except RecursionError:
        _refuse("", "it is nested too deeply", "A policy has six levels at most")
    except ValueError as error:
        _refuse("", f"it can't be read: {error}", "Write one JSON object a line")
    if not isinstance(case, dict):
        _refuse("", "it is no JSON object", "Write one JSON object a line")
    return case


def _check_names(case: Mapping[str, object]) -> None:
    """A misspelt field must not pass for one that is left out: that would let in too many."""
    for name in case:
        if name not in _TOP and name not in _NOTES:
            _refuse(name, "there is no such field", f"The fields are {', '.join(_TOP)}")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _request(case: Mapping[str, object]) -> Request:
    faults: Faults = []
    read = fields(
        case.get("request"),
        {"action": text, "role": text, "principal": _principal, "context": _context},
        "request",
        faults,
        required=("role", "principal"),
    )
    if "trust_policy" not in case:
        faults.append(Fault("trust_policy", "is missing", "It is required"))
    if faults:
        raise DeclarationError(faults)
    return Request(**read)


def _principal(raw: object, path: str, faults: Faults) -> Principal | None:
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((kind, value),) = raw.items()
        if kind in ("AWS", "Service", "Federated") and isinstance(value, str):
            return Principal(kind, value)
    faults.append(Fault(path, "it is no principal", 'Give an object such as {"AWS": "arn:…"}'))
    return None


def _context(raw: object, path: str, faults: Faults) -> dict[str, ContextValue]:
    """The condition keys; null stands for a value that is not known, or may be absent."""
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, "it is no object", "Give condition keys with their values"))
        return {}
    context: dict[str, ContextValue] = {}
    for key, value in raw.items():
        if value is None:
            context[key] = UNKNOWN
        elif isinstance(value, str):
            context[key] = value
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            context[key] = tuple(value)
        else:
            faults.append(Fault(f"{path}.{key}", "it is no value", "Give a text, a list of texts, or null"))
    return context


def _caller(case: Mapping[str, object]) -> CallerSide:
    identity, boundary = case.get("identity_policies"), case.get("permissions_boundary")
    return CallerSide(
        identity_policies=None
        if identity is None
        else _policies(identity, "identity_policies", PolicyKind.IDENTITY),
        permissions_boundary=None
        if boundary is None
        else _policy(boundary, "permissions_boundary", PolicyKind.BOUNDARY),
        session_policies=_policies(
            case.get("session_policies") or (), "session_policies", PolicyKind.SESSION
        ),
    )


def _guardrails(case: Mapping[str, object]) -> Guardrails:
    return Guardrails(
        service_control_policies=_levels(case, "service_control_policies", PolicyKind.SERVICE_CONTROL),
        resource_control_policies=_levels(case, "resource_control_policies", PolicyKind.RESOURCE_CONTROL),
    )


def _levels(case: Mapping[str, object], name: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
    return tuple(
        _policies(level, f"{name}[{index}]", kind)
        for index, level in enumerate(_listed(case.get(name) or (), name))
    )


def _policies(raw: object, path: str, kind: PolicyKind) -> tuple[Policy, ...]:
    return tuple(_policy(each, f"{path}[{index}]", kind) for index, each in enumerate(_listed(raw, path)))


def _listed(raw: object, path: str) -> Iterable[object]:
    if not isinstance(raw, list | tuple):
        _refuse(path, "it is no list", "Give a list")
    return raw


def _policy(raw: object, path: str, kind: PolicyKind) -> Policy:
    try:
        return parse(raw, kind=kind)  # type: ignore[arg-type] # what is no object is refused with the right words
    except PolicyError as error:
        raise DeclarationError(
            [Fault(f"{path}{fault.path}", fault.problem, fault.remedy) for fault in error.faults]
        ) from error
