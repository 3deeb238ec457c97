"""Gets temporary credentials and hands them on: to a command, to a browser, or to standard output."""

import os
import sys
from collections.abc import Callable
from typing import Final

import click

from rolecall import sts
from rolecall.errors import DeclarationError, ProbeError
from rolecall.reports import safe
from rolecall.sts import Issued, Keys, MfaCode, NotIssued
from rolecall.verification import CallerSource

from .. import child
from ..exits import ExitCode, Refused
from .formats import FORMATS, environment
from .handover import open_in_browser
from .reading import Delivery, Task

_REFUSAL_CHARACTERS: Final = 2000


def run(task: Task, *, opened: Callable[[str], bool] = open_in_browser) -> int:
    """Gets the credentials of a task, once, and hands them on.

    Args:
        task: what to get.
        opened: opens a secret URL in a browser, and says whether it did.

    Returns:
        0, or the exit code of the task's command.

    Raises:
        DeclarationError: the caller's credentials are a session, which can't get what is asked.
        Refused: STS refused.
        ProbeError: STS or the sign-in endpoint couldn't be asked.
    """
    keys = _opened(task)
    found = task.ask(keys, _code(task.source), keys.region)
    if isinstance(found, NotIssued):
        raise Refused(safe(f"{found.what}: {found.sentence}", limit=_REFUSAL_CHARACTERS))
    return _deliver(found, task.delivery, task.region or keys.session.region_name, opened)


def _opened(task: Task) -> Keys:
    defaults = sts.Defaults(region=task.region)
    if task.source is None:
        return sts.open_without_keys(defaults)
    keys = sts.Credentials(defaults=defaults).keys(task.source)
    if task.faults_of_session and sts.is_session(keys):
        raise DeclarationError(task.faults_of_session)
    return keys


def _code(source: CallerSource | None) -> MfaCode | None:
    if source is None or source.mfa_serial is None or source.mfa_code is None:
        return None
    return MfaCode(source.mfa_serial, sts.read_code(source.mfa_code, source.mfa_serial, _prompt))


def _prompt(serial: str) -> str:
    return str(click.prompt(f"MFA code for {serial}", err=True, hide_input=True))


def _deliver(issued: Issued, delivery: Delivery, region: str | None, opened: Callable[[str], bool]) -> int:
    if delivery.words:
        return child.run(delivery.words, environment(issued, region, os.environ))
    if delivery.link is None:
        click.echo(FORMATS[delivery.format_name](issued, region))
        _warn(f"these are secrets until {issued.expires_at:%H:%M} UTC")
        return ExitCode.AS_DECLARED
    url = sts.sign_in_url(issued, delivery.link)
    if not delivery.open_link:
        click.echo(url)
        _warn(f"whoever opens this link within {sts.LINK_MINUTES} minutes is signed in")
    elif not opened(url):
        raise ProbeError("no browser opened the link. Print it with --console, and open it by hand.")
    return ExitCode.AS_DECLARED


def _warn(about: str) -> None:
    """Tells a person who looks at a secret that it is one; a program has been told by the help."""
    if sys.stdout.isatty():
        click.echo(f"Note: {about}.", err=True)
