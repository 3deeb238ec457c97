"""The ``rolecall`` command: what its subcommands are; each is a file that is loaded when it is used."""

import click

from .group import Group, Subcommand

EXAMPLES = """\b
Examples:
  rolecall verify arn:aws:iam::222222222222:role/deploy --caller tools --external-id acme-3f1c9a0e7b52
  rolecall sandbox run -- pulumi up

Exit codes: 0 as declared, 1 not as declared, 2 misuse or bad input, 3 could not tell, 130 interrupted.
"""


@click.group(
    cls=Group,
    subcommands={
        "audit": Subcommand("rolecall.cli.audit", "Tell who can assume what, over many accounts and chains."),
        "diff": Subcommand("rolecall.cli.diff", "Say what only one of two trust policies lets in."),
        "explain": Subcommand("rolecall.cli.explain", "Decide on paper who gets into a role, and say why."),
        "lint": Subcommand("rolecall.cli.lint", "Find what is wrong with trust policies, without any call."),
        "guarantee": Subcommand("rolecall.cli.guarantee", "Say what holds for every request, or show one."),
        "new-external-id": Subcommand("rolecall.cli.new_external_id", "Print an external ID nobody guesses."),
        "sandbox": Subcommand("rolecall.cli.sandbox", "An embedded AWS on this machine that enforces trust."),
        "verify": Subcommand("rolecall.cli.verify", "Prove who gets into a role, and who does not."),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
)
@click.version_option(package_name="rolecall", prog_name="rolecall")
def main() -> None:
    """Prove with real AssumeRole calls who can assume an AWS role, and who cannot."""


__all__ = ["main"]
