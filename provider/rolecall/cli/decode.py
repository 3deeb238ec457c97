"""``rolecall decode``: what an encoded authorization message says."""

import click

EXAMPLES = """\b
Examples:
  The error text as it was printed, from the clipboard or a log:
    rolecall decode 'You are not authorized … Encoded authorization failure message: 4yXW7…'
    aws ec2 run-instances … 2>&1 | rolecall decode --caller admin
  For a program:
    rolecall decode --json 4yXW7…

The caller needs sts:DecodeAuthorizationMessage in the account of the refused call.

Exit codes: 0 decoded, 2 misuse or bad input, 3 could not ask, 130 interrupted.
"""


@click.command(epilog=EXAMPLES)
@click.argument("text", metavar="[MESSAGE]", default="-")
@click.option(
    "--caller", metavar="PROFILE|ambient", default="ambient", show_default=True, help="Who decodes it."
)
@click.option("--region", metavar="REGION", help="STS endpoint to ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the document as AWS decoded it.")
def command(*, text: str, caller: str, region: str | None, as_json: bool) -> None:
    """Decode why AWS refused a request, and say which statement denied it, or that none allowed it.

    MESSAGE is the encoded message, or any text around it; standard input where it is missing or -.
    """
    from .decode_run import run  # noqa: PLC0415 - help loads none of it

    run(text, caller=caller, region=region, as_json=as_json)
