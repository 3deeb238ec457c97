"""``rolecall guarantee``: says of every possible request whether a trust policy keeps what it should."""

from typing import Any

import click

EXAMPLES = """\b
Examples:
  Does anybody of another account get in without an external ID, or without one of these?
    rolecall guarantee trust.json --external-id --own-account 222222222222
    rolecall guarantee trust.json --external-id-listed acme-3f1c9a0e7b52
  Does every user and role come with MFA, and is it nobody but these?
    rolecall guarantee trust.json --mfa --only 111111111111 --only ec2.amazonaws.com
  Is it only this repository's workflows, or only this organization?
    rolecall guarantee trust.json --only-repo acme/infra
    rolecall guarantee trust.json --within-org o-a1b2c3d4e5

Exit codes: 0 all hold, 1 one is broken, 2 misuse or bad input, 3 could not tell, 130 interrupted.
"""

_FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.command(epilog=EXAMPLES)
@click.argument("policy", metavar="POLICY", type=_FILE)
@click.option("--external-id", is_flag=True, help="No user or role gets in without an external ID.")
@click.option(
    "--external-id-listed",
    "listed_ids",
    metavar="ID",
    multiple=True,
    help="No user or role gets in without one of these. Repeatable.",
)
@click.option("--mfa", is_flag=True, help="No user or role gets in without MFA.")
@click.option(
    "--only",
    "principals",
    metavar="PRINCIPAL",
    multiple=True,
    help="Nobody else gets in: account ID, ARN (also with * and ?) or service. Repeatable.",
)
@click.option(
    "--only-repo",
    "repositories",
    metavar="OWNER/NAME",
    multiple=True,
    help="No federated identity gets in but this GitHub repository's workflows. Repeatable.",
)
@click.option(
    "--within-org",
    "organizations",
    metavar="ID",
    multiple=True,
    help="No user or role gets in from outside this organization. Repeatable.",
)
@click.option(
    "--own-account",
    "own_accounts",
    metavar="ID",
    multiple=True,
    help="Needs no external ID, and belongs to the organization. Repeatable.",
)
@click.option("--role", metavar="ARN", help="The role, where conditions ask for its account.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@click.pass_context
def command(ctx: click.Context, /, *, as_json: bool, **options: Any) -> None:
    """Say whether something holds for every request that a trust policy lets in, or show a smallest one.

    POLICY is a file with a trust policy, or - for standard input. Nothing is called.
    """
    from .guarantee_run import Wanted, run  # noqa: PLC0415 - help loads none of it

    ctx.exit(run(Wanted(**options), as_json=as_json))
