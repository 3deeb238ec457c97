"""Reads the inputs of a verification into checked values, as far as a preview knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi.output import contains_unknowns

from rolecall.errors import Fault
from rolecall.guarantee import Requirements, read_requirements
from rolecall.policy import Arn, Policy
from rolecall.verification import BrokenRequirement, VerifySpec

from .documents import decoded, parsed
from .faults import gather
from .redaction import Redaction
from .settings import verify_spec

_REMEDY: Final = "Give the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME."


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The inputs of a ``RoleVerification``, checked.

    Attributes:
        role_arn: the role; ``""`` where it isn't known yet.
        trust: its declared trust policy; ``None`` where it isn't known yet, or the live one counts.
        policy: ``trust``, parsed.
        spec: the settings; every default where they aren't known yet.
        requirements: what every trust policy must meet; ``None`` where nothing is required.
        faults: what is wrong with the inputs that are known.
        redact: removes the external IDs from texts.
    """

    role_arn: str
    trust: Mapping[str, object] | None
    policy: Policy | None
    spec: VerifySpec
    requirements: Requirements | None
    faults: tuple[Fault, ...]
    redact: Redaction

    def broken(self) -> tuple[BrokenRequirement, ...]:
        """The requirements that the declared trust policy doesn't meet.

        Empty as long as the role isn't known: whether a principal is a third party depends on its account.
        """
        if self.policy is None or self.requirements is None or not self.role_arn:
            return ()
        return self.requirements.broken(self.policy, self.role_arn)


def read_inputs(inputs: Mapping[str, Any]) -> Declared:
    """Checks the inputs; what a preview doesn't know yet is left out, and never a fault.

    Args:
        inputs: by name; values may hold Pulumi's ``Unknown``, and whole numbers may be floats.
    """
    known = {name: value for name, value in inputs.items() if not contains_unknowns(value)}
    role_arn, raw_trust = known.get("role_arn"), known.get("trust_policy")
    verify, require = known.get("verify"), known.get("require")
    faults: list[Fault] = []
    trust = gather(faults, lambda: decoded(raw_trust, "trust_policy")) if raw_trust is not None else None
    policy = gather(faults, lambda: parsed(raw_trust, "trust_policy")) if trust is not None else None
    spec = gather(faults, lambda: verify_spec(verify))
    requirements = gather(faults, lambda: read_requirements(require, path="require")) if require else None
    if "role_arn" in known or "role_arn" not in inputs:
        faults.extend(_faults_of_role(role_arn))
    redact = Redaction.of(trust, verify)
    return Declared(
        role_arn=role_arn if isinstance(role_arn, str) else "",
        trust=trust,
        policy=policy,
        spec=spec or VerifySpec(),
        requirements=requirements,
        faults=tuple(replace(fault, problem=redact(fault.problem)) for fault in faults),
        redact=redact,
    )


def _faults_of_role(role_arn: object) -> list[Fault]:
    if isinstance(role_arn, str):
        found: list[Fault] = []
        arn = gather(found, lambda: Arn.parse(role_arn, path="role_arn"))
        if found or (arn is not None and arn.is_role):
            return found
    return [Fault("role_arn", f"{role_arn!r} isn't the ARN of a role", _REMEDY)]
