"""``rolecall new-external-id``: prints an external ID that nobody guesses."""

import click

EXAMPLES = """\b
Examples:
  rolecall new-external-id
  rolecall new-external-id --prefix acme

Exit codes: 0 printed, 2 misuse or bad input.
"""


@click.command("new-external-id", epilog=EXAMPLES)
@click.option("--prefix", metavar="TEXT", default="", help="What tells people whose it is.")
def command(prefix: str) -> None:
    """Print a new external ID with 128 random bits.

    The account that owns the role gives it to the third party, one to each, and puts it into external_ids.
    """
    import secrets  # noqa: PLC0415 - help loads none of it

    from rolecall.policy import ENTROPY_BYTES, external_id  # noqa: PLC0415

    click.echo(external_id(secrets.token_bytes(ENTROPY_BYTES), prefix=prefix))
