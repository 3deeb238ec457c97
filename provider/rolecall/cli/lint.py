"""``rolecall lint``: finds what is wrong with trust policies, from wherever they are, without any call."""

from pathlib import Path
from typing import Any

import click

EXAMPLES = """\b
Examples:
  A trust policy, or what shows roles; the kind of file is found out:
    rolecall lint trust.json
    aws iam get-account-authorization-details | rolecall lint -
    terraform show -json plan.out | rolecall lint -
    pulumi preview --json | rolecall lint -
  For a code host, with what is accepted left out:
    rolecall lint --format sarif --accept .rolecall-accept.yaml trust.json

Exit codes: 0 clean, 1 findings at or above the level, 2 misuse or bad input, 3 a policy isn't known yet.
"""

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command(epilog=EXAMPLES)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How to answer: for people, for machines, for code hosts.",
)
@click.option(
    "--severity",
    type=click.Choice(["note", "warning", "error"]),
    default="warning",
    show_default=True,
    help="The least severity that is shown and counts.",
)
@click.option(
    "--own-account", "own_accounts", metavar="ID", multiple=True, help="Not a third party. Repeatable."
)
@click.option("--organization", metavar="ID", help="The own organisation, such as o-a1b2c3d4e5.")
@click.option("--role", metavar="ARN", help="The role that a plain policy is for.")
@click.option("--require", metavar="FILE", type=_FILE, help="Requirements on trust policies (JSON, YAML).")
@click.option(
    "--accept",
    metavar="FILE",
    type=_FILE,
    help="Accepted findings (JSON, YAML). Default: .rolecall-accept.yaml, where there is one.",
)
@click.pass_context
def command(ctx: click.Context, /, *, form: str, **options: Any) -> None:
    """Find what is wrong with trust policies: who gets in that shouldn't, what doesn't do what it seems.

    FILE is a trust policy, or the output of aws iam get-role, list-roles or
    get-account-authorization-details, terraform show -json, pulumi preview --json or pulumi stack export;
    - is standard input.
    """
    from .lint_run import LintOptions, run  # noqa: PLC0415 - help loads none of it

    ctx.exit(run(LintOptions(**options), form=form))
