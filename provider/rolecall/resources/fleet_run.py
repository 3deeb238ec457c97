"""Verifies or compares the roles of a fleet in threads, and tells how far it is."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from rolecall.errors import RolecallError
from rolecall.reports import role_name, safe
from rolecall.verification import FleetRole, RoleReport, Team, Verdict, reconsider, verify_fleet

from .door import EngineCall
from .engine import StatusLine
from .fleet_inputs import DeclaredFleet
from .fleet_proof import FleetProof
from .outside import SLICE_SECONDS, EngineGone, Outside, require_engine
from .providing import urn_of

_BETWEEN_LINES: Final = timedelta(seconds=0.25)
"""More lines than that nobody can read, and each is a call to the engine."""


@dataclass(slots=True)
class _Progress:
    """Tells in one line how many roles are proved, and what the others wait for."""

    status: StatusLine
    total: int
    proved: int
    told_at: datetime | None = None
    waiting: dict[str, str] = field(default_factory=dict)

    def settled(self, role_arn: str, verdict: Verdict | None) -> None:
        """One more role has its verdict."""
        self.waiting.pop(role_arn, None)
        self.proved += verdict is Verdict.PROVED

    def tell(self, now: datetime) -> None:
        """Shows the line, unless it was shown a moment ago."""
        if self.told_at is not None and now - self.told_at < _BETWEEN_LINES:
            return
        self.told_at = now
        line = f"{self.proved} of {self.total} roles proved"
        role_arn, waits = next(iter(self.waiting.copy().items()), ("", ""))
        self.status(f"{line}; {safe(role_name(role_arn))}: {waits}" if waits else line)


def prove(
    due: Sequence[FleetRole],
    proof: FleetProof,
    declared: DeclaredFleet,
    *,
    outside: Outside,
    call: EngineCall | None,
) -> None:
    """Verifies the roles that are due, and adds what comes of each to the proof.

    Nothing is raised where roles can't even be asked about: the proof says why.
    """
    team, members = Team(), declared.members
    access = outside.credentials
    if declared.calls_per_second is not None:
        access = access.paced(declared.calls_per_second)
    kept = sum(each["verdict"] == Verdict.PROVED for each in proof.verdicts.values())
    progress = _Progress(StatusLine(urn_of(call)), total=len(members), proved=kept)
    left = {role.role_arn for role in due}

    def tell(role_arn: str, line: str) -> None:
        progress.waiting[role_arn] = members[role_arn].redact(line)

    def idle() -> None:
        require_engine(call)
        progress.tell(outside.now())

    try:
        results = verify_fleet(
            due,
            access=access,
            surroundings=outside.surroundings(call, heed=lambda: team.sleep(0)),
            default_region=outside.region(),
            team=team,
            concurrency=declared.concurrency,
            tell=tell,
            idle=idle,
            idle_seconds=SLICE_SECONDS,
        )
        for role, outcome in results:
            if isinstance(outcome, EngineGone):
                raise outcome
            left.discard(role.role_arn)
            if isinstance(outcome, RoleReport):
                proof.add(members[role.role_arn], outcome)
                progress.settled(role.role_arn, outcome.verdict)
            else:
                proof.give_up(members[role.role_arn], str(outcome))
                progress.settled(role.role_arn, None)
            progress.tell(outside.now())
    except RolecallError as error:
        # Raising would lose what is known of the others, and keep older proofs in the state.
        for role_arn in left:
            proof.give_up(members[role_arn], str(error))


def compare(
    declared: DeclaredFleet,
    reports: Mapping[str, RoleReport],
    *,
    outside: Outside,
    call: EngineCall | None,
) -> tuple[FleetProof, dict[str, list[str]]]:
    """Holds proofs against the live trust policies, without a call to STS.

    Returns:
        What they are still worth, and by ARN what kept roles from being compared, whose proofs stay.

    Raises:
        EngineGone: nobody waits for the answer any more.
    """

    def look(role: FleetRole) -> RoleReport:
        return reconsider(
            reports[role.role_arn],
            outside.credentials.owner(role.spec.owner).role(role.role_arn),
            spec=role.spec,
            declared_trust=role.declared_trust,
            requirements=role.requirements,
            now=outside.now(),
        )

    proof, unread = FleetProof(declared.gates), dict[str, list[str]]()
    proved = [member.role for arn, member in declared.members.items() if arn in reports]
    results = Team().each(
        look,
        proved,
        workers=declared.concurrency,
        idle=lambda: require_engine(call),
        idle_seconds=SLICE_SECONDS,
    )
    with closing(results):
        for role, outcome in results:
            arn, member = role.role_arn, declared.members[role.role_arn]
            if isinstance(outcome, RoleReport):
                proof.add(member, outcome)
            elif isinstance(outcome, RolecallError):
                unread[arn] = [f"the proof of {arn} could not be compared: {member.redact(str(outcome))}"]
                proof.add(member, reports[arn])
            else:
                raise outcome
    for arn, member in declared.members.items():
        if arn not in reports:
            proof.give_up(member, "there is no proof to compare: the next run will prove.")
    return proof, unread
