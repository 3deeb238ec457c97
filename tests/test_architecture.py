"""The rooms of the house: what each may import, and what loading a face of it costs."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "provider" / "rolecall"
FRONT_DOOR: Final = "(front door)"
"""What ``rolecall/__init__.py`` is called in the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one room may import.

    Attributes:
        rooms: other rooms, besides the leaves.
        packages: what is neither of this package nor of the standard library.
    """

    rooms: frozenset[str]
    packages: frozenset[str]


def row(rooms: str = "", packages: str = "") -> Row:
    return Row(frozenset(rooms.split()), frozenset(packages.split()))


LEAVES: Final = frozenset({"errors", "shapes"})
"""Modules at the top of the package that every room may import, and that import no room."""

AWS: Final = "boto3 botocore types_boto3_iam types_boto3_sts"
THINKING: Final = "policy verification guarantee"

HOUSE: Final[Mapping[str, Row]] = {
    "errors": row(),
    "shapes": row(),
    "policy": row(),
    "verification": row("policy"),
    "guarantee": row("policy verification"),
    "lint": row("policy guarantee"),
    "reach": row("policy guarantee"),
    "inventory": row(f"{THINKING} reach", f"{AWS} yaml"),
    "sts": row(THINKING, AWS),
    "reports": row(f"{THINKING} lint reach", "rich"),
    "sandbox": row("policy", f"{AWS} moto pyotp joserfc signxml lxml cryptography werkzeug _typeshed"),
    "testing": row("sandbox", "pytest"),
    "resources": row(f"{THINKING} lint reach inventory sts reports", "pulumi pulumi_aws grpc google yaml"),
    "cli": row(f"{THINKING} lint reach inventory sts reports sandbox", "click rich botocore yaml"),
    FRONT_DOOR: row("resources"),
}
"""A room has its row before it has its first module."""


def importer_package(module: Path) -> tuple[str, ...]:
    """The package against which a module's relative imports are resolved."""
    return ("rolecall", *module.relative_to(PACKAGE).parts[:-1])


def imports(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """The dotted names that a source imports: at its top, in functions and for type checkers only alike."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from rolecall import sts` names a room where `from rolecall.sts import x` names what is in it.
            yield from (f"{base}.{alias.name}" for alias in node.names)


def room_of(module: Path) -> str:
    name = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return FRONT_DOOR if name == "__init__" else name


def target(dotted: str) -> tuple[str, str]:
    """What an import reaches: ``("room", name)`` or ``("package", name)``."""
    first, _, rest = dotted.partition(".")
    if first != "rolecall":
        return "package", first
    second = rest.partition(".")[0]
    return "room", second if second in HOUSE else FRONT_DOOR


@dataclass(frozen=True, slots=True)
class Arrow:
    """That a module imports something."""

    module: str
    room: str
    kind: str
    to: str


@cache
def arrows() -> frozenset[Arrow]:
    """Every import that leaves its room and isn't of the standard library."""
    found = {
        Arrow(str(module.relative_to(PACKAGE)), room_of(module), *target(dotted))
        for module in PACKAGE.rglob("*.py")
        for dotted in imports(module.read_text(encoding="utf-8"), importer_package(module))
    }
    return frozenset(
        each for each in found if each.to != each.room and each.to not in sys.stdlib_module_names
    )


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import boto3.session", ["boto3.session"]),
        ("from rolecall import sts", ["rolecall.sts"]),
        ("from rolecall.sts.errors import ERRORS", ["rolecall.sts.errors.ERRORS"]),
        ("from . import sentences", ["rolecall.reports.sentences"]),
        ("from .words import say", ["rolecall.reports.words.say"]),
        ("from ..sts import Credentials", ["rolecall.sts.Credentials"]),
        ("from .. import sts", ["rolecall.sts"]),
        ("def late():\n    import moto", ["moto"]),
        ("if TYPE_CHECKING:\n    from rolecall.sandbox import Sandbox", ["rolecall.sandbox.Sandbox"]),
    ],
)
def test_no_way_of_importing_is_overlooked(source: str, found: list[str]) -> None:
    """Absolute, relative, late and typing-only imports all count."""
    assert list(imports(source, ("rolecall", "reports"))) == found


def test_every_room_has_a_row() -> None:
    """A new room, or a new module beside the rooms, says first what it may import."""
    assert {room_of(module) for module in PACKAGE.rglob("*.py")} <= set(HOUSE)


