"""Tells what a verification found out: on standard output or in a file, in the format that was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from rolecall.reports import FORMATS, about, safe, to_document
from rolecall.reports.table import draw, draw_summary
from rolecall.verification import Reaction, RoleReport, Verdict, VerifySpec

from .consoles import answers, asides, plain
from .exits import CouldNotTell

TABLE: Final = "table"
"""The format that isn't text alone: it asks the console how wide and colourful it is."""


@dataclass(frozen=True, slots=True)
class Target:
    """How and where to answer.

    Attributes:
        format_name: ``table``, or a key of ``reports.FORMATS``.
        output: a file; ``None`` for standard output.
    """

    format_name: str = TABLE
    output: Path | None = None


TO_TERMINAL: Final = Target()


def answer(
    reports: Sequence[RoleReport],
    unverified: Mapping[str, str],
    spec: VerifySpec,
    *,
    target: Target,
) -> None:
    """Tells the reports.

    Args:
        reports: one a role, in the order in which a table shows them.
        unverified: roles of which nothing could be found out, by ARN, with the reason.
        spec: by whose rules some verdicts are worth a warning only.
        target: how, and where to.

    Raises:
        CouldNotTell: the file can't be written.
    """
    if target.format_name == TABLE:
        _draw(reports, unverified, target.output)
        return
    document = to_document(reports, unverified=unverified, tolerated=_tolerated(spec))
    text = FORMATS[target.format_name](document)
    if target.output is None:
        click.echo(text.encode())  # as bytes: UTF-8 whatever the terminal speaks
        return
    try:
        target.output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise _unwritable(target.output, error) from error


def _draw(reports: Sequence[RoleReport], unverified: Mapping[str, str], output: Path | None) -> None:
    if output is None:
        _tables(reports, answers())
    else:
        try:
            with output.open("w", encoding="utf-8") as file:
                _tables(reports, plain(file))
        except OSError as error:
            raise _unwritable(output, error) from error
    complaints = asides()
    for role_arn, reason in unverified.items():
        complaints.print(about(role_arn, safe(reason)), soft_wrap=True)


def _tables(reports: Sequence[RoleReport], console: Console) -> None:
    for number, report in enumerate(reports):
        if number:
            console.print()
        draw(report, console)
    if len(reports) > 1:
        console.print()
        draw_summary(reports, console)


def _tolerated(spec: VerifySpec) -> list[Verdict]:
    reactions = {Verdict.PENDING: spec.on_pending, Verdict.INCONCLUSIVE: spec.on_inconclusive}
    return [verdict for verdict, reaction in reactions.items() if reaction is Reaction.WARN]


def _unwritable(output: Path, error: OSError) -> CouldNotTell:
    return CouldNotTell(f"the report can't be written to {output}: {error.strerror}")
