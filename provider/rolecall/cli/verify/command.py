"""``rolecall verify``: tries a role with real calls, and answers with a report and an exit code."""

import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

EXAMPLES = """\b
Examples:
  The caller of profile "tools" gets in with the external ID, and not without it:
    rolecall verify arn:aws:iam::222222222222:role/deploy --caller tools --external-id acme-3f1c9a0e7b52
  Somebody else does not get in; the external ID is a secret:
    rolecall verify arn:aws:iam::222222222222:role/deploy \\
        --caller tools --stranger other --external-id-env EXTERNAL_ID
  MFA is demanded; the code is asked for:
    rolecall verify arn:aws:iam::222222222222:role/admin \\
        --caller alice --mfa-serial arn:aws:iam::111111111111:mfa/alice
  Right after a change, for a pipeline:
    rolecall verify arn:aws:iam::222222222222:role/deploy --caller tools --wait 120 --json
  A page for people, with a picture, a table to search and all details:
    rolecall verify arn:aws:iam::222222222222:role/deploy --caller tools --format html --output report.html
  A vendor shows that it gets in, and the owner of the role joins that to a verification of its own:
    rolecall verify arn:aws:iam::222222222222:role/deploy \\
        --caller vendor --external-id acme-3f1c9a0e7b52 --receipt receipt.json
    rolecall verify arn:aws:iam::222222222222:role/deploy --stranger other --with-receipt receipt.json
  Without any call to AssumeRole: is the live trust policy the declared one, and within the rules?
    rolecall verify arn:aws:iam::222222222222:role/deploy --trust-policy trust.json --require rolecall.yaml
  Many roles, each with its callers; a run that was cut off is taken up again:
    rolecall verify --file fleet.yaml --resume results.jsonl --format html --output report.html
  What a Pulumi stack declares, without an update:
    rolecall verify --stack prod

Exit codes: 0 as declared, 1 not as declared, 2 misuse or bad input, 3 could not tell, 130 interrupted.
"""


class Rate(click.ParamType[float]):
    """A number of calls a second, or none to keep."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; infinite for ``unlimited``."""
        if value == "unlimited":
            return math.inf
        try:
            rate = float(value)
        except ValueError:
            rate = math.nan
        if not 0 < rate < math.inf:
            self.fail(f"{value!r} is no number of calls a second, nor unlimited.", param, ctx)
        return rate


_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_REACTION = click.Choice(["warn", "fail"])


