"""A group of subcommands that are loaded on use, and the one place where errors become exit codes."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from rolecall.errors import DeclarationError, RolecallError

from .exits import BadInput, CouldNotTell, Defect, Interrupted


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One subcommand.

    Attributes:
        module: where it is; the module's ``command`` is the click command.
        summary: its line in the group's help, so that help loads no module.
    """

    module: str
    summary: str


class LazyGroup(click.Group):
    """A click group whose subcommands' modules are imported when they are used."""

    def __init__(self, *args: Any, subcommands: Mapping[str, Subcommand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._subcommands = subcommands

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the subcommands."""
        return sorted(self._subcommands)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Imports a subcommand; ``None`` where there is none of that name."""
        row = self._subcommands.get(cmd_name)
        if row is None:
            return None
        command = importlib.import_module(row.module).command
        if not isinstance(command, click.Command):
            message = f"{row.module}.command is no click command"
            raise TypeError(message)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._subcommands[name].summary) for name in self.list_commands(ctx)])


class Group(LazyGroup):
    """The outermost group: every error leaves as a message on stderr with the exit code that fits."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the subcommand."""
        try:
            return super().invoke(ctx)
        except DeclarationError as error:
            raise BadInput(error.faults) from error
        except RolecallError as error:
            raise CouldNotTell(str(error)) from error
        except (KeyboardInterrupt, click.Abort) as error:
            raise Interrupted from error
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            raise Defect(error) from error
