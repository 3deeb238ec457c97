"""Carries out a verification of many roles at once, and sums up what came of it."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import click

from rolecall import sts
from rolecall.errors import RolecallError
from rolecall.reports import role_name
from rolecall.verification import (
    Caller,
    Owner,
    RoleReport,
    Surroundings,
    VerifySpec,
    failures,
    is_refuted,
    verify_role,
)

from .consoles import asides
from .exits import ExitCode, Interrupted
from .many import WORKERS, Team
from .status import Status
from .verify_answer import TO_TERMINAL, Target, answer
from .verify_input import VerifyTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a verification takes from AWS.

    Attributes:
        callers: the callers of the task by name.
        owner: reads the roles.
        region: the STS endpoint asked where the task names none.
    """

    callers: Mapping[str, Caller]
    owner: Owner
    region: str


def open_with_boto(task: VerifyTask, prompt: Callable[[str], str]) -> Opened:
    """Gets the credentials of a task's callers and owner by boto3; each source is opened once.

    Args:
        task: whose callers.
        prompt: asks a person a question.

    Raises:
        ProbeError: not even the region can be found out.
    """
    defaults = sts.Defaults()
    credentials = sts.Credentials(defaults=defaults, prompt=lambda serial: prompt(f"MFA code for {serial}"))
    return Opened(
        callers=credentials.callers(task.spec.callers),
        owner=credentials.owner(task.owner),
        region=sts.default_region(defaults),
    )


def run(
    task: VerifyTask,
    *,
    target: Target = TO_TERMINAL,
    opened: Callable[[VerifyTask, Callable[[str], str]], Opened] = open_with_boto,
    workers: int = WORKERS,
) -> ExitCode:
    """Verifies the roles of a task and tells the reports in the order of the task.

    Args:
        task: what to verify.
        target: in which format to answer, and where to.
        opened: opens the task's callers.
        workers: roles verified at the same time.

    Returns:
        The exit code that sums it up.

    Raises:
        RolecallError: the callers can't be opened at all.
        CouldNotTell: the answer can't be written.
        Interrupted: after ^C; what was found out until then is told first.
    """
    reports: dict[str, RoleReport] = {}
    unverified: dict[str, str] = {}
    team = Team()
    interrupted = False
    try:
        with Status(asides(), total=len(task.role_arns), clock=time.monotonic) as status:

            def ask(question: str) -> str:
                return team.in_main_thread(lambda: status.ask(question))

            verify = _verifier(task, opened(task, ask), status, team)
            for role_arn, outcome in team.each(verify, task.role_arns, workers=workers):
                if isinstance(outcome, RolecallError):
                    unverified[role_arn] = str(outcome)
                elif isinstance(outcome, BaseException):
                    raise outcome
                else:
                    reports[role_arn] = outcome
                status.finished()
    except (KeyboardInterrupt, click.Abort):
        interrupted = True
        missing = (arn for arn in task.role_arns if arn not in reports and arn not in unverified)
        unverified |= dict.fromkeys(missing, "interrupted before there was an answer")
    ordered = [reports[arn] for arn in task.role_arns if arn in reports]
    answer(ordered, unverified, task.spec, target=target)
    if interrupted:
        raise Interrupted
    return exit_code(ordered, task.spec, unverified)


def exit_code(reports: Sequence[RoleReport], spec: VerifySpec, unverified: Mapping[str, str]) -> ExitCode:
    """What many reports come to: one that is not as declared outweighs any that could not be told."""
    failed = [failure for report in reports for failure in failures(report, spec)]
    if any(is_refuted(failure) for failure in failed):
        return ExitCode.NOT_AS_DECLARED
    return ExitCode.COULD_NOT_TELL if failed or unverified else ExitCode.AS_DECLARED


def _verifier(task: VerifyTask, opened: Opened, status: Status, team: Team) -> Callable[[str], RoleReport]:
    surroundings = Surroundings(run_id=secrets.token_hex(4), sleep=team.sleep)

    def verify(role_arn: str) -> RoleReport:
        return verify_role(
            role_arn,
            task.spec,
            callers=opened.callers,
            owner=opened.owner,
            surroundings=surroundings,
            default_region=opened.region,
            declared_trust=task.declared_trust,
            changed=task.changed,
            requirements=task.requirements,
            tell=lambda line: status.tell(role_name(role_arn), line),
        )

    return verify
