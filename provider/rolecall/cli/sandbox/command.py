"""``rolecall sandbox``: serves the embedded AWS until it is told to stop."""

from typing import Any

import click
from click.core import ParameterSource

from ..group import LazyGroup, Subcommand

EXAMPLES = """\b
Examples:
  Run any program unchanged against an AWS of its own:
    rolecall sandbox run -- pulumi up
  Serve one until ^C, and use it from another terminal (the command to source is printed):
    rolecall sandbox --port 4599
  A current MFA code of the user "alice", inside of `sandbox run` or after sourcing:
    rolecall sandbox code alice

Accounts and profiles: workload (222222222222, the default), tools and alice, who has an MFA device
(111111111111), vendor (333333333333), stranger (444444444444).
"""


@click.group(
    name="sandbox",
    cls=LazyGroup,
    subcommands={
        "run": Subcommand("rolecall.cli.sandbox.run", "Run a command against a sandbox of its own."),
        "code": Subcommand("rolecall.cli.sandbox.code", "Print an unused MFA code of a sandbox user."),
        "sign-on": Subcommand("rolecall.cli.sandbox.sign_on", "Print a SAML response, or its metadata."),
    },
    invoke_without_command=True,
    epilog=EXAMPLES,
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; default: any.")
@click.option("--region", metavar="REGION", default="us-east-1", show_default=True, help="Its region.")
@click.option(
    "--authorize", is_flag=True, help="Let policies decide calls to all services, not to STS alone."
)
@click.option("--show-secrets", is_flag=True, help="Print the keys; they are good for this sandbox only.")
@click.option("--json", "as_json", is_flag=True, help="Say where it is as one line of JSON.")
@click.pass_context
def command(
    ctx: click.Context, /, *, port: int, region: str, authorize: bool, show_secrets: bool, as_json: bool
) -> None:
    """Serve an AWS on this machine whose STS enforces trust policies, MFA and signatures."""
    if ctx.invoked_subcommand is not None:
        _refuse_misplaced(ctx, ctx.invoked_subcommand)
        return
    from rolecall.sandbox import Sandbox  # noqa: PLC0415 - help loads none of it

    from .serve import serve  # noqa: PLC0415

    sandbox = Sandbox(region=region, port=port, authorize=authorize)
    serve(sandbox, show_secrets=show_secrets, as_json=as_json)


def _refuse_misplaced(ctx: click.Context, subcommand: str) -> None:
    """An option before the subcommand would be lost: it belongs to serving, not to the subcommand."""
    given: dict[str, Any] = {
        name: value
        for name, value in ctx.params.items()
        if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    if given:
        names = ", ".join(f"--{name.removeprefix('as_').replace('_', '-')}" for name in given)
        message = f"{names} before {subcommand!r} would be lost; put options after it"
        raise click.UsageError(message, ctx)
