"""The table of operations: made from what the tests say, without a gap."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tools.operations import ENFORCED, REASONS, REFUSED, SIDES, Shown, TableError

from tools import operations

Cell = tuple[str, str]
CELLS: list[Cell] = [(row, side) for row in operations.rows() for side in SIDES]
FILLED = [cell for cell in CELLS if cell not in REASONS]
WHOLE = FILLED + [(row, REFUSED) for row, side in REASONS if side == ENFORCED]
"""What fills the table: each cell without a reason, and the refusal of what isn't enforced."""


def showing(cells: list[Cell]) -> str:
    """A test that shows cells."""
    markers = "".join(f"@pytest.mark.shows({row!r}, {side!r})\n" for row, side in cells)
    return f"{markers}def test_it():\n    1 / 0\n"


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Writes test files into a folder that stands for the project, and returns it."""

    def write(engine: str, **others: str) -> Path:
        for room, text in {"engine": engine, **others}.items():
            folder = tmp_path / "tests" / room
            folder.mkdir(parents=True)
            (folder / "test_all.py").write_text(text)
        return tmp_path

    return write


def test_the_page_is_what_the_tests_say() -> None:
    """docs/operations.md is made from the tests, and was made since they changed."""
    assert operations.PAGE.read_text() == operations.page(), "run `python -m tools.operations`"


def test_every_reason_is_of_a_cell() -> None:
    """No reason outlives its row."""
    assert set(REASONS) <= set(CELLS)


def test_a_marker_may_name_several_sides(project: Callable[..., Path]) -> None:
    """Row and sides are read from the markers, without running the tests."""
    marker = '@pytest.mark.shows("AssumeRole", "declared", "performed")\n'

    assert operations.shown(project(marker + showing([]))) == [
        Shown("AssumeRole", "declared", "tests/engine/test_all.py", "test_it"),
        Shown("AssumeRole", "performed", "tests/engine/test_all.py", "test_it"),
    ]


def test_a_whole_table_is_written(project: Callable[..., Path]) -> None:
    """A cell links the files of its tests, says why there are none, or both where the sandbox refuses."""
    lines = operations.page(project(showing(WHOLE))).splitlines()
    link = "[engine: all](../tests/engine/test_all.py)"

    assert f"| `AssumeRole` | {link} | {link} | {link} | {link} |" in lines
    assert f"| … with external ID | {link} | {link} | {link} | {link} |" in lines
    (root,) = [line for line in lines if line.startswith("| `AssumeRoot` |")]
    assert root.endswith(f"| {REASONS['AssumeRoot', ENFORCED]} ({link}) |")


@pytest.mark.parametrize(
    "cell", [("AssumeRoll", "enforced"), ("AssumeRole", "enforce"), ("AssumeRole", REFUSED)]
)
def test_what_is_not_in_the_table_is_an_error(project: Callable[..., Path], cell: Cell) -> None:
    """A row or a side that isn't there is told with the test that names it."""
    told = f"^tests/engine/test_all.py: test_it shows '{cell[0]}', '{cell[1]}', which is not in the table$"

    with pytest.raises(TableError, match=told):
        operations.page(project(showing([*WHOLE, cell])))


def test_a_marker_without_a_side_is_an_error(project: Callable[..., Path]) -> None:
    """It would show nothing, and nobody would notice."""
    with pytest.raises(TableError, match="test_it shows 'AssumeRole', ''"):
        operations.page(project('@pytest.mark.shows("AssumeRole")\n' + showing(WHOLE)))


@pytest.mark.parametrize("lost", FILLED, ids=", ".join)
def test_an_empty_cell_is_an_error(project: Callable[..., Path], lost: Cell) -> None:
    """A cell has a test or a reason."""
    with pytest.raises(TableError, match=f"^neither a test nor a reason: {lost[0]}, {lost[1]}$"):
        operations.page(project(showing([cell for cell in WHOLE if cell != lost])))


def test_a_reason_beside_a_test_is_an_error(project: Callable[..., Path]) -> None:
    """What a test shows can be after all."""
    with pytest.raises(TableError, match=r"^a test, and a reason .*: GetSessionToken, decided$"):
        operations.page(project(showing([*WHOLE, ("GetSessionToken", "decided")])))


def test_a_row_without_a_test_from_outside_is_an_error(project: Callable[..., Path]) -> None:
    """Unit tests alone don't show that a user gets anywhere."""
    chains = [cell for cell in WHOLE if cell[0] == "AssumeRole: chains"]
    others = [cell for cell in WHOLE if cell not in chains]

    with pytest.raises(TableError, match=r"^no test that goes in as users do: AssumeRole: chains$"):
        operations.page(project(showing(others), sts=showing(chains)))
