"""Reads the inputs of a fleet's verification into checked roles, as far as a preview knows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from pulumi.output import Unknown, contains_unknowns

from rolecall.errors import Fault
from rolecall.guarantee import Requirements, read_requirements
from rolecall.policy import parse
from rolecall.reports import about, broken_sentence
from rolecall.shapes import Faults, Read, fields, shown
from rolecall.verification import Fleet, FleetRole, VerifySpec, read_fleet

from .documents import decoded, parsed
from .faults import gather
from .redaction import Redaction

CONCURRENCY: Final = 20
"""Roles verified at the same time, where nobody says otherwise."""
_MOST_AT_ONCE: Final = 50
"""Connections that a caller holds open; more threads than that would wait for each other."""
_FASTEST: Final = 10_000.0
_FLEET: Final = ("roles", "callers", "owners", "defaults")
"""Inputs in the shape of a fleet file."""
_STAND_IN: Final = "arn:aws:iam::{:012}:role/output"
"""Stands for the ARN of a role that isn't there yet; the number keeps them apart."""
_SOMEBODY: Final = {"ambient": True}
"""Stands for a caller that isn't wholly known yet."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One role of the fleet.

    Attributes:
        role: what is asked about it.
        nonce: the text by whose change it is asked again; ``None`` where there is none.
        is_known: whether its ARN is; a preview may have only a stand-in.
    """

    role: FleetRole
    nonce: str | None
    is_known: bool

    @cached_property
    def redact(self) -> Redaction:
        """Removes the external IDs that belong to this role from texts."""
        spec = self.role.spec
        sent = [each.external_id for each in spec.callers], [each.external_id for each in spec.expect]
        return Redaction.of(self.role.declared_trust, {"external_ids": sent})

    @cached_property
    def question(self) -> tuple[str, str | None]:
        """What is asked, as something to compare; the same question needs no second answer."""
        return self.role.question(default_region="", salt=b""), self.nonce

    def broken(self) -> Iterator[str]:
        """Sentences on requirements that the declared trust policy doesn't meet."""
        role = self.role
        if role.declared_trust is not None and role.requirements is not None and self.is_known:
            for each in role.requirements.broken(parse(role.declared_trust), role.role_arn):
                yield self.redact(about(role.role_arn, broken_sentence(each)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFleet:
    """The inputs of a ``FleetVerification``, checked.

    Attributes:
        members: the roles by ARN, in their order; none where something is wrong.
        gates: by whose rules a report is as declared, and how old it may be.
        concurrency: roles verified at the same time.
        calls_per_second: of each calling account; ``None`` for what all verifications share.
        faults: what is wrong with the inputs that are known.
    """

    members: Mapping[str, Member] = field(default_factory=dict)
    gates: VerifySpec = field(default_factory=VerifySpec)
    concurrency: int = CONCURRENCY
    calls_per_second: float | None = None
    faults: tuple[Fault, ...] = ()


def read_fleet_inputs(inputs: Mapping[str, Any]) -> DeclaredFleet:
    """Checks the inputs; what a preview doesn't know yet is left out, and never a fault.

    Args:
        inputs: by name; values may hold Pulumi's ``Unknown``, and whole numbers may be floats.
    """
    faults: list[Fault] = []
    settings = fields(
        {name: inputs.get(name) for name in _SETTINGS if not contains_unknowns(inputs.get(name))},
        _SETTINGS,
        "",
        faults,
    )
    require = inputs.get("require")
    requirements: Requirements | None = None
    if require and not contains_unknowns(require):
        requirements = gather(faults, lambda: read_requirements(require, path="require"))
    raw = _as_known(inputs) if inputs else None
    fleet: Fleet | None = None
    if raw is not None:
        fleet = gather(faults, lambda: read_fleet(raw, policy=_policy, requirements=requirements))
        faults.extend(_faults_of_calls(fleet))
    if faults:
        redact = Redaction.of(inputs)
        told = tuple(replace(fault, problem=redact(fault.problem)) for fault in faults)
        return DeclaredFleet(faults=told)
    if fleet is None:
        return DeclaredFleet(**settings)
    entries = inputs["roles"]
    members = {
        role.role_arn: Member(role=role, nonce=_nonce(entry), is_known=_is_known(entry))
        for role, entry in zip(fleet.roles, entries, strict=True)
    }
    return DeclaredFleet(members=members, gates=fleet.gates, **settings)


def _as_known(inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fleet with stand-ins for what a preview doesn't know; ``None`` where it knows too little."""
    known = {name: inputs[name] for name in _FLEET if inputs.get(name) is not None}
    if any(isinstance(value, Unknown) for value in known.values()):
        return None
    if isinstance(known.get("roles"), Sequence):
        known["roles"] = [_entry(index, each) for index, each in enumerate(known["roles"])]
    if isinstance(known.get("callers"), Mapping):
        known["callers"] = {
            name: _SOMEBODY if contains_unknowns(each) else each for name, each in known["callers"].items()
        }
    for name in ("owners", "defaults"):
        if isinstance(known.get(name), Mapping):
            known[name] = _without_unknowns(known[name])
    return known


def _entry(index: int, entry: Any) -> Any:
    if isinstance(entry, Unknown):
        return {"arn": _STAND_IN.format(index)}
    if not isinstance(entry, Mapping):
        return entry
    known = _without_unknowns(entry)
    known.pop("nonce", None)
    return known if _is_known(entry) else {**known, "arn": _STAND_IN.format(index)}


def _is_known(entry: Any) -> bool:
    return not contains_unknowns(entry.get("arn") if isinstance(entry, Mapping) else entry)


def _nonce(entry: Any) -> str | None:
    nonce = entry.get("nonce") if isinstance(entry, Mapping) else None
    return None if nonce is None or contains_unknowns(nonce) else str(nonce)


def _without_unknowns(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if not contains_unknowns(value)}


def _policy(value: object, path: str, faults: Faults) -> Mapping[str, object] | None:
    """A trust policy as a dictionary or JSON text."""

    def read() -> Mapping[str, object]:
        parsed(value, path)
        return decoded(value, path)

    return gather(faults, read)


def _faults_of_calls(fleet: Fleet | None) -> Sequence[Fault]:
    """What boto3 knows to be wrong with the calls of ``can_do``."""
    if fleet is None or not any(role.spec.can_do for role in fleet.roles):
        return ()
    from rolecall.sts.service_calls import faults_of_fleet  # noqa: PLC0415 - boto3, only where asked for

    return faults_of_fleet(fleet)


def _concurrency(value: object, path: str, faults: Faults) -> int | None:
    if isinstance(value, int | float) and value in range(1, _MOST_AT_ONCE + 1):
        return int(value)
    remedy = f"Give a whole number from 1 to {_MOST_AT_ONCE}."
    faults.append(Fault(path, f"{shown(value)} isn't allowed", remedy))
    return None


def _rate(value: object, path: str, faults: Faults) -> float | None:
    if isinstance(value, int | float) and 0 < value <= _FASTEST:
        return float(value)
    remedy = f"Give a number of calls above 0 and up to {_FASTEST:g}."
    faults.append(Fault(path, f"{shown(value)} isn't allowed", remedy))
    return None


_SETTINGS: Final[Mapping[str, Read]] = {"concurrency": _concurrency, "calls_per_second": _rate}
