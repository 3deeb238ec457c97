"""The role as IAM has it now: read, parsed, and held against what was declared or proved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rolecall.errors import PolicyError
from rolecall.policy import Policy, canonical_hash, parse

from .ports import LiveRole, Owner, Surroundings, Unreadable
from .report import BrokenRequirement

READ_TIMEOUT_SECONDS = 15.0
"""How long IAM may take after a change to show the role as it was written."""
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 2.0


class Requirements(Protocol):
    """What every trust policy must meet, whatever its declaration says."""

    def broken(self, policy: Policy, role_arn: str | None) -> tuple[BrokenRequirement, ...]:
        """The requirements that the policy doesn't meet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is known of a role.

    Attributes:
        policy: its trust policy, where it could be read.
        sha256: hash of the trust policy in canonical form.
        unique_id: its ``AROA…``.
        unreadable: why ``policy`` is ``None``; else ``""``.
    """

    policy: Policy | None = None
    sha256: str | None = None
    unique_id: str | None = None
    unreadable: str = ""


def understand(role: LiveRole | Unreadable) -> Live:
    """What IAM answered, as far as it can be understood."""
    if isinstance(role, Unreadable):
        return Live(unreadable=role.cause)
    sha256 = canonical_hash(role.trust_policy)
    try:
        return Live(policy=parse(role.trust_policy, stored=True), sha256=sha256, unique_id=role.unique_id)
    except PolicyError as error:
        cause = f"the trust policy can't be understood: {error}"
        return Live(sha256=sha256, unique_id=role.unique_id, unreadable=cause)


def read(
    owner: Owner,
    role_arn: str,
    *,
    written: Mapping[str, object] | None,
    surroundings: Surroundings,
    tell: Callable[[str], None],
) -> Live:
    """Reads the role; where it was just written, until IAM shows what was written or the time is over."""
    started = surroundings.now()
    awaited = canonical_hash(written) if written is not None else None
    pause = _FIRST_PAUSE
    while True:
        role = owner.role(role_arn)
        live = understand(role)
        missing = isinstance(role, Unreadable) and role.missing
        stale = awaited is not None and (missing or live.sha256 not in {None, awaited})
        elapsed = (surroundings.now() - started).total_seconds()
        if not stale or elapsed >= READ_TIMEOUT_SECONDS:
            return live
        tell(f"waiting for IAM to show the role as it was written ({elapsed:.0f} s)")
        surroundings.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 2)


def broken(
    live: Live,
    role_arn: str,
    *,
    declared_trust: Mapping[str, object] | None,
    requirements: Requirements | None,
) -> tuple[BrokenRequirement, ...]:
    """What the live trust policy doesn't meet: the requirements, and being the declared one."""
    if live.policy is None:
        return ()
    found = requirements.broken(live.policy, role_arn) if requirements is not None else ()
    if declared_trust is None or live.sha256 == canonical_hash(declared_trust):
        return found
    sentence = "IAM holds another trust policy for this role than the one declared"
    return (*found, BrokenRequirement(requirement="declared-trust-policy", sentence=sentence))
