"""``rolecall audit``: who can assume what over many accounts, as tables or JSON, and an exit code."""

from pathlib import Path
from typing import Any

import click

EXAMPLES = """\b
Examples:
  Files that hold what `aws iam get-account-authorization-details` printed, one an account:
    rolecall audit accounts/
  The accounts of two profiles:
    rolecall audit --profile tools --profile prod
  All accounts of an organization, by a role that reads each:
    rolecall audit --org --via role/Reader --json

Exit codes: 0 nothing found, 1 something found, 2 misuse or bad input, 3 nothing found, but not everything
could be read, 130 interrupted.
"""

QUESTIONS = ("outside", "third-party", "admin")


@click.command(epilog=EXAMPLES)
@click.argument(
    "directory",
    metavar="[DIR]",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--profile", "profiles", metavar="PROFILE", multiple=True, help="Read its account. Repeatable.")
@click.option("--org", "organization", is_flag=True, help="Read all accounts of the organization.")
@click.option("--via", metavar="role/NAME", help="With --org: the role of each account that may read it.")
@click.option(
    "--own", "own_accounts", metavar="ACCOUNT", multiple=True, help="Not outside either. Repeatable."
)
@click.option(
    "--fail-on",
    type=click.Choice(QUESTIONS),
    multiple=True,
    default=QUESTIONS,
    show_default=True,
    help="What counts as found. Repeatable.",
)
@click.option(
    "--rows", type=click.IntRange(1), default=25, show_default=True, help="Rows of a table at most."
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON (format 1) instead of tables.")
@click.pass_context
def command(
    ctx: click.Context, /, *, rows: int, as_json: bool, fail_on: tuple[str, ...], **options: Any
) -> None:
    """Tell who can assume which roles: from outside, without external ID, over chains, up to admin.

    Nothing is assumed and nothing is changed; with --via, only the role that reads.
    """
    from .accounts import AuditOptions, read_accounts  # noqa: PLC0415 - help loads none of it
    from .run import run  # noqa: PLC0415

    ctx.exit(run(read_accounts(AuditOptions(**options)), fail_on=fail_on, rows=rows, as_json=as_json))


__all__ = ["command"]
