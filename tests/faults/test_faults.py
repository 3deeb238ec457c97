"""No fault ends in a wrong verdict."""

from pathlib import Path

import pytest
from tests.faults.cases import CASES, ELSEWHERE, Case, Elsewhere
from tests.faults.stage import Stage

from rolecall.verification import Verdict

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_ends_in_the_right_answer_or_in_inconclusive(case: Case, stage: Stage) -> None:
    """Each row of the table, from the caller's credentials to the report, over real HTTP."""
    case.arrange(stage)
    report = stage.play(stage.make_role())

    unproved = [result for result in report.results if result.verdict is not Verdict.PROVED]
    assert report.verdict is case.verdict
    assert {result.cause for result in unproved} <= case.causes
    assert bool(unproved) is bool(case.causes)
    assert case.said in " ".join(result.detail for result in unproved)


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row.name)
def test_what_is_shown_elsewhere_is_there(row: Elsewhere) -> None:
    """A test that is renamed or gone is noticed."""
    file, _, name = row.test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_report_names_a_clock_that_is_off(stage: Stage) -> None:
    """Also where nothing went wrong because of it."""
    stage.world.sandbox.faults.skew(600)
    report = stage.play(stage.make_role())

    assert report.verdict is Verdict.PROVED
    assert report.clock_skew_seconds == pytest.approx(600, abs=60)
