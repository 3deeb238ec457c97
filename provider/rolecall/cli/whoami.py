"""``rolecall whoami``: whose credentials a caller has, and whose an access key is."""

import click

EXAMPLES = """\b
Examples:
  rolecall whoami
  rolecall whoami --caller tools --caller vendor
  rolecall whoami --key AKIAIOSFODNN7EXAMPLE

Exit codes: 0 told, 2 misuse or bad input, 3 could not tell, 130 interrupted.
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--caller", "callers", metavar="PROFILE|ambient", multiple=True, help="Whose credentials. Repeatable."
)
@click.option("--key", metavar="ID", help="An access key ID, whose account is told instead.")
@click.option("--region", metavar="REGION", help="STS endpoint to ask.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
def command(*, callers: tuple[str, ...], key: str | None, region: str | None, as_json: bool) -> None:
    """Say who a caller is to AWS, which needs no permission, or to which account an access key belongs.

    Without --caller it is ambient: whoever the AWS settings of this shell make you.
    """
    from .whoami_run import run  # noqa: PLC0415 - help loads none of it

    run(callers or ("ambient",), key=key, region=region, as_json=as_json)
