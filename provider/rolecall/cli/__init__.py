"""The ``rolecall`` command: what its subcommands are; each is loaded when it is used.

A command of two files is ``NAME.py``, which says its options, and ``NAME_run.py``, which does it. One of more
is a folder, where ``command.py`` says the options; ``assume`` and ``session`` share one, ``credentials``.
"""

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
        "assume": Subcommand(
            "rolecall.cli.credentials.assume", "Get a role's credentials for a shell, tool or browser."
        ),
        "audit": Subcommand(
            "rolecall.cli.audit.command", "Tell who can assume what, over many accounts and chains."
        ),
        "decode": Subcommand("rolecall.cli.decode", "Say why AWS refused, from its encoded message."),
        "diff": Subcommand("rolecall.cli.diff", "Say what only one of two trust policies lets in."),
        "explain": Subcommand(
            "rolecall.cli.explain.command", "Decide on paper who gets into a role, and say why."
        ),
        "lint": Subcommand("rolecall.cli.lint", "Find what is wrong with trust policies, without any call."),
        "guarantee": Subcommand("rolecall.cli.guarantee", "Say what holds for every request, or show one."),
        "new-external-id": Subcommand("rolecall.cli.new_external_id", "Print an external ID nobody guesses."),
        "permissions": Subcommand(
            "rolecall.cli.permissions", "Print the least that probers, owners and auditors need."
        ),
        "sandbox": Subcommand(
            "rolecall.cli.sandbox.command", "An embedded AWS on this machine that enforces trust."
        ),
        "session": Subcommand(
            "rolecall.cli.credentials.session", "Get temporary credentials of a user, without a role."
        ),
        "verify": Subcommand("rolecall.cli.verify.command", "Prove who gets into a role, and who does not."),
        "whoami": Subcommand("rolecall.cli.whoami", "Say who a caller is, or whose an access key is."),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
)
@click.version_option(package_name="rolecall", prog_name="rolecall")
def main() -> None:
    """Prove with real AssumeRole calls who can assume an AWS role, and who cannot."""


__all__ = ["main"]
