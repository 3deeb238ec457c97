"""The table for terminals: whole texts at two widths, colours that are never alone, plain encodings."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from tests.reports.facts import allowed, report, result, wider_report

from rolecall.reports.table import draw, draw_summary
from rolecall.verification.model import Cause, Outcome, Verdict
from rolecall.verification.report import RoleReport

GOLDEN = Path(__file__).parent / "golden"


def drawn(told: RoleReport, *, width: int = 160, encoding: str = "utf-8", terminal: bool = False) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    console = Console(
        file=out, width=width, force_terminal=terminal, color_system="standard" if terminal else None
    )
    draw(told, console)
    out.seek(0)
    return "".join(f"{line.rstrip()}\n" for line in out.read().splitlines())


@pytest.mark.parametrize(
    ("told", "width", "name"),
    [
        (report(), 160, "wide.txt"),
        (report(), 80, "narrow.txt"),
        (wider_report(), 190, "receipts.txt"),
    ],
)
def test_the_whole_table(told: RoleReport, width: int, name: str) -> None:
    """A row a probe where there is room; where there isn't, two lines a probe, and no broken words."""
    assert (GOLDEN / name).read_text(encoding="utf-8") == drawn(told, width=width)


def test_a_pipe_gets_one_line_a_sentence() -> None:
    """Sentences are wrapped for terminals only, so that a pipe can be searched."""
    piped = [line for line in drawn(report(), width=80).splitlines() if line.startswith("•")]
    shown = re.sub(r"\x1b\[[0-9;]*m", "", drawn(report(), width=80, terminal=True)).splitlines()

    assert any(len(line) > 80 for line in piped)
    assert len(piped) == 5
    assert all(len(line) <= 80 for line in shown)


def test_colour_is_never_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Symbol and word say what colour says, and NO_COLOR takes the colour only."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = drawn(report(), terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = drawn(report(), terminal=True)

    assert "\x1b[1;31m✘ refuted" in coloured
    assert "✘ refuted" in plain
    assert "\x1b[31m" not in plain
    assert "31m" not in plain
    assert "32m" not in plain


def test_an_ascii_terminal_gets_ascii_symbols() -> None:
    """Where the encoding has no check mark, another sign stands with the word."""
    text = drawn(report(), encoding="ascii")

    assert "x refuted" in text
    assert "+ proved" in text
    assert text.isascii()


def test_markup_in_names_is_text() -> None:
    """Square brackets in a profile's name are shown, not obeyed."""
    assert "profile [red]x[/red]" in drawn(report(results=(allowed(caller="profile [red]x[/red]"),)))


def test_what_was_not_asked_is_not_called_an_answer() -> None:
    """No answer is neither allowed nor denied, and what wasn't tried wasn't answered."""
    unasked = allowed(
        outcome=Outcome.INCONCLUSIVE, verdict=Verdict.INCONCLUSIVE, cause=Cause.NO_ANSWER, attempts=0
    )
    unclear = result(outcome=Outcome.INCONCLUSIVE, verdict=Verdict.INCONCLUSIVE, cause=Cause.UNEXPECTED_CODE)
    text = drawn(report(results=(unasked, unclear)))

    assert "not asked" in text
    assert "neither" in text


def test_a_report_without_probes_says_so() -> None:
    """A role that was only compared is not called proved."""
    text = drawn(report(results=(), broken=(), skipped=(), regions=()))

    assert "verdict nothing probed" in text
    assert "STS asked" not in text


def test_the_summary_counts_verdicts_worst_first() -> None:
    """Many roles end in one line."""
    good = report(results=(allowed(),), broken=())
    out = io.StringIO()

    draw_summary([each.verdict for each in (good, report(), good)], Console(file=out, width=80))

    assert out.getvalue() == "3 roles:  1 ✘ refuted  2 ✔ proved\n"
