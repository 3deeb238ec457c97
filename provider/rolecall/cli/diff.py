"""``rolecall diff``: says what one trust policy lets in that another one doesn't."""

import click

EXAMPLES = """\b
Examples:
  What does a change let in, and what does it keep out?
    rolecall diff before.json after.json
  The same against what is deployed:
    aws iam get-role --role-name deploy --query Role.AssumeRolePolicyDocument | rolecall diff - trust.json

Exit codes: 0 equal, 1 different, 2 misuse or bad input, 3 could not tell, 130 interrupted.
"""

_FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.command(epilog=EXAMPLES)
@click.argument("old", metavar="OLD", type=_FILE)
@click.argument("new", metavar="NEW", type=_FILE)
@click.option("--role", metavar="ARN", help="The role, where conditions ask for its account.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@click.pass_context
def command(ctx: click.Context, /, *, old: str, new: str, role: str | None, as_json: bool) -> None:
    """Compare two trust policies by what they let in, each difference with a smallest request.

    OLD and NEW are files with trust policies; one of them may be - for standard input. Nothing is called.
    """
    from .diff_run import run  # noqa: PLC0415 - help loads none of it

    ctx.exit(run(old, new, role=role, as_json=as_json))
