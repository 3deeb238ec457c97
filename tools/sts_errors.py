"""Writes docs/errors.md: every error code of STS, as the table says.

`python -m tools.sts_errors` rewrites the page; `tests/docs/` says so when it has fallen behind.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rolecall.sts import ERRORS, ErrorRow, Meaning

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/errors.md"

_HEAD: Final = """# What STS says when it refuses

Codes as they travel: the code of an exception of boto3 (`error.response["Error"]["Code"]`), which often isn't
the exception's name. A *refusal* is an answer: a probe that expects one can be proved by it. With the others
nothing was answered, and what was asked is inconclusive. *Retry* says whether the same call may succeed later
with nothing changed; botocore tries such calls three times by itself. A code that isn't here is shown as it
came, and counts as inconclusive; one with an HTTP status of 500 or more counts as an internal error.

This page is made from `rolecall.sts.ERRORS` by `python -m tools.sts_errors`.

| code | meaning | what happened | what to do | retry |
|---|---|---|---|---|
"""

_MEANINGS: Final[Mapping[Meaning, str]] = {
    Meaning.REFUSAL: "refusal",
    Meaning.NOT_ASKED: "not answered",
    Meaning.BUSY: "not answered",
}


def page() -> str:
    """Return the whole page."""
    return _HEAD + "".join(_line(code, row) for code, row in sorted(ERRORS.items(), key=_letters))


def _letters(item: tuple[str, ErrorRow]) -> str:
    return item[0].lower()


def _line(code: str, row: ErrorRow) -> str:
    retry = "helps" if row.retry_helps else "doesn't help"
    return f"| `{code}` | {_MEANINGS[row.meaning]} | {row.sentence} | {row.remedy} | {retry} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
