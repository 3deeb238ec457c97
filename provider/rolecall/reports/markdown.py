"""Writes a report as Markdown for a comment on a pull request, in the dialect of GitHub and GitLab."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from rolecall.verification.model import Verdict

from .document import ReportDocument
from .points import Point, points
from .roles import account_of
from .sentences import role_name
from .tally import NOT_VERIFIED, symbol, tally_sentence, verdict_of, worst_first

LIMIT: Final = 60_000
"""Characters of the whole, at most: GitHub takes comments of up to 65,536."""

MARKER: Final = "<!-- rolecall verify -->"
"""The first line, by which a pipeline finds the comment that it made before, to update it."""

_HALF: Final = LIMIT // 2 - 1_000
"""Characters of the points, and of the table: what is left holds the frame."""

_HEAD: Final = "| verdict | role | account | probes | level |\n|---|---|---|---|---|"
_BACKSLASHED: Final = re.compile(r"[\\`*_{}\[\]<>!|~$&]")
_LINKED: Final = re.compile(r"(?i)(?<=www)(?=\.)|(?<=https)(?=:)|(?<=http)(?=:)|(?<=ftp)(?=:)|(?<=[@#])")


def markdown(document: ReportDocument) -> str:
    """The report as Markdown: a line on the whole, what is open or refuted, and a table of roles to unfold.

    What doesn't fit into one comment is counted, and what is left out is never worse than what is shown.
    """
    found = points(document)
    parts = [MARKER, f"### {_headline(document)}"]
    if found:
        parts.append(_fitting([_item(point) for point in found], "- … and {} more."))
    rows = _fitting([*_rows(document)], "| | … and {} more | | | |")
    parts.append(f"<details><summary>All roles</summary>\n\n{_HEAD}\n{rows}\n\n</details>")
    return "\n\n".join(parts)


def _headline(document: ReportDocument) -> str:
    word = NOT_VERIFIED if document["unverified"] and not document["roles"] else document["verdict"]
    return f"{symbol(word or '')} rolecall: {tally_sentence(document)}"


def _item(point: Point) -> str:
    mark = symbol(Verdict.REFUTED if point.refuted else Verdict.INCONCLUSIVE)
    return f"- {mark} {_code(role_name(point.role_arn))}: {_plain(point.sentence)}"


def _rows(document: ReportDocument) -> Iterator[str]:
    for role in worst_first(document):
        word = verdict_of(role)
        counts = Counter(probe["verdict"] for probe in role["probes"])
        probes = ", ".join(f"{counts[verdict]} {verdict}" for verdict in reversed(Verdict) if counts[verdict])
        yield _row(f"{symbol(word)} {word}", role["role_arn"], probes or "none", role["level"])
    for unverified in document["unverified"]:
        yield _row(f"{symbol(NOT_VERIFIED)} {NOT_VERIFIED}", unverified["role_arn"], "none", "none")


def _row(verdict: str, role_arn: str, probes: str, level: str) -> str:
    return f"| {verdict} | {_code(role_name(role_arn))} | {account_of(role_arn)} | {probes} | {level} |"


def _fitting(lines: Sequence[str], more: str) -> str:
    """As many lines, in their order, as fit into half of the comment; the others are counted in one more."""
    room = _HALF - len(more)
    shown: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            shown.append(more.format(len(lines) - len(shown)))
            break
        shown.append(line)
    return "\n".join(shown)


def _plain(text: str) -> str:
    """Text that means nothing to Markdown and makes no mention, reference or link."""
    return _LINKED.sub("<!-- -->", _BACKSLASHED.sub(r"\\\g<0>", text))


def _code(text: str) -> str:
    """Text as code, also within a table."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text.replace('|', chr(92) + '|')}{pad}{fence}"