@pytest.mark.parametrize("room", HOUSE)
def test_arrows_point_one_way(room: str) -> None:
    """A room imports only the rooms and packages of its row; nobody goes in by the front door."""
    allowed = {"room": HOUSE[room].rooms | LEAVES, "package": HOUSE[room].packages}

    assert [each for each in arrows() if each.room == room and each.to not in allowed[each.kind]] == []


def test_leaves_import_no_room() -> None:
    """What everybody imports imports nobody, besides another leaf."""
    assert {each.to for each in arrows() if each.room in LEAVES} <= LEAVES


def test_no_room_imports_itself_by_way_of_others() -> None:
    """The rooms can be put in a row in which each imports only those before it."""
    graph: dict[str, set[str]] = {}
    for each in arrows():
        if each.kind == "room":
            graph.setdefault(each.room, set()).add(each.to)

    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"rooms import each other: {' -> '.join(error.args[1])}")
    assert order.index("policy") < order.index("verification") < order.index("cli")


def test_nothing_of_the_checkout_is_imported() -> None:
    """What isn't in the wheel isn't imported by what is."""
    beside = {folder.name for folder in ROOT.iterdir() if folder.is_dir()}

    assert {"tools", "tests", "benchmarks", "examples"} <= beside
    assert [each for each in arrows() if each.kind == "package" and each.to in beside] == []


def required(distribution: str, extras: frozenset[str] = frozenset()) -> Iterator[Requirement]:
    """What a distribution requires here and now, with some of its extras."""
    for requirement in map(Requirement, requires(distribution) or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield requirement


def test_every_package_is_declared() -> None:
    """What is imported is a dependency of the distribution or an extra, or is required by one by itself."""
    own = list(required("rolecall", frozenset({"sandbox", "dev"})))
    theirs = [each for need in own for each in required(need.name, frozenset(need.extras))]
    declared = {canonicalize_name(each.name) for each in (*own, *theirs)}
    homes = packages_distributions()

    imported = {each.to for each in arrows() if each.kind == "package"} - {"_typeshed"}
    assert [
        each for each in imported if declared.isdisjoint(map(canonicalize_name, homes.get(each, ())))
    ] == []


FACES: Final = [
    ("import rolecall", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.errors", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall; rolecall.DeclarationError", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.policy", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.verification", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.guarantee", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.lint", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.reach", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.inventory", "boto3 botocore pulumi pulumi_aws moto rich click yaml"),
    ("import rolecall.reports, rolecall.reports.table", "boto3 botocore pulumi pulumi_aws moto"),
    ("import rolecall.sts", "pulumi pulumi_aws moto"),
    ("import rolecall.resources", "boto3 botocore moto"),
    ("import rolecall.testing", "boto3 botocore pulumi pulumi_aws moto"),
    ("import rolecall.sandbox", "pulumi pulumi_aws"),
    ("from rolecall.cli import main; main(['--help'])", "boto3 botocore pulumi pulumi_aws moto"),
    ("from rolecall.cli import main; main(['verify', '--help'])", "boto3 botocore pulumi pulumi_aws moto"),
    ("from rolecall.cli import main; main(['sandbox', '--help'])", "boto3 botocore pulumi pulumi_aws moto"),
    (
        f"from rolecall.cli import main; main(['lint', '{ROOT}/tests/cases/inventory/policy.json'])",
        "boto3 botocore pulumi pulumi_aws moto",
    ),
    ("from rolecall.cli import main; main(['audit', '--help'])", "boto3 botocore pulumi pulumi_aws moto"),
    ("import rolecall.cli.audit.run", "pulumi pulumi_aws moto"),
    ("import rolecall.cli.verify.run", "pulumi pulumi_aws moto"),
]
"""What a user does first, and what must not be loaded for it."""

REPORT: Final = """
import atexit, sys
atexit.register(lambda: print("LOADED", *sorted({unwanted!r} & set(sys.modules))))
{program}
"""


@pytest.mark.parametrize(("program", "unwanted"), FACES, ids=[program for program, _ in FACES])
def test_a_face_loads_only_what_it_needs(program: str, unwanted: str) -> None:
    """Neither help nor a pure room waits for an SDK that it doesn't use."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(program=program, unwanted=set(unwanted.split()))],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "LOADED"
