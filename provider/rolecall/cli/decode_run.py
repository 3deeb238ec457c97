"""Answers ``rolecall decode``: finds the message in a text, has it decoded, and explains it."""

import json
import re
import sys
from typing import Final

import click
from rich.table import Table

from rolecall import sts
from rolecall.errors import DeclarationError, Fault
from rolecall.reports.denials import denial_rows, denial_sentence, read_denial

from .callers import one_caller
from .consoles import answers

_LONGEST: Final = 10_240
"""Characters of an encoded message (AWS page: DecodeAuthorizationMessage)."""
_ANNOUNCED: Final = re.compile(r"(?i)encoded authorization failure message:\s*([\w+/=-]+)", re.ASCII)
_ENCODED: Final = re.compile(r"[\w+/=-]{60,}", re.ASCII)
"""No word of an error text is so long; ARNs and paths end at a colon or a dot."""


def run(text: str, *, caller: str, region: str | None, as_json: bool) -> None:
    """Decodes a message and prints what it says.

    Args:
        text: the message with or without text around it; ``-`` for standard input.
        caller: a profile, or ``ambient``.
        region: STS endpoint; ``None`` for the caller's.
        as_json: whether to print the document itself.

    Raises:
        DeclarationError: the text holds no message, or there is no such caller.
        ProbeError: STS couldn't be asked, or doesn't decode it.
    """
    if text == "-":
        if sys.stdin.isatty():
            raise click.UsageError("give a MESSAGE, or pipe the error text to standard input")
        text = sys.stdin.buffer.read().decode(errors="replace")
    message = find_message(text)
    keys = sts.Credentials(defaults=sts.Defaults(region=region)).keys(one_caller(caller, region))
    document = sts.decode(keys, message, region=keys.region)
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    denial = read_denial(document)
    console = answers()
    console.print(denial_sentence(denial), soft_wrap=True)
    console.print()
    table = Table.grid(padding=(0, 2))
    for row in denial_rows(denial):
        table.add_row(row.what, row.value)
    console.print(table)


def find_message(text: str) -> str:
    """The encoded message in an error text.

    Raises:
        DeclarationError: there is none, or it is too long.
    """
    announced = _ANNOUNCED.search(text)
    found = announced[1] if announced else max(_ENCODED.findall(text), key=len, default="")
    if not found:
        remedy = 'Paste all of the text, from "Encoded authorization failure message:" to its end'
        raise DeclarationError([Fault("MESSAGE", "there is no encoded message in it", remedy)])
    if len(found) > _LONGEST:
        remedy = f"An encoded message has at most {_LONGEST}"
        raise DeclarationError([Fault("MESSAGE", f"it has {len(found)} characters", remedy)])
    return found
