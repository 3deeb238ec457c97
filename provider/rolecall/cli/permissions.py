"""``rolecall permissions``: prints the least that whoever takes part in a verification must be allowed."""

import click

EXAMPLES = """\b
Examples:
  Who needs what, and what for:
    rolecall permissions
  An identity policy for the caller that tries a role:
    rolecall permissions --for prober --role arn:aws:iam::222222222222:role/deploy --json
  One for a stranger, who must show that it could call AssumeRole at all:
    rolecall permissions --for prober --with own-policies --json

Exit codes: 0 printed, 2 misuse or bad input.
"""

_PARTIES = click.Choice(["prober", "owner", "auditor"])
_FEATURES = click.Choice(["session-tags", "source-identity", "own-policies", "organization"])


@click.command(epilog=EXAMPLES)
@click.option("--for", "party", type=_PARTIES, help="Whose permissions. Default: everybody's.")
@click.option("--role", "role_arns", metavar="ARN", multiple=True, help="A role, * included. Repeatable.")
@click.option(
    "--with", "features", type=_FEATURES, multiple=True, help="What not everybody needs. Repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="An identity policy instead of an explanation.")
def command(
    party: str | None, role_arns: tuple[str, ...], features: tuple[str, ...], *, as_json: bool
) -> None:
    """Print the least privilege for verifying and auditing roles.

    A prober assumes roles, or must not; an owner reads the roles meanwhile; an auditor reads whole accounts.
    """
    from .permissions_run import explained, policy  # noqa: PLC0415 - help loads none of it

    if as_json and party is None:
        raise click.UsageError("A policy is one party's: give --for with --json.")
    if as_json and party is not None:
        click.echo(policy(party, role_arns, features))
    else:
        click.echo(explained(party, role_arns, features))
