"""``rolecall assume``: a role's temporary credentials for a shell, a tool, a command or a browser."""

from typing import Any

import click

from .options import credential_options

EXAMPLES = """\b
Examples:
  One command with the role's credentials, which are in its environment only:
    rolecall assume arn:aws:iam::222222222222:role/deploy --caller tools -- aws s3 ls
  This shell, for an hour:
    eval "$(rolecall assume 222222222222/deploy --caller tools --external-id acme-3f1c9a0e7b52)"
  With MFA, through a hub, marked with who is behind it:
    rolecall assume 222222222222/admin --caller alice --mfa-serial arn:aws:iam::111111111111:mfa/alice \\
        --via 111111111111/hub --source-identity alice -- ./migrate
  A browser, for eight hours:
    rolecall assume 222222222222/deploy --caller tools --open --session-duration 28800
  A job of GitHub Actions with id-token: write, without any secret:
    rolecall assume 222222222222/deploy --github-audience sts.amazonaws.com -- ./deploy
  In ~/.aws/config, for everything that reads it:
    credential_process = rolecall assume 222222222222/deploy --caller tools --format credential-process

Exit codes: 0 done, 1 refused, 2 misuse or bad input, 3 could not ask, 130 interrupted; of a command, its own.
"""


@click.command(epilog=EXAMPLES)
@click.argument("role", metavar="ROLE")
@click.option("--via", metavar="ROLE", multiple=True, help="Role to assume before. Repeatable, in order.")
@click.option("--external-id", metavar="ID", help="ExternalId to send.")
@click.option("--external-id-env", metavar="NAME", help="Environment variable with a secret external ID.")
@click.option("--session-name", metavar="NAME", help="RoleSessionName to send. Default: your user name.")
@click.option("--source-identity", metavar="NAME", help="SourceIdentity to send.")
@click.option(
    "--transitive-tag", "transitive_tags", metavar="KEY", multiple=True, help="Tag that further roles keep."
)
@click.option(
    "--provided-context",
    "provided_contexts",
    metavar="ARN=FILE",
    multiple=True,
    help="Context provider, and a file with its assertion.",
)
@click.option("--web-identity-file", metavar="FILE", help="Web identity token to show, instead of a caller.")
@click.option("--web-identity-env", metavar="NAME", help="Environment variable with such a token.")
@click.option("--github-audience", metavar="AUDIENCE", help="Request such a token of GitHub Actions.")
@click.option("--saml-file", metavar="FILE", help="SAML response to show, instead of a caller.")
@click.option("--saml-provider", metavar="ARN", help="The IAM SAML provider that the response is for.")
@credential_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Assume a role, and print its credentials, or run a command with them, or sign in to the console.

    ROLE is an ARN, or ACCOUNT/NAME. Nothing is written to disk: each run is one new session.
    """
    from .assume_input import read_assume  # noqa: PLC0415 - help loads none of it
    from .run import run  # noqa: PLC0415

    ctx.exit(run(read_assume(options)))
