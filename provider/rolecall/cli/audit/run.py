"""Runs ``rolecall audit``: makes the graph, tells what is found in it, and chooses the exit code."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Final

import click

from rolecall.reach import build
from rolecall.reports.audit import Audit, audit, to_audit_document
from rolecall.reports.audit_table import draw_audit

from ..consoles import answers
from ..exits import ExitCode
from .accounts import Accounts

_FOUND: Final[Mapping[str, Callable[[Audit], Collection[object]]]] = {
    "outside": lambda found: found.outside,
    "third-party": lambda found: found.third_parties,
    "admin": lambda found: found.admin_paths,
}


def run(accounts: Accounts, *, fail_on: Collection[str], rows: int, as_json: bool) -> ExitCode:
    """Audit accounts.

    Args:
        accounts: what was read.
        fail_on: the questions whose answers count as found.
        rows: of a table at most.
        as_json: whether machines read the answer.
    """
    found = audit(build(accounts.read, own_accounts=accounts.own), unread=accounts.unread)
    if as_json:
        click.echo(json.dumps(to_audit_document(found), indent=2))
    else:
        draw_audit(found, answers(), rows=rows)
    if any(_FOUND[question](found) for question in fail_on):
        return ExitCode.NOT_AS_DECLARED
    return ExitCode.COULD_NOT_TELL if found.unread or found.problems else ExitCode.AS_DECLARED
