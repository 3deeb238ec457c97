"""Reads trust policies from files and standard input."""

from dataclasses import replace

import click

from rolecall.errors import DeclarationError
from rolecall.policy import Arn, Policy, parse

from .exits import BadInput


def read_policy(file: str) -> Policy:
    """The trust policy in a file; ``-`` is standard input.

    Raises:
        BadInput: with every fault of the policy; a file that can't be read is one, too.
    """
    try:
        with click.open_file(file, "rb") as opened:
            content = opened.read()
        return parse(content, stored=True)
    except OSError as error:
        raise click.FileError(file, error.strerror or "cannot be read") from error
    except DeclarationError as error:
        faults = [replace(fault, path=f"{file}{fault.path}") for fault in error.faults]
        raise BadInput(faults) from error


def check_role(role: str | None) -> None:
    """Refuse what is no ARN of a role.

    Raises:
        click.BadParameter: it is none.
    """
    if role is None:
        return
    try:
        found = Arn.parse(role).is_role
    except DeclarationError:
        found = False
    if not found:
        raise click.BadParameter(f"{role!r} is not the ARN of a role", param_hint="--role")
