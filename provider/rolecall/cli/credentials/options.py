"""The options that ``rolecall assume`` and ``rolecall session`` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FORMAT_NAMES: Final = ("env", "fish", "powershell", "json", "credential-process")
"""Kept here as well as in the table of formats, which help doesn't load."""

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)

_OPTIONS: Final = (
    click.option(
        "--caller",
        metavar="PROFILE|ambient",
        default="ambient",
        show_default=True,
        help="Whose credentials ask.",
    ),
    click.option("--mfa-serial", metavar="ARN", help="The caller's MFA device; its code is asked for."),
    click.option("--mfa-code-env", metavar="NAME", help="Environment variable with the MFA code."),
    click.option("--mfa-code-command", metavar="CMD", help="Command that prints the MFA code."),
    click.option("--duration", metavar="SECONDS", type=int, help="How long the credentials last."),
    click.option("--policy", metavar="FILE", type=_FILE, help="Session policy: no more than this (JSON)."),
    click.option(
        "--policy-arn", "policy_arns", metavar="ARN", multiple=True, help="The same, managed. Repeatable."
    ),
    click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="Session tag. Repeatable."),
    click.option("--region", metavar="REGION", help="Region to ask in, and to work in."),
    click.option(
        "--format",
        "format_name",
        type=click.Choice(FORMAT_NAMES),
        help="How to print the credentials. Default: env, for sh.",
    ),
    click.option("--console", is_flag=True, help="Print a link that signs in to the AWS console instead."),
    click.option("--open", "open_link", is_flag=True, help="Open that link in a browser instead."),
    click.option("--destination", metavar="URL|PATH", help="The page of the console to begin at."),
    click.option("--issuer", metavar="URL", help="Where the console sends people when the session ends."),
    click.option(
        "--session-duration", metavar="SECONDS", type=int, help="How long the console's session lasts."
    ),
    click.option(
        "--sign-in-endpoint",
        metavar="URL",
        envvar="ROLECALL_SIGNIN_URL",
        show_envvar=True,
        help="Federation endpoint in place of AWS's.",
    ),
    click.argument("words", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED),
)


def credential_options(command: Command) -> Command:
    """Gives a command the caller, what limits the session, and the ways to hand it on."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
