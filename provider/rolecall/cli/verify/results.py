"""What a run over many roles has found out so far, kept where it doesn't fill the memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rolecall.verification import (
    FleetRole,
    RoleReport,
    Verdict,
    VerifySpec,
    failures,
    is_refuted,
    overdue,
)

from ..exits import ExitCode
from .journal import Journal


@dataclass(slots=True, kw_only=True)
class Results:
    """The reports of some roles, which can be gone through again and again, in the order of the roles.

    Attributes:
        roles: the roles.
        gates: by whose rules a report is as declared.
        journal: keeps the reports.
        default_region: the STS endpoint asked where a role names none.
        unverified: roles of which nothing could be found out, by ARN, with the reason.
        verdicts: of each role that has a report, by ARN.
    """

    roles: Sequence[FleetRole]
    gates: VerifySpec
    journal: Journal
    default_region: str
    unverified: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, Verdict | None] = field(default_factory=dict)
    _failed: bool = False
    _refuted: bool = False

    def take_up(self, now: datetime) -> list[FleetRole]:
        """Counts what the journal already answers, and returns the roles that are still to be verified.

        A report that is too old, or could not tell, is no answer.
        """
        missing = []
        for role in self.roles:
            report = self._find(role)
            if report is None or _is_open(report) or overdue(report, self.gates.max_age_seconds, now):
                missing.append(role)
            else:
                self._count(report)
        return missing

    def add(self, role: FleetRole, report: RoleReport) -> None:
        """Keeps the report of a role."""
        self.journal.add(self._question(role), report)
        self._count(report)

    def give_up(self, reason: str) -> None:
        """Notes a reason for every role of which nothing is known."""
        known = self.verdicts.keys() | self.unverified.keys()
        self.unverified |= {role.role_arn: reason for role in self.roles if role.role_arn not in known}

    def __len__(self) -> int:
        return len(self.verdicts)

    def __iter__(self) -> Iterator[RoleReport]:
        return self._reports(self.roles)

    def by_arn(self) -> Iterator[RoleReport]:
        """The reports in the order of the roles' ARNs."""
        return self._reports(sorted(self.roles, key=lambda role: role.role_arn))

    def exit_code(self) -> ExitCode:
        """What it all comes to: a role that is not as declared outweighs any that could not be told."""
        if self._refuted:
            return ExitCode.NOT_AS_DECLARED
        return ExitCode.COULD_NOT_TELL if self._failed or self.unverified else ExitCode.AS_DECLARED

    def _reports(self, roles: Sequence[FleetRole]) -> Iterator[RoleReport]:
        for role in roles:
            if role.role_arn in self.verdicts:
                report = self._find(role)
                if report is not None:
                    yield report

    def _find(self, role: FleetRole) -> RoleReport | None:
        return self.journal.find(self._question(role))

    def _question(self, role: FleetRole) -> str:
        return role.question(default_region=self.default_region, salt=self.journal.salt)

    def _count(self, report: RoleReport) -> None:
        self.verdicts[report.role_arn] = report.verdict
        failed = failures(report, self.gates)
        self._failed = self._failed or bool(failed)
        self._refuted = self._refuted or any(is_refuted(failure) for failure in failed)


def _is_open(report: RoleReport) -> bool:
    return report.verdict is Verdict.INCONCLUSIVE or bool(report.trust_unreadable)
