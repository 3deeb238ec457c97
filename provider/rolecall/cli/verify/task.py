"""What a run of ``rolecall verify`` is to find out, wherever its roles stand written."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.sts.service_calls import faults_of_fleet
from rolecall.verification import CallerSource, Fleet, FleetRole, SourceKind, VerifySpec

from .asked import GATES, no_profile, read_asked
from .options import VerifyOptions
from .receipts import Receipts
from .sources import Found, in_stack, in_state_file

_BESIDE_FILE: Final = frozenset({"file", "wait", "gates", "is_terminal", "profiles"})
"""Options that say something else than a fleet file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTask:
    """A verification of several roles, checked.

    Attributes:
        roles: the roles, each once, in the order given, with what is asked about each.
        spec: by whose gates their reports are as declared.
        receipts: what is done with receipts.
        left_out: roles that were found and aren't verified, a sentence each.
        unrepeated: verifications that a stack declares and that aren't made, likewise.
    """

    roles: tuple[FleetRole, ...]
    spec: VerifySpec
    receipts: Receipts = field(default_factory=Receipts)
    left_out: tuple[str, ...] = ()
    unrepeated: tuple[str, ...] = ()


def read_task(options: VerifyOptions, *, environment: Mapping[str, str] = os.environ) -> VerifyTask:
    """Checks the options and reads what they name: files, and the state of a stack.

    Args:
        options: what the user gave.
        environment: where ``--external-id-env`` and ``--mfa-code-env`` look.

    Raises:
        DeclarationError: with every fault that was found.
    """
    if options.file is not None:
        return _fleet_task(options, options.file)
    asked, receipts = read_asked(options, environment=environment)
    found = _found(options, asked)
    return VerifyTask(
        roles=tuple(found.roles.values()),
        spec=asked.spec,
        receipts=receipts,
        left_out=tuple(found.left_out),
        unrepeated=tuple(found.unrepeated),
    )


def _found(options: VerifyOptions, asked: FleetRole) -> Found:
    if options.stack is not None:
        return _some(in_stack(options.stack, asked), "--stack")
    if options.tfstate is not None:
        return _some(in_state_file(options.tfstate, asked), "--tfstate")
    return Found(roles={arn: replace(asked, role_arn=arn) for arn in options.role_arns})


def _some(found: Found, option: str) -> Found:
    if not found.roles:
        reasons = "; ".join([*found.unrepeated, *found.left_out]) or "it holds none"
        raise DeclarationError([Fault(option, f"there is no role to verify: {reasons}", "Name roles by ARN")])
    return found


def _fleet_task(options: VerifyOptions, file: Path) -> VerifyTask:
    from .fleet_file import read_fleet_file  # noqa: PLC0415 - automata, only where asked for

    remedy = "Say it in the file"
    faults = [
        Fault(f"--{each.name.removesuffix('s').replace('_', '-')}", "--file is given too", remedy)
        for each in fields(options)
        if each.name not in _BESIDE_FILE and getattr(options, each.name) != each.default
    ]
    if faults:
        raise DeclarationError(faults)
    fleet = read_fleet_file(
        file,
        settings={**options.patience, **options.gates},
        gates=GATES,
        changed=options.wait is not None,
    )
    faults = [*_unknown_profiles(fleet, options), *faults_of_fleet(fleet)]
    if faults:
        raise DeclarationError(faults)
    return VerifyTask(roles=fleet.roles, spec=fleet.gates)


def _unknown_profiles(fleet: Fleet, options: VerifyOptions) -> Iterable[Fault]:
    sources: dict[str, CallerSource] = {}
    for role in fleet.roles:
        owner = (role.spec.owner,) if role.spec.owner is not None else ()
        sources |= {source.profile: source for source in (*role.spec.callers, *owner)}
    for name, source in sources.items():
        if source.kind is SourceKind.PROFILE and name not in options.profiles:
            yield no_profile("--file", name, options.profiles)
