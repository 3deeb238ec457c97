"""``rolecall sandbox run``: a command in an environment where the sandbox is AWS."""

import click

EXAMPLES = """\b
Examples:
  rolecall sandbox run -- pulumi up
  rolecall sandbox run --region eu-west-1 -- sh -c 'aws sts get-caller-identity --profile tools'

The exit code is the command's; 128 + n where signal n ended it, 127 where it was not found.
"""


@click.command(name="run", context_settings={"allow_interspersed_args": False}, epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; default: any.")
@click.option("--region", metavar="REGION", default="us-east-1", show_default=True, help="Its region.")
@click.option(
    "--authorize", is_flag=True, help="Let policies decide calls to all services, not to STS alone."
)
@click.argument("words", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def command(
    ctx: click.Context, /, *, port: int, region: str, authorize: bool, words: tuple[str, ...]
) -> None:
    """Start a sandbox, run a command against it, and stop it again.

    The command sees the profiles workload, tools, alice, vendor and stranger, and none of your own AWS
    settings.
    """
    from rolecall.sandbox import Sandbox  # noqa: PLC0415 - help loads none of it

    from .child import run  # noqa: PLC0415

    ctx.exit(run(words, Sandbox(region=region, port=port, authorize=authorize)))
