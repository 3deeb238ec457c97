"""Tells what a verification found out: on standard output or in a file, in the format that was asked for."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

import click
from rich.console import Console

from rolecall.reports import FORMATS, about, safe, to_document
from rolecall.reports.streaming import json_pieces
from rolecall.reports.table import draw, draw_summary
from rolecall.verification import Reaction, Verdict, VerifySpec

from ..consoles import answers, asides, plain
from ..exits import CouldNotTell
from .results import Results

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


def answer(results: Results, *, target: Target) -> None:
    """Tells what was found out. Neither a table nor JSON is ever whole in memory; other formats are.

    Args:
        results: the reports, and the roles of which nothing could be found out.
        target: how, and where to.

    Raises:
        CouldNotTell: the file can't be written.
    """
    if target.output is None:
        _tell(results, target.format_name, sys.stdout)
    else:
        try:
            with target.output.open("w", encoding="utf-8") as file:
                _tell(results, target.format_name, file)
        except OSError as error:
            message = f"the report can't be written to {target.output}: {error.strerror}"
            raise CouldNotTell(message) from error
    if target.format_name == TABLE:
        complaints = asides()
        for role_arn, reason in results.unverified.items():
            complaints.print(about(role_arn, safe(reason)), soft_wrap=True)


def _tell(results: Results, format_name: str, file: TextIO) -> None:
    if format_name == TABLE:
        _tables(results, answers() if file is sys.stdout else plain(file))
        return
    for piece in chain(_pieces(results, format_name), "\n"):
        # As bytes on standard output: UTF-8 whatever the terminal speaks.
        click.echo(piece.encode() if file is sys.stdout else piece, file=file, nl=False)


def _pieces(results: Results, format_name: str) -> Iterator[str]:
    tolerated = _tolerated(results.gates)
    if format_name == "json":
        yield from json_pieces(
            results.by_arn(),
            results.verdicts.values(),
            unverified=results.unverified,
            tolerated=tolerated,
        )
    else:
        document = to_document(results, unverified=results.unverified, tolerated=tolerated)
        yield FORMATS[format_name](document)


def _tables(results: Results, console: Console) -> None:
    for number, report in enumerate(results):
        if number:
            console.print()
        draw(report, console)
    if len(results) > 1:
        console.print()
        draw_summary(tuple(results.verdicts.values()), console)


def _tolerated(spec: VerifySpec) -> list[Verdict]:
    reactions = {Verdict.PENDING: spec.on_pending, Verdict.INCONCLUSIVE: spec.on_inconclusive}
    return [verdict for verdict, reaction in reactions.items() if reaction is Reaction.WARN]
