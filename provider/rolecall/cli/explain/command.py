"""``rolecall explain``: decides a request to assume a role on paper, and says which statement settled it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

EXAMPLES = """\b
Examples:
  Does alice get in, and if not, why?
    rolecall explain --policy trust.json --as arn:aws:iam::111111111111:user/alice
  With an external ID, with MFA, and with what her own account lets her do:
    rolecall explain --policy trust.json --as arn:aws:iam::111111111111:user/alice \\
        --context sts:ExternalId=acme-3f1c9a0e7b52 --context aws:MultiFactorAuthPresent=true \\
        --identity-policy alice.json --boundary boundary.json
  A workflow of GitHub, by its identity provider:
    rolecall explain --policy trust.json \\
        --as arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com \\
        --context token.actions.githubusercontent.com:aud=sts.amazonaws.com \\
        --context token.actions.githubusercontent.com:sub=repo:acme/infra:ref:refs/heads/main
  Many requests, one JSON object a line, for machines:
    rolecall explain --batch requests.jsonl --json

Exit codes: 0 allowed, 1 denied, 2 misuse or bad input, 3 could not tell, 130 interrupted.
With --batch: 0 where every line was answered, whatever the answer, 2 where one could not be read.
"""

_Function = TypeVar("_Function", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def _files(option: str, what: str) -> Callable[[_Function], _Function]:
    name = option.removeprefix("--").replace("-", "_") + "_files"
    return click.option(option, name, metavar="FILE", type=_FILE, multiple=True, help=f"{what} Repeatable.")


@click.command(epilog=EXAMPLES)
@click.option("--policy", metavar="FILE", type=_FILE, help="The role's trust policy (JSON).")
@click.option("--as", "principal", metavar="ARN|HOST", help="Who asks: a user, session, service or provider.")
@click.option("--role", metavar="ARN", help="The role. Default: one of another account.")
@click.option("--action", metavar="ACTION", help="What is asked. Default: the AssumeRole that fits who asks.")
@click.option(
    "--context", metavar="KEY=VALUE", multiple=True, help="A condition key of the request. Repeatable."
)
@click.option(
    "--context-env",
    metavar="KEY=NAME",
    multiple=True,
    help="A condition key whose value is a secret in an environment variable. Repeatable.",
)
@click.option(
    "--unknown", metavar="KEY", multiple=True, help="A condition key that may have any value. Repeatable."
)
@_files("--identity-policy", "A policy of who asks; without any, theirs allow everything.")
@click.option("--boundary", metavar="FILE", type=_FILE, help="The permissions boundary of who asks.")
@_files("--session-policy", "A policy passed when the session of who asks was made.")
@_files("--scp", "Service control policies above who asks; a file a level, from the root down.")
@_files("--rcp", "Resource control policies above the role; a file a level, from the root down.")
@click.option(
    "--batch",
    metavar="FILE|-",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
    help="Requests with their policies, a JSON object a line; - is standard input. Needs --json.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@click.pass_context
def command(ctx: click.Context, /, *, batch: str | None, as_json: bool, **options: Any) -> None:
    """Decide whether a principal may assume a role, and say why; nothing is called.

    The trust policy, the caller's own policies and those of the organizations above are evaluated as AWS
    documents it. For every statement that did not apply, the first thing that failed is told.
    """
    if batch is not None:
        from .batch import run_batch  # noqa: PLC0415 - help loads none of it

        if not as_json:
            raise click.UsageError("The answers to --batch are JSON: add --json.")
        if any(options.values()):
            raise click.UsageError("--batch takes everything from its file: give no other option but --json.")
        ctx.exit(run_batch(batch))
    from .question import ExplainOptions, read_question  # noqa: PLC0415
    from .run import run  # noqa: PLC0415

    if options["policy"] is None or options["principal"] is None:
        raise click.UsageError("Give --policy and --as, or --batch.")
    ctx.exit(run(read_question(ExplainOptions(**options)), as_json=as_json))
