"""What users get when they install the distribution."""

import re
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import ZipFile

import pytest

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ROOT / "provider"
DATA: Final = frozenset(
    {
        "rolecall/py.typed",
        "rolecall/reports/page/page.css",
        "rolecall/reports/page/page.html",
        "rolecall/reports/page/page.js",
        "rolecall/reports/report.schema.json",
    }
)
"""What the package has besides its sources."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a download."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[PurePosixPath]:
    """The files in the wheel."""
    with ZipFile(wheel) as archive:
        return [PurePosixPath(each) for each in archive.namelist()]


@pytest.fixture(scope="module")
def about(wheel: Path) -> Iterator[dict[str, str]]:
    """The texts of its ``.dist-info``, by their names there."""
    with ZipFile(wheel) as archive:
        infos = [each for each in archive.namelist() if ".dist-info/" in each]
        yield {each.partition(".dist-info/")[2]: archive.read(each).decode() for each in infos}


@pytest.fixture(scope="module")
def metadata(about: dict[str, str]) -> Message:
    """The distribution's METADATA."""
    return Parser().parsestr(about["METADATA"])


def test_it_holds_the_package_and_nothing_else(names: list[PurePosixPath]) -> None:
    """Every source and the data beside it; neither tests nor tools, examples, benchmarks or caches."""
    sources = {each.relative_to(SOURCES).as_posix() for each in SOURCES.rglob("*.py")}

    packed = {str(each) for each in names if not each.parts[0].endswith(".dist-info")}
    assert packed - sources == DATA
    assert sources <= packed


def test_it_brings_its_licence(about: dict[str, str], metadata: Message) -> None:
    """The text of the licence is in it, and the metadata names it."""
    assert about["licenses/LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert (metadata["License-Expression"], metadata["License-File"]) == ("Apache-2.0", "LICENSE")


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0]


def test_it_says_what_it_needs(metadata: Message) -> None:
    """The embedded AWS is an extra: who only declares roles installs neither moto nor what reads XML."""
    needs = metadata.get_all("Requires-Dist") or []
    plain = {each for each in needs if "extra ==" not in each}
    sandbox = {each for each in needs if "extra == 'sandbox'" in each}

    assert set(metadata.get_all("Provides-Extra") or []) >= {"sandbox"}
    assert metadata["Requires-Python"] == ">=3.11"
    assert {_name(each) for each in sandbox} >= {"moto", "pyotp", "lxml", "signxml"}
    assert not {_name(each) for each in plain} & {_name(each) for each in sandbox}


def test_its_entry_points(about: dict[str, str]) -> None:
    """It brings the command and the pytest plugin."""
    entries = ConfigParser()
    entries.read_string(about["entry_points.txt"])

    assert dict(entries["console_scripts"]) == {"rolecall": "rolecall.cli:main"}
    assert dict(entries["pytest11"]) == {"rolecall": "rolecall.testing"}


def test_it_works_as_it_is(wheel: Path) -> None:
    """What is in the wheel is enough to import the package and to decide on a trust policy."""
    program = f"""
import sys
sys.path.insert(0, {str(wheel)!r})
import rolecall, rolecall.policy
policy = rolecall.policy.build_trust_policy(
    rolecall.policy.read_trusts([{{"accounts": ["111111111111"]}}]), partition="aws"
)
print(rolecall.policy.to_json(policy))
print(rolecall.__file__.startswith(sys.path[0]), rolecall.__version__)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=wheel.parent,
    )

    assert done.returncode == 0, done.stderr
    document, summary = done.stdout.splitlines()
    assert "arn:aws:iam::111111111111:root" in document
    assert summary == f"True {wheel.name.split('-')[1]}"
