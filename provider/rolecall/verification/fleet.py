"""Verifies many roles at once, with one set of callers for all of them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Final, Protocol

from rolecall.errors import RolecallError
from rolecall.policy import canonical_hash

from .live import Requirements
from .many import WORKERS, Team
from .ports import Caller, Owner, Surroundings
from .report import RoleReport
from .run import verify_role
from .spec import CallerSource, VerifySpec

_REACTIONS: Final = frozenset(
    {
        "allowed_timeout_seconds",
        "denied_timeout_seconds",
        "on_pending",
        "on_inconclusive",
        "require",
        "max_age_seconds",
    }
)
"""Fields of a ``VerifySpec`` that say what is done about answers; the others say what is asked."""


class Access(Protocol):
    """Opens callers and owners; those of one source share credentials, so each source is opened once."""

    def callers(self, sources: Sequence[CallerSource]) -> Mapping[str, Caller]:
        """The callers by name."""
        ...

    def owner(self, source: CallerSource | None) -> Owner:
        """Who reads roles: a source, or the default credentials."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRole:
    """One role of a fleet, with what is asked about it.

    Attributes:
        role_arn: the role.
        spec: who tries, what is expected, who reads the role.
        declared_trust: the trust policy that was declared; ``None`` to take the live one at its word.
        requirements: what the live trust policy must meet besides.
        changed: the role was just changed, so a wrong answer may be "not yet".
    """

    role_arn: str
    spec: VerifySpec
    declared_trust: Mapping[str, object] | None = None
    requirements: Requirements | None = None
    changed: bool = False

    def question(self, *, default_region: str, salt: bytes) -> str:
        """A fingerprint of what is asked, by which an answer to another question is told.

        It changes with the callers, what they send and what is expected, not with what is done about the
        answers. External IDs are part of it, so it must not be published without a salt.

        Args:
            default_region: the STS endpoint asked where ``regions`` are empty.
            salt: up to 64 bytes, the same wherever two fingerprints shall be compared.
        """
        asked = {
            "role": self.role_arn,
            "region": None if self.spec.regions else default_region,
            "spec": {name: value for name, value in asdict(self.spec).items() if name not in _REACTIONS},
            "trust": canonical_hash(self.declared_trust) if self.declared_trust is not None else None,
            "requirements": repr(self.requirements),
        }
        return blake2b(json.dumps(asked, sort_keys=True).encode(), key=salt, digest_size=16).hexdigest()


def verify_fleet(
    roles: Iterable[FleetRole],
    *,
    access: Access,
    surroundings: Surroundings,
    default_region: str,
    team: Team | None = None,
    concurrency: int = WORKERS,
    tell: Callable[[str, str], None] = lambda _arn, _line: None,
    idle: Callable[[], None] = lambda: None,
    idle_seconds: float | None = None,
) -> Iterator[tuple[FleetRole, RoleReport | RolecallError]]:
    """Verifies roles in threads, and yields each with its report as soon as that has come.

    Nothing is held of a role that was yielded, and roles are drawn as they are needed. Closing the iterator,
    or an exception where its results are taken, ends the verifications that wait by ``team.sleep``.

    Args:
        roles: the roles; one that stands there twice is verified twice.
        access: opens the callers and owners of all roles.
        surroundings: clock, sleep and the mark of this run; its ``sleep`` is the team's where waiting
            shall end with the iterator.
        default_region: the STS endpoint asked where a role's ``regions`` are empty.
        team: the threads; ``None`` for a team of its own.
        concurrency: roles verified at the same time.
        tell: told, in the threads, which role (by ARN) waits for what.
        idle: called where results are taken whenever none has come for ``idle_seconds``; what it raises
            ends the iteration.
        idle_seconds: ``None`` to wait in one piece.

    Yields:
        The role and its report; the error instead, where a role could not even be asked about.

    Raises:
        Exception: a defect, in whichever thread it came up.
    """

    def verify(role: FleetRole) -> RoleReport:
        return verify_role(
            role.role_arn,
            role.spec,
            callers=access.callers(role.spec.callers),
            owner=access.owner(role.spec.owner),
            surroundings=surroundings,
            default_region=default_region,
            declared_trust=role.declared_trust,
            changed=role.changed,
            requirements=role.requirements,
            tell=lambda line: tell(role.role_arn, line),
        )

    team = team if team is not None else Team()
    results = team.each(verify, roles, workers=concurrency, idle=idle, idle_seconds=idle_seconds)
    with closing(results):
        for role, outcome in results:
            if isinstance(outcome, BaseException) and not isinstance(outcome, RolecallError):
                raise outcome
            yield role, outcome
