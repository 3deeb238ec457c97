"""Takes the pictures of the HTML report that docs/reports.md shows: `python -m tools.screenshots`."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rolecall.reports import FORMATS, to_document
from tools.browser import chromium
from tools.fleet import fleet

DOCS: Final = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    Attributes:
        name: of the file in docs/.
        roles: how many the report has.
        width, height: of the window, in CSS pixels.
        scheme: ``light`` or ``dark``.
    """

    name: str
    roles: int
    width: int
    height: int
    scheme: str


SHOTS: Final = (
    Shot("report-wide.png", 6, 1200, 900, "light"),
    Shot("report-narrow.png", 60, 760, 1000, "dark"),
)


def take(shot: Shot, folder: Path, *, into: Path) -> None:
    """Takes one picture; the page is put into a folder first."""
    page = folder / f"{shot.name}.html"
    page.write_text(FORMATS["html"](to_document(fleet(shot.roles))), encoding="utf-8")
    with chromium() as browser:
        metrics = {"width": shot.width, "height": shot.height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": shot.scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        browser.get(page.as_uri())
        (into / shot.name).write_bytes(browser.get_screenshot_as_png())


def main() -> int:
    """Takes all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        for shot in SHOTS:
            take(shot, Path(folder), into=DOCS)
            print(DOCS / shot.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
