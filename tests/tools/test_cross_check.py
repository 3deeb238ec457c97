"""The conformance cases in ministack, which shares no code with this package."""

from pathlib import Path

from tools.cross_check import check, known_differences, report
from tools.staging import Result

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
CASES = [{"id": "a", "source": "Page"}, {"id": "b", "source": "Page"}]


def test_ministack_differs_where_it_is_known_to() -> None:
    """Somebody else's reading of the rules agrees, but for the differences that are listed and explained."""
    text, as_known = report(*check(), known_differences())

    assert as_known, text


def test_every_difference_is_on_the_page() -> None:
    """docs/conformance.md lists each known difference with its explanation."""
    page = PAGE.read_text(encoding="utf-8")

    assert [
        each for each, why in known_differences().items() if f"| `{each}` |" not in page or why not in page
    ] == []


def test_a_new_difference_is_told() -> None:
    """A disagreement that nobody has explained yet makes the check fail, and names the documented side."""
    text, as_known = report(CASES, [Result(id="a", expect="denied", answer="allowed")], {})

    assert not as_known
    assert "a: documented denied (Page), ministack allowed: NOT KNOWN YET" in text


def test_a_difference_that_is_gone_is_told() -> None:
    """An explanation for what no longer differs makes the check fail, too."""
    text, as_known = report(CASES, [Result(id="b", expect="denied", answer="denied")], {"b": "leaves it out"})

    assert not as_known
    assert "b: no longer differs" in text