@click.command(epilog=EXAMPLES)
@click.argument("role_arns", metavar="[ROLE_ARN...]", nargs=-1)
@click.option("--file", metavar="FILE", type=_FILE, help="A fleet: roles with their callers (YAML, JSON).")
@click.option("--stack", metavar="NAME", help="The roles of a Pulumi stack, verified as the stack does.")
@click.option("--tfstate", metavar="FILE", type=_FILE, help="The roles of a Terraform state.")
@click.option(
    "--caller", "callers", metavar="PROFILE|ambient", multiple=True, help="Who must get in. Repeatable."
)
@click.option(
    "--stranger", "strangers", metavar="PROFILE|ambient", multiple=True, help="Who must not. Repeatable."
)
@click.option("--external-id", metavar="ID", help="What callers send; default: what the trust policy lists.")
@click.option("--external-id-env", metavar="NAME", help="Environment variable with a secret external ID.")
@click.option("--mfa-serial", metavar="ARN", help="The caller's MFA device; its code is asked for.")
@click.option("--mfa-code-env", metavar="NAME", help="Environment variable with the MFA code.")
@click.option("--mfa-code-command", metavar="CMD", help="Command that prints the MFA code.")
@click.option("--session-name", metavar="NAME", help="RoleSessionName to send.")
@click.option("--source-identity", metavar="NAME", help="SourceIdentity to send.")
@click.option("--region", "regions", metavar="REGION", multiple=True, help="STS endpoint to ask. Repeatable.")
@click.option("--trust-policy", metavar="FILE", type=_FILE, help="The trust policy that was declared (JSON).")
@click.option("--require", metavar="FILE", type=_FILE, help="Requirements on the trust policy (JSON, YAML).")
@click.option("--owner", metavar="PROFILE|ambient", help="Who may read the role. Default: ambient.")
@click.option(
    "--denied-probes",
    type=click.Choice(["live", "evaluate", "off"]),
    help="Calls that must be refused: tried (default), decided on the live policy, or left out.",
)
@click.option(
    "--on-pending",
    type=_REACTION,
    help="Whether a caller counts as a failure whose own policies do not let it assume the role yet.  "
    "[default: fail]",
)
@click.option(
    "--on-inconclusive",
    type=_REACTION,
    help="Whether an open question counts as a failure.  [default: fail]",
)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(0, 3600),
    help='The role was just changed: so long a wrong answer may be "not yet".',
)
@click.option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 50),
    default=20,
    show_default=True,
    help="Roles verified at the same time.",
)
@click.option(
    "--rate",
    metavar="N|unlimited",
    type=Rate(),
    default="20",
    show_default=True,
    help="Calls a second of each calling account; production shares its quota.",
)
@click.option(
    "--resume",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep results there, and ask only what it does not answer yet.",
)
@click.option(
    "--can-do",
    metavar="CALL",
    multiple=True,
    help='What a session must be able to do, such as "s3 list_buckets". Repeatable.',
)
@click.option(
    "--cannot-do", metavar="CALL", multiple=True, help="What it must not be able to do. Repeatable."
)
@click.option(
    "--receipt",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write there what came of the calls, for the owner of the role.",
)
@click.option(
    "--with-receipt",
    "with_receipts",
    metavar="FILE",
    type=_FILE,
    multiple=True,
    help="Join what somebody else's receipt states. Repeatable.",
)
@click.option(
    "--receipt-max-age",
    metavar="DAYS",
    type=click.FloatRange(0, 366),
    default=30,
    show_default=True,
    help="How old such a receipt may be.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "json", "sarif", "junit", "markdown", "github", "html"]),
    help="How to answer: a table (default), for machines, or for people elsewhere.",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json (format 1).")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the answer there instead of to standard output.",
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    denied_probes: str | None,
    on_pending: str | None,
    on_inconclusive: str | None,
    concurrency: int,
    rate: float,
    resume: Path | None,
    format_name: str | None,
    as_json: bool,
    output: Path | None,
    **options: Any,
) -> None:
    """Try real AssumeRole calls: the callers get in, the same calls without external ID or MFA do not.

    Nothing is changed. Sessions last 900 s at most, do nothing but what --can-do says, and are thrown away.
    """
    from ..profiles import known_profiles  # noqa: PLC0415 - help loads none of it
    from .answer import Target  # noqa: PLC0415
    from .options import VerifyOptions  # noqa: PLC0415
    from .run import Running, run  # noqa: PLC0415
    from .task import read_task  # noqa: PLC0415

    _check_sources(options, resume)
    if as_json and format_name not in {None, "json"}:
        raise click.UsageError(f"--json is short for --format json, and --format {format_name} is given too.")
    if output is not None and not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {str(output.parent)!r}.", param_hint="--output")
    gates = {"on_pending": on_pending, "on_inconclusive": on_inconclusive, "denied_probes": denied_probes}
    task = read_task(
        VerifyOptions(
            **options,
            gates={name: value for name, value in gates.items() if value is not None},
            is_terminal=sys.stdin.isatty(),
            profiles=known_profiles(),
        )
    )
    target = Target("json" if as_json else format_name or "table", output)
    running = Running(concurrency=concurrency, rate=rate, resume=resume)
    ctx.exit(run(task, target=target, running=running))


def _check_sources(options: Mapping[str, Any], resume: Path | None) -> None:
    given = [name for name in ("role_arns", "file", "stack", "tfstate") if options[name]]
    if len(given) != 1:
        raise click.UsageError("Name roles by their ARNs, or give one of --file, --stack and --tfstate.")
    if resume is not None and (options["receipt"] or options["with_receipts"]):
        raise click.UsageError("--resume does not go with receipts: they are of one run.")
