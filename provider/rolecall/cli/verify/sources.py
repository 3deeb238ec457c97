"""Finds the roles to verify where an infrastructure is written down: in a Pulumi stack, in a state file."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rolecall.errors import DeclarationError, Fault, PolicyError
from rolecall.inventory import Role, read_roles
from rolecall.inventory.verifications import Verification, read_verifications
from rolecall.policy import Policy, parse
from rolecall.reports import safe
from rolecall.shapes import Faults
from rolecall.verification import FleetRole, Requirements, read_fleet, read_verify
from rolecall.verification.fleet_reading import trust_policy

from .joining import joined

_REMEDY: Final = "Run pulumi in the folder of the program; `pulumi stack ls` shows the stacks"


@dataclass(slots=True, kw_only=True)
class Found:
    """The roles that were found.

    Attributes:
        roles: those to verify, by ARN.
        left_out: why others are not verified, a sentence each.
        unrepeated: why verifications that a stack declares aren't made, likewise: nothing is known of them.
    """

    roles: dict[str, FleetRole] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    unrepeated: list[str] = field(default_factory=list)


def in_stack(name: str, asked: FleetRole) -> Found:
    """The roles of a Pulumi stack: verified as the stack itself does, the others as asked.

    Args:
        name: the stack, as ``pulumi`` knows it in this folder.
        asked: what is asked of a role for which the stack declares no verification.

    Raises:
        DeclarationError: the stack can't be read, or declares what this version doesn't understand.
    """
    path = f"--stack {name}"
    state = _export(name, path)
    found = Found()
    for verification in read_verifications(state, file=path):
        for declared in _verified(verification, found):
            requirements = asked.requirements or declared.requirements
            role = replace(declared, requirements=requirements, changed=asked.changed)
            known = found.roles.get(role.role_arn)
            both = joined(known, role) if known is not None else role
            if both is not None:
                found.roles[role.role_arn] = both
            else:
                found.unrepeated.append(_beside_another(verification, role.role_arn))
    _add(read_roles(state, file=path), asked, found)
    return found


def in_state_file(file: Path, asked: FleetRole) -> Found:
    """The roles of a Terraform state, or of another file that holds roles with their ARNs.

    Raises:
        DeclarationError: the file is of no kind that is known.
    """
    found = Found()
    _add(read_roles(file.read_bytes(), file=f"--tfstate {file.name}"), asked, found)
    return found


def json_policy(value: object, path: str, faults: Faults) -> Mapping[str, object] | None:
    """A trust policy as an object or as JSON text, checked."""
    try:
        decoded = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        decoded = None
    return trust_policy(decoded, path, faults)


def _export(name: str, path: str) -> str:
    """The state of a stack as JSON text; what is secret in it stays encrypted."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own pulumi, without a shell
            ["pulumi", "stack", "export", "--stack", name, "--non-interactive"],  # noqa: S607
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        problem = f"pulumi can't be run: {error.strerror}"
        raise DeclarationError([Fault(path, problem, "Put it on PATH")]) from error
    if done.returncode != 0:
        said = (done.stderr.strip() or "it gave no reason").splitlines()[-1].removeprefix("error: ")
        raise DeclarationError([Fault(path, f"the stack can't be read: {safe(said)}", _REMEDY)])
    return done.stdout


def _beside_another(verification: Verification, role_arn: str) -> str:
    return (
        f'the verification "{verification.name}" of {role_arn} is not repeated: another one of that role '
        "has other callers by the same names, another owner, or other regions"
    )


def _verified(verification: Verification, found: Found) -> Iterator[FleetRole]:
    """The roles of one verification resource."""
    inputs = verification.inputs
    if verification.encrypted:
        names = ", ".join(sorted(verification.encrypted))
        found.unrepeated.append(
            f'the verification "{verification.name}" is not repeated: its {names} is secret'
        )
        return
    try:
        if verification.many:
            yield from _fleet(inputs)
        else:
            yield _one(inputs)
    except DeclarationError as error:
        raise DeclarationError(
            [Fault(f"{verification.name} {each.path}", each.problem, each.remedy) for each in error.faults]
        ) from error


def _one(inputs: Mapping[str, Any]) -> FleetRole:
    faults: Faults = []
    declared = inputs.get("trust_policy")
    trust = json_policy(declared, "trust_policy", faults) if declared is not None else None
    if faults:
        raise DeclarationError(faults)
    return FleetRole(
        role_arn=inputs["role_arn"],
        spec=read_verify(inputs.get("verify")),
        declared_trust=trust,
        requirements=_requirements(inputs),
    )


def _fleet(inputs: Mapping[str, Any]) -> tuple[FleetRole, ...]:
    shape = {name: inputs[name] for name in ("callers", "owners", "defaults") if inputs.get(name)}
    roles = [{name: value for name, value in each.items() if name != "nonce"} for each in inputs["roles"]]
    whole = {**shape, "roles": roles}
    return read_fleet(whole, policy=json_policy, requirements=_requirements(inputs)).roles


def _requirements(inputs: Mapping[str, Any]) -> Requirements | None:
    if not inputs.get("require"):
        return None
    from rolecall.guarantee import read_requirements  # noqa: PLC0415 - automata, only where asked for

    return read_requirements(inputs["require"], path="require")


def _add(roles: tuple[Role, ...], asked: FleetRole, found: Found) -> None:
    """Adds the roles that aren't there yet and that somebody could be asked to assume."""
    services = 0
    for role in roles:
        if role.arn is None:
            found.left_out.append(f'the role "{role.name}" has no ARN yet')
        elif role.arn not in found.roles:
            policy, document = _declared(role)
            if policy is not None and _only_for_services(policy):
                services += 1
            elif not asked.spec.callers and document is None:
                found.left_out.append(f'the role "{role.name}" has no caller: name one with --caller')
            else:
                found.roles[role.arn] = replace(asked, role_arn=role.arn, declared_trust=document)
    if services:
        found.left_out.append(f"roles that only services of AWS assume: {services}")


def _declared(role: Role) -> tuple[Policy | None, Mapping[str, object] | None]:
    """The trust policy of a role as it is written down; nothing where it can't be known or read."""
    if role.trust_policy is None:
        return None, None
    try:
        policy = parse(role.trust_policy, stored=True)
    except PolicyError:
        return None, None
    text = role.trust_policy
    return policy, json.loads(text) if isinstance(text, str) else text


def _only_for_services(policy: Policy) -> bool:
    principals = [each.principals for each in policy.statements if each.effect == "Allow"]
    return bool(principals) and all(
        each is not None and not each.everyone and {entry.kind for entry in each.entries} == {"Service"}
        for each in principals
    )
