"""The page on fleets: its file is understood, and the commands beside it do what is said."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.cli.conftest import Served, served
from tests.docs.test_snippets import ROOT, Snippet, snippets

from rolecall.cli.verify.fleet_file import read_fleet_file
from tools import fleet_schema

__all__ = ["served"]

CI = "arn:aws:iam::111111111111:user/ci"
REQUIRED = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}


FILES = [each for each in snippets() if each.how == "fleet fleet.yaml"]
COMMANDS = [each for each in snippets() if each.how == "fleet 0"]


@pytest.fixture(scope="module")
def folder(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's file; its roles are there."""
    for name in ("existing", "reader"):
        served.role(name, CI, REQUIRED)
    here = tmp_path_factory.mktemp("fleet")
    (here / "fleet.yaml").write_text(FILES[0].text)
    return here


@pytest.mark.parametrize("snippet", COMMANDS, ids=str)
def test_commands_end_as_told(
    snippet: Snippet, folder: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command line ends with 0 where the page's file is."""
    monkeypatch.chdir(folder)
    done = served.rolecall(*shlex.split(snippet.text)[1:])

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_file_of_the_page_fits_its_schema(folder: Path) -> None:
    """What is read without a fault fits the schema, and what the schema refuses is a fault."""
    file = folder / "fleet.yaml"
    content = yaml.safe_load(file.read_text())
    validator = Draft202012Validator(fleet_schema.schema())

    validator.validate(content)
    assert len(read_fleet_file(file, settings={}, gates={}, changed=False).roles) == 2
    wrong: list[dict[str, Any]] = [
        {**content, "rolls": []},
        {**content, "owners": {"22": {}}},
        {"callers": {}},
    ]
    assert all(list(validator.iter_errors(each)) for each in wrong)


def test_the_schema_is_what_the_code_says() -> None:
    """docs/fleet.schema.json is made from the shapes."""
    assert fleet_schema.PUBLISHED.read_text() == fleet_schema.text(), "run `python -m tools.fleet_schema`"


def test_the_page_tells_every_field() -> None:
    """The table of the page has a row for each field of the schema."""
    page = (ROOT / "docs/fleet.md").read_text()
    table = page.split("| field |", 1)[1].split("\n\n", 1)[0]

    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(
        json.loads(fleet_schema.text())["properties"]
    )
