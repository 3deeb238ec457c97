"""Writes docs/operations.md: which test shows which way into a role on which side.

A test says so by `@pytest.mark.shows("AssumeRole", "enforced")`. `python -m tools.operations` rewrites the
page; `tests/docs/` says so when it has fallen behind, or when a cell is empty for no reason.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import botocore.session

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/operations.md"

ENFORCED: Final = "enforced"

SIDES: Final[Mapping[str, str]] = {
    "declared": "a Pulumi program or a trust policy says it",
    "decided": "`policy/` predicts the answer",
    "performed": "`sts/` or a verification makes the call",
    ENFORCED: "the sandbox answers as AWS does",
}

VARIANTS: Final[Mapping[str, tuple[str, ...]]] = {
    "AssumeRole": (
        "external ID", "MFA", "session tags", "source identity", "session policies", "chains", "contexts",
    ),
}  # fmt: skip
"""What an operation may come with, each a row of its own."""

BEYOND: Final = ("getSigninToken",)
"""What belongs to STS's credentials without being an operation of STS."""

REFUSED: Final = "refused"
"""What a test shows where the sandbox refuses an operation by name, with a reason why it isn't `ENFORCED`."""

FROM_OUTSIDE: Final = ("tests/awscli/", "tests/cli/", "tests/engine/")
"""Where tests go in as users do; each row has one of them."""

_NO_TRUST: Final = "no trust: nothing to declare"
_NO_POLICY: Final = "needs no permission: nothing to decide"

REASONS: Final[Mapping[tuple[str, str], str]] = {
    ("AssumeRole: session policies", "declared"): "the caller's own choice; no trust can ask for them",
    ("AssumeRoot", "declared"): _NO_TRUST,
    ("AssumeRoot", "performed"): "goes into a member account's root user, and into no role",
    ("AssumeRoot", ENFORCED): "refused: moto has no centralized root access",
    ("DecodeAuthorizationMessage", "declared"): _NO_TRUST,
    ("GetAccessKeyInfo", "declared"): _NO_TRUST,
    ("GetCallerIdentity", "declared"): _NO_TRUST,
    ("GetCallerIdentity", "decided"): _NO_POLICY,
    ("GetDelegatedAccessToken", "declared"): _NO_TRUST,
    ("GetDelegatedAccessToken", "decided"): "a customer's approval decides, which can't be read",
    ("GetDelegatedAccessToken", "performed"): "for partners only, to whom AWS gave a token to trade in",
    ("GetDelegatedAccessToken", ENFORCED): "refused: nothing here can make a token to trade in",
    ("GetFederationToken", "declared"): _NO_TRUST,
    ("GetSessionToken", "declared"): _NO_TRUST,
    ("GetSessionToken", "decided"): "policies don't control it: nothing to decide",
    ("GetWebIdentityToken", "declared"): _NO_TRUST,
    ("getSigninToken", "declared"): "no trust; `switch_role_url` is the declared way into the console",
    ("getSigninToken", "decided"): _NO_POLICY,
}
"""Why a cell can't be."""


class TableError(Exception):
    """A test shows what is no row or no side, or the table has a gap; says which."""


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """One test that shows one row on one side."""

    row: str
    side: str
    file: str
    test: str


@cache
def rows() -> tuple[str, ...]:
    """Every operation of today's botocore with its variants, and what lies beyond."""
    operations = botocore.session.Session().get_service_model("sts").operation_names
    variants = (
        row
        for operation in operations
        for row in (operation, *(f"{operation}: {what}" for what in VARIANTS.get(operation, ())))
    )
    return (*variants, *BEYOND)


def shown(root: Path = ROOT) -> list[Shown]:
    """What the tests below `root` say that they show.

    Raises:
        TableError: a test names a row or a side that isn't there, or no side.
    """
    known = {(row, side) for row in rows() for side in SIDES}
    known |= {(row, REFUSED) for row, side in REASONS if side == ENFORCED}
    paths = sorted(root.glob("tests/**/test_*.py"))
    found = sorted(each for path in paths for each in _in_file(path, path.relative_to(root).as_posix()))
    for each in found:
        if (each.row, each.side) not in known:
            message = f"{each.file}: {each.test} shows {each.row!r}, {each.side!r}, which is not in the table"
            raise TableError(message)
    return found


def page(root: Path = ROOT) -> str:
    """The whole page, as the tests below `root` stand.

    Raises:
        TableError: a cell has neither a test nor a reason, or both; or no test of a row goes in as users do.
    """
    cells: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    for each in shown(root):
        cells[each.row, each.side].append(each)
    _check(cells)
    head = f"| operation | {' | '.join(SIDES)} |\n|{'---|' * (len(SIDES) + 1)}"
    body = [f"| {_name(row)} | {' | '.join(_cell(cells, row, side) for side in SIDES)} |" for row in rows()]
    meanings = "\n".join(f"- *{side}*: {meaning}." for side, meaning in SIDES.items())
    return f"{_HEAD}\n{meanings}\n\n" + "\n".join([head, *body]) + "\n"


_HEAD: Final = """# Every way into a role, on every side

Which tests show what; a cell without tests says why there can't be one. Each row has a test that goes in as
users do: by `pulumi up` (engine), by a command (cli), or by the AWS CLI (awscli). This page is made from the
tests by `python -m tools.operations`.
"""


def _check(cells: Mapping[tuple[str, str], list[Shown]]) -> None:
    gaps = {
        "neither a test nor a reason": [
            f"{row}, {side}" for row in rows() for side in SIDES
            if not cells.get((row, side)) and (row, side) not in REASONS
        ],
        "a test, and a reason why there can't be one": [
            f"{row}, {side}" for row, side in REASONS if cells.get((row, side))
        ],
        "no test that goes in as users do": [
            row for row in rows()
            if not any(
                each.file.startswith(FROM_OUTSIDE)
                for side in (*SIDES, REFUSED) for each in cells.get((row, side), ())
            )
        ],
    }  # fmt: skip
    if any(gaps.values()):
        raise TableError(". ".join(f"{what}: {'; '.join(where)}" for what, where in gaps.items() if where))


def _name(row: str) -> str:
    operation, _, what = row.partition(": ")
    return f"… with {what}" if what else f"`{operation}`"


def _cell(cells: Mapping[tuple[str, str], list[Shown]], row: str, side: str) -> str:
    links = _links(cells.get((row, side), ()))
    if links:
        return links
    refusals = _links(cells.get((row, REFUSED), ())) if side == ENFORCED else ""
    return f"{REASONS[row, side]} ({refusals})" if refusals else REASONS[row, side]


def _links(tests: Iterable[Shown]) -> str:
    files = dict.fromkeys(Path(each.file) for each in tests)
    return ", ".join(
        f"[{file.parent.name}: {file.stem.removeprefix('test_')}](../{file.as_posix()})" for file in files
    )


def _in_file(path: Path, file: str) -> Iterator[Shown]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.shows":
                    row, *sides = (ast.literal_eval(argument) for argument in decorator.args)
                    yield from (Shown(row, side, file, node.name) for side in sides or [""])


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
