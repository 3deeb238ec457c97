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
