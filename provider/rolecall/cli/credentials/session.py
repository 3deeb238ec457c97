"""``rolecall session``: a user's own temporary credentials, or those of somebody the user vouches for."""

from typing import Any

import click

from .options import credential_options

EXAMPLES = """\b
Examples:
  Twelve hours with MFA, from one code, for everything that a user's own policies demand MFA for:
    eval "$(rolecall session --caller alice --mfa-serial arn:aws:iam::111111111111:mfa/alice)"
  The console for a user without a password, with no more than reading:
    rolecall session --caller tools --federated-user ci --open \\
        --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess

Exit codes: 0 done, 1 refused, 2 misuse or bad input, 3 could not ask, 130 interrupted; of a command, its own.
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--federated-user", metavar="NAME", help="GetFederationToken for this name, not GetSessionToken."
)
@credential_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Get temporary credentials of a user without any role: GetSessionToken, or GetFederationToken.

    The caller needs long-term keys. What a federated user may do is what the caller's policies and the
    session policies both allow; it can assume no role, and call nothing of IAM outside of the console.
    """
    from .run import run  # noqa: PLC0415 - help loads none of it
    from .session_input import read_session  # noqa: PLC0415

    ctx.exit(run(read_session(options)))
