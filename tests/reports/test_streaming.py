"""The report for machines in pieces is the report for machines."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tools.fleet import fleet

from rolecall.reports import to_document
from rolecall.reports.document import to_json
from rolecall.reports.streaming import json_pieces
from rolecall.verification import RoleReport, Verdict

REPORTS = sorted(fleet(45), key=lambda report: report.role_arn)


@pytest.mark.parametrize("number", [0, 1, 2, 45])
@pytest.mark.parametrize("unverified", [{}, {"arn:aws:iam::222222222222:role/x": "no answer\u2028here"}])
def test_the_pieces_make_the_same_text(number: int, unverified: dict[str, str]) -> None:
    """To the last blank, with and without roles."""
    reports = REPORTS[:number]
    tolerated = [Verdict.PENDING]

    pieces = json_pieces(
        reports, [each.verdict for each in reversed(reports)], unverified=unverified, tolerated=tolerated
    )

    assert "".join(pieces) == to_json(to_document(reports, unverified=unverified, tolerated=tolerated))


def test_no_piece_waits_for_the_next_role() -> None:
    """A role is written before the next report is asked for."""
    drawn: list[str] = []

    def reports() -> Iterator[RoleReport]:
        for report in REPORTS[:3]:
            drawn.append(report.role_arn)
            yield replace(report)

    written = ""
    for piece in json_pieces(reports(), [], unverified={}):
        written += piece
        assert len(drawn) - written.count('"role_arn"') <= 1
    assert len(drawn) == 3
