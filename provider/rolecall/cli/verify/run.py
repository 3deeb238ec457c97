"""Carries out a verification of many roles at once, and sums up what came of it."""

import secrets
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from rolecall import sts
from rolecall.errors import RolecallError
from rolecall.reports import role_name, safe
from rolecall.verification import Access, FleetRole, RoleReport, Surroundings, Team, verify_fleet
from rolecall.verification.many import WORKERS

from ..consoles import asides
from ..exits import ExitCode, Interrupted
from .answer import TO_TERMINAL, Target, answer
from .journal import Journal
from .receipts import outcome_code
from .results import Results
from .status import Status
from .task import VerifyTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How a task is carried out, whatever it asks.

    Attributes:
        concurrency: roles verified at the same time.
        rate: calls a second of each calling account; infinite for no limit.
        resume: file that keeps the reports for a later run; ``None`` to keep them for this one only.
    """

    concurrency: int = WORKERS
    rate: float = sts.CALLS_PER_SECOND
    resume: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a verification takes from AWS.

    Attributes:
        access: opens callers and owners.
        region: the STS endpoint asked where a role names none.
    """

    access: Access
    region: str


Open = Callable[[float, Callable[[str], str]], Opened]
"""Opens what AWS is asked with, given the calls a second of each account and a way to ask a person."""


def open_with_boto(rate: float, prompt: Callable[[str], str]) -> Opened:
    """Gets credentials by boto3; each source is opened once, for all roles and threads.

    Args:
        rate: calls a second of each calling account.
        prompt: asks a person a question.

    Raises:
        ProbeError: not even the region can be found out.
    """
    defaults = sts.Defaults()
    credentials = sts.Credentials(
        defaults=defaults,
        prompt=lambda serial: prompt(f"MFA code for {serial}"),
        pace=sts.Pace(calls_per_second=rate),
    )
    return Opened(access=credentials, region=sts.default_region(defaults))


def run(
    task: VerifyTask,
    *,
    target: Target = TO_TERMINAL,
    running: Running = Running(),
    opened: Open = open_with_boto,
) -> ExitCode:
    """Verifies the roles of a task and tells the reports in the order of the task.

    Args:
        task: what to verify.
        target: in which format to answer, and where to.
        running: how many at once, how fast, and where results are kept.
        opened: opens what AWS is asked with.

    Returns:
        The exit code that sums it up.

    Raises:
        DeclarationError: the file that shall keep the results can't.
        RolecallError: AWS can't be asked at all.
        CouldNotTell: the answer can't be written.
        Interrupted: after ^C; what was found out until then is told first.
    """
    for sentence in (*task.unrepeated, *task.left_out):
        asides().print(safe(sentence), soft_wrap=True)
    kept = Journal.at(running.resume) if running.resume is not None else Journal.temporary()
    with closing(kept) as journal:
        run_id = secrets.token_hex(4)
        results, interrupted = _verified(task, journal, running, opened, run_id)
        answer(results, target=target)
        _tell_of(journal, running.resume)
        if interrupted:
            raise Interrupted
        if task.receipts.target is None:
            return _lower(results.exit_code(), task, journal)
        reports = list(results)
        task.receipts.written(reports, task.spec, run_id=run_id, declared_trust=task.roles[0].declared_trust)
        return outcome_code(reports, results.unverified)


def _verified(
    task: VerifyTask, journal: Journal, running: Running, opened: Open, run_id: str
) -> tuple[Results, bool]:
    """What was found out, and whether somebody pressed ^C before that was everything."""
    team = Team()
    surroundings = Surroundings(run_id=run_id, sleep=team.sleep)
    with Status(asides(), total=len(task.roles), clock=time.monotonic) as status:
        world = opened(running.rate, lambda question: team.in_main_thread(lambda: status.ask(question)))
        results = Results(roles=task.roles, gates=task.spec, journal=journal, default_region=world.region)
        missing = results.take_up(surroundings.now())
        status.finished(len(results))
        fleet = verify_fleet(
            missing,
            access=world.access,
            surroundings=surroundings,
            default_region=world.region,
            team=team,
            concurrency=running.concurrency,
            tell=lambda role_arn, line: status.tell(role_name(role_arn), line),
        )
        try:
            for role, outcome in fleet:
                if isinstance(outcome, RolecallError):
                    results.unverified[role.role_arn] = str(outcome)
                else:
                    results.add(role, _joined(task, role, outcome, world.access, surroundings))
                status.finished()
        except (KeyboardInterrupt, click.Abort):
            results.give_up("interrupted before there was an answer")
            return results, True
    return results, False


def _joined(
    task: VerifyTask, role: FleetRole, report: RoleReport, access: Access, surroundings: Surroundings
) -> RoleReport:
    """A report with what somebody else's receipts state about its role."""
    return task.receipts.joined(
        report,
        access.owner(role.spec.owner),
        declared_trust=role.declared_trust,
        now=surroundings.now(),
    )


def _tell_of(journal: Journal, file: Path | None) -> None:
    """What a person should know about the file that keeps the results."""
    complaints = asides()
    if journal.unread:
        complaints.print(
            f"{file}: lines that could not be read: {journal.unread}; their roles were verified anew",
            soft_wrap=True,
        )
    if journal.failure:
        complaints.print(f"{file}: not all results could be kept: {journal.failure}", soft_wrap=True)


def _lower(code: ExitCode, task: VerifyTask, journal: Journal) -> ExitCode:
    """The exit code, which is never 0 where a declared verification wasn't made, or results weren't kept."""
    falls_short = bool(journal.failure or task.unrepeated)
    return ExitCode.COULD_NOT_TELL if falls_short and code is ExitCode.AS_DECLARED else code
