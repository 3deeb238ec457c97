"""Links between pages lead somewhere, and every page can be reached."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
    *(ROOT / folder / "README.md" for folder in ("benchmarks", "tools/offline")),
]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The file and the heading of each link to something of this project."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    for path, heading in LINK.findall(text):
        yield (page.parent / path).resolve() if path else page, heading


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub links to them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """To a file or folder that is there, and a heading that it has."""
    found = list(links(page))

    assert [target for target, _ in found if not target.exists()] == []
    assert [
        (target, heading) for target, heading in found if heading and heading not in anchors(target)
    ] == []


def test_every_page_is_linked_from_the_readme() -> None:
    """Nobody has to look through the folder."""
    assert {page for page in PAGES if page.parent.name == "docs"} <= {target for target, _ in links(PAGES[0])}
