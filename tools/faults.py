"""Writes docs/faults.md: what goes wrong and what comes out, as the rows of the tests say.

`python -m tools.faults` rewrites the page; `tests/docs/` says so when it has fallen behind.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.faults.cases import CASES, ELSEWHERE

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/faults.md"

_HEAD: Final = """# When things go wrong

No fault ends in a wrong verdict: each ends in the right answer, or in *inconclusive* with its cause. This
table is made by `python -m tools.faults` from the rows of `tests/faults/cases.py`. Each row is a test: a
whole verification against the [sandbox](sandbox.md) over real HTTP, whose pauses pass at once; where
another test shows a row, it is named.

| what goes wrong | in the test | what comes out |
|---|---|---|
"""

_FOOT: Final = """
How answers that change are read:

- After a create or a change, a wrong answer may be *not yet*. It is asked for again until it turns right or
  the time is over: `allowed_timeout_seconds` for all calls that must get in, and `denied_timeout_seconds`
  for all that must be refused.
- An answer that is as expected may be the old policy's. Where the live policies say otherwise, it is asked
  for again, too.
- Two right answers in a row settle it. Once a right answer was taken back, the servers of that endpoint are
  known to differ: then it takes five, and the denied probes are made again.
- Where answers still change when the time is over, neither is believed: *inconclusive*.
- Throttling and errors of AWS are retried by boto3 and then twice more, apart from these times; they never
  become a verdict.
- MFA codes go by AWS's clock, which every answer tells. Where codes are computed from a seed (`mfa_code`
  with `seed_env` or `seed_command`), a wrong clock of this machine doesn't matter; more than 30 s are told
  in the report.
"""


def page() -> str:
    """The whole page, as the rows stand."""
    return _HEAD + "".join(f"{row}\n" for row in _rows()) + _FOOT


def _rows() -> Iterator[str]:
    for case in CASES:
        yield f"| {case.name} | {case.done} | {case.comes} |"
    for row in ELSEWHERE:
        file, _, name = row.test.partition("::")
        yield f"| {row.name} | {row.done} (`{name}` in [{Path(file).name}](../{file})) | {row.comes} |"


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
