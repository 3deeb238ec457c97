"""Runs ``rolecall lint``: reads files and settings, lints every role, prints what was found."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.guarantee import Requirements
from rolecall.inventory import Role, lines_of, read_roles
from rolecall.lint import Acceptance, LintContext, Severity, lint_document, read_acceptances, weigh
from rolecall.policy import Arn
from rolecall.policy.formats import ACCOUNT_ID, fault_of
from rolecall.reports import safe
from rolecall.reports.linted import LintedRole, counts, lint_document_of

from .consoles import answers, asides
from .exits import ExitCode
from .settings import load, read_require, section

ACCEPTED_FILE: Final = Path(".rolecall-accept.yaml")
"""Where accepted findings are looked for if no file is given."""

_STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOptions:
    """The options as they were given.

    Attributes:
        files: what to lint; ``-`` for standard input.
        severity: the least that is shown and counts.
        own_accounts: account IDs that are no third parties.
        organization: the own organisation's ID.
        role: ARN of the role that plain policies are for.
        require: file with requirements.
        accept: file with accepted findings.
    """

    files: tuple[str, ...]
    severity: str = "warning"
    own_accounts: tuple[str, ...] = ()
    organization: str | None = None
    role: str | None = None
    require: Path | None = None
    accept: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What to do, checked."""

    texts: Mapping[str, str]
    roles: tuple[Role, ...]
    context: LintContext
    requirements: Requirements | None
    acceptances: tuple[Acceptance, ...]
    level: Severity


def run(options: LintOptions, *, form: str, now: datetime | None = None) -> ExitCode:
    """Lints everything and prints the answer.

    Args:
        options: what the user gave.
        form: ``text``, ``json`` or ``sarif``.
        now: the present moment, with a time zone; that of the clock where it is left out.

    Raises:
        DeclarationError: with everything that is wrong with files and options.
    """
    task = _read(options, now or datetime.now(UTC))
    linted = [_lint(role, task) for role in task.roles]
    for role in linted:
        if not role.looked_at:
            name = f"{role.file}: role {role.name}"
            told = f"{safe(name)}: its trust policy isn't known yet, or is encrypted; it was not looked at"
            asides().print(told, soft_wrap=True)
    shown = [_cut(role, task.level) for role in linted]
    hidden = sum(len(whole.weighed) - len(cut.weighed) for whole, cut in zip(linted, shown, strict=True))
    _print(shown, task, form=form, hidden=hidden)
    if any(counts(shown).values()):
        return ExitCode.NOT_AS_DECLARED
    return ExitCode.AS_DECLARED if all(role.looked_at for role in linted) else ExitCode.COULD_NOT_TELL


def _lint(role: Role, task: _Task) -> LintedRole:
    arn = role.arn or task.context.role_arn
    facts = LintedRole(role.source.file, role.source.pointer, role.name, arn, (), looked_at=False)
    if role.trust_policy is None:
        return facts
    context = replace(task.context, role_arn=arn, max_session_duration=role.max_session_duration)
    findings = lint_document(role.trust_policy, context=context, requirements=task.requirements)
    places = [role.name, role.source.file, PurePath(role.source.file).name, *([arn] if arn else [])]
    today = (task.context.now or datetime.now(UTC)).date()
    weighed = weigh(findings, task.acceptances, places=places, today=today)
    return replace(facts, weighed=weighed, looked_at=True)


def _cut(role: LintedRole, level: Severity) -> LintedRole:
    return replace(role, weighed=tuple(each for each in role.weighed if each.finding.severity.reaches(level)))


def _print(roles: Sequence[LintedRole], task: _Task, *, form: str, hidden: int) -> None:
    console = answers()
    if form == "json":
        console.print(json.dumps(lint_document_of(roles), indent=2), soft_wrap=True)
    elif form == "sarif":
        from rolecall.reports.sarif import to_sarif  # noqa: PLC0415 - only where asked for

        lines = {file: lines_of(text, _pointers(roles, file)) for file, text in task.texts.items()}
        log = to_sarif(roles, version=version("rolecall"), lines=lines)
        console.print(json.dumps(log, indent=2), soft_wrap=True)
    else:
        from rolecall.reports.lint_text import draw_lint  # noqa: PLC0415 - only where asked for

        draw_lint(roles, console, hidden=hidden)


def _pointers(roles: Iterable[LintedRole], file: str) -> list[str]:
    return [role.pointer + each.finding.path for role in roles if role.file == file for each in role.weighed]


def _read(options: LintOptions, now: datetime) -> _Task:
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    roles: list[Role] = []
    for file in dict.fromkeys(options.files):
        try:
            content = _content(file)
            roles += read_roles(content, file=file)
            texts[file] = content.decode("utf-8-sig")
        except DeclarationError as error:
            faults += error.faults
    faults += filter(None, (fault_of(ACCOUNT_ID, each, "--own-account") for each in options.own_accounts))
    if options.role is not None:
        faults += _role_faults(options.role)
    requirements: Requirements | None = None
    acceptances: tuple[Acceptance, ...] = ()
    try:
        requirements = read_require(options.require) if options.require else None
    except DeclarationError as error:
        faults += error.faults
    try:
        acceptances = _acceptances(options.accept)
    except DeclarationError as error:
        faults += error.faults
    if faults:
        raise DeclarationError(faults)
    own = {*options.own_accounts, *(requirements.own_accounts if requirements else ())}
    context = LintContext(
        role_arn=options.role, own_accounts=frozenset(own), organization_id=options.organization, now=now
    )
    return _Task(
        texts=texts,
        roles=tuple(roles),
        context=context,
        requirements=requirements,
        acceptances=acceptances,
        level=Severity(options.severity),
    )


def _content(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        fault = Fault(file, f"it cannot be read: {error.strerror}", "Name a file that is there, or - ")
        raise DeclarationError([fault]) from error


def _role_faults(arn: str) -> tuple[Fault, ...]:
    try:
        if Arn.parse(arn, path="--role").is_role:
            return ()
    except DeclarationError as error:
        return error.faults
    return (
        Fault("--role", f'"{arn}" is not the ARN of a role', "It looks like arn:aws:iam::ACCOUNT:role/NAME"),
    )


def _acceptances(file: Path | None) -> tuple[Acceptance, ...]:
    if file is None:
        file = ACCEPTED_FILE if ACCEPTED_FILE.is_file() else None
    if file is None:
        return ()
    path = f"--accept {file.name}"
    return read_acceptances(section(load(file, path=path), "accept") or [], path=path)
