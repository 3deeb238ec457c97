"""Writes the JSON Schema of reports into docs/ and the package, as the code declares them.

`python -m tools.report_schema` rewrites both; `tests/reports/` says so when they have fallen behind.
"""

import json
import sys
from pathlib import Path
from typing import Final

from rolecall.reports import json_schema

ROOT: Final = Path(__file__).parent.parent
PUBLISHED: Final = (
    ROOT / "docs/report.schema.json",
    ROOT / "provider/rolecall/reports/report.schema.json",
)


def text() -> str:
    """The whole file, as the code stands."""
    return f"{json.dumps(json_schema(), indent=2)}\n"


def main() -> int:
    """Writes both."""
    for path in PUBLISHED:
        path.write_text(text(), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
