"""Answers ``rolecall diff``: a sentence a difference or JSON, and an exit code."""

import json

import click

from rolecall.guarantee import difference
from rolecall.reports import difference_document, difference_sentences

from .consoles import answers
from .exits import ExitCode
from .policy_files import check_role, read_policy


def run(old: str, new: str, *, role: str | None, as_json: bool) -> ExitCode:
    """Compares two policies, prints how they differ, and returns the exit code for it.

    Args:
        old, new: files with trust policies; ``-`` is standard input.
        role: ARN of the role, or ``None``.
        as_json: whether to print JSON instead of sentences.

    Raises:
        click.UsageError: both come from standard input, or the role is none.
        BadInput: a policy can't be read.
    """
    if old == new == "-":
        raise click.UsageError("only one of the two can come from standard input")
    check_role(role)
    found = difference(read_policy(old), read_policy(new), role=role)
    console = answers()
    if as_json:
        console.print(json.dumps(difference_document(found), indent=2), soft_wrap=True)
    else:
        for sentence in difference_sentences(found):
            console.print(sentence, soft_wrap=True)
    if found.added or found.removed:
        return ExitCode.NOT_AS_DECLARED
    return ExitCode.COULD_NOT_TELL if found.doubts else ExitCode.AS_DECLARED
