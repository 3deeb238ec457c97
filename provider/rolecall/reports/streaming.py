"""Writes the report for machines piece by piece, for fleets whose reports don't fit in memory."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from rolecall.verification.model import Verdict
from rolecall.verification.report import RoleReport

from .document import to_document

_INDENT: Final = 2
_SEVERITY: Final = list(Verdict)


def json_pieces(
    reports: Iterable[RoleReport],
    verdicts: Iterable[Verdict | None],
    *,
    unverified: Mapping[str, str],
    tolerated: Collection[Verdict] = (),
) -> Iterator[str]:
    """The text that ``to_json(to_document(…))`` gives, in pieces of which none holds more than one role.

    Args:
        reports: one a role, sorted by ARN.
        verdicts: theirs, in any order: the worst of them stands before the roles.
        unverified: roles of which nothing could be found out, by ARN, with the reason.
        tolerated: verdicts that, by the user's own rules, are worth a warning only.
    """
    whole = to_document((), unverified=unverified, tolerated=tolerated)
    known = [verdict for verdict in verdicts if verdict is not None]
    whole["verdict"] = max(known, key=_SEVERITY.index, default=None)
    lead = "{\n"
    for name, value in whole.items():
        yield f'{lead}{" " * _INDENT}"{name}": '
        if name == "roles":
            yield from _list(to_document([report])["roles"][0] for report in reports)
        else:
            yield _shifted(value, 1)
        lead = ",\n"
    yield "\n}"


def _list(entries: Iterable[object]) -> Iterator[str]:
    empty = True
    for entry in entries:
        yield ("[\n" if empty else ",\n") + " " * 2 * _INDENT + _shifted(entry, 2)
        empty = False
    yield "[]" if empty else f"\n{' ' * _INDENT}]"


def _shifted(value: object, depth: int) -> str:
    """JSON text as it stands so many levels deep, without the indentation of its first line."""
    text = json.dumps(value, indent=_INDENT, ensure_ascii=False)
    return text.replace("\n", "\n" + " " * _INDENT * depth)
