"""Writes the JSON Schemas of reports and receipts into docs/ and the package, as the code declares them.

`python -m tools.report_schema` rewrites them; `tests/reports/` says so when they have fallen behind.
"""

import json
import sys
from pathlib import Path
from typing import Final

from rolecall.reports import json_schema, receipt_schema

ROOT: Final = Path(__file__).parent.parent
PUBLISHED: Final = {
    ROOT / "docs/report.schema.json": json_schema,
    ROOT / "provider/rolecall/reports/report.schema.json": json_schema,
    ROOT / "docs/receipt.schema.json": receipt_schema,
}


def text(path: Path) -> str:
    """The whole file, as the code stands."""
    return f"{json.dumps(PUBLISHED[path](), indent=2)}\n"


def main() -> int:
    """Writes them all."""
    for path in PUBLISHED:
        path.write_text(text(path), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
