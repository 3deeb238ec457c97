"""Every snippet in the README and in docs/ runs; the comment above it says how."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from tests.engine.harness import MakeStack

from rolecall.guarantee import read_requirements
from rolecall.inventory.organization import read_organization
from rolecall.policy import PolicyKind, parse
from rolecall.sandbox.world import World
from tools import faults, lint_rules, reference

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"(?:<!-- test: (?P<how>[^\n]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
EXTERNAL_ID = "acme-3f1c9a0e7b52"
UNTESTED = {"text"}


@dataclass(frozen=True)
class Snippet:
    page: str
    line: int
    how: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def snippets() -> list[Snippet]:
    found = []
    for page in PAGES:
        content = page.read_text()
        for match in FENCE.finditer(content):
            line = content[: match.start()].count("\n") + 1
            found.append(Snippet(page.name, line, match["how"] or "", match["language"], match["text"]))
    return found


def of(how: str) -> pytest.MarkDecorator:
    chosen = [each for each in snippets() if each.how.split(" ")[0] == how]
    return pytest.mark.parametrize("snippet", chosen, ids=str)


def test_every_snippet_says_how_it_is_tested() -> None:
    """A snippet without a word on its test would rot; the README's two make commands are what CI runs."""
    silent = [each for each in snippets() if not each.how and each.language not in UNTESTED]
    assert [each.text.split()[:2] for each in silent] == [["make", "demo"]]


def prepare(world: World) -> None:
    """What the snippets suppose to be there."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }
    world.workload.role("existing", {"Version": "2012-10-17", "Statement": [statement]})
    own = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    world.sandbox.account("111111111111").role("ci", {"Version": "2012-10-17", "Statement": [own]})


@pytest.mark.engine
@of("up")
def test_programs_deploy(snippet: Snippet, stack: MakeStack, world: World) -> None:
    """Each program goes up against the sandbox's default accounts."""
    prepare(world)
    stack(snippet.text).up().ok()


@pytest.mark.engine
@of("sh")
def test_commands_succeed(snippet: Snippet, stack: MakeStack, world: World) -> None:
    """Each command line ends with 0 in a Pulumi project, with the sandbox's profiles."""
    prepare(world)
    project = stack("import pulumi\npulumi.export('here', True)\n")
    for line in snippet.text.strip().splitlines():
        done = subprocess.run(
            shlex.split(line),
            cwd=project.project,
            env={
                **project.environment,
                "PATH": f"{Path(sys.executable).parent}:{project.environment['PATH']}",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@of("run")
def test_commands_answer(snippet: Snippet, tmp_path: Path) -> None:
    """Each command line ends with the code told, and prints what the page shows, given the page's files."""
    for each in snippets():
        if each.page == snippet.page and each.how.startswith("file "):
            (tmp_path / each.how.removeprefix("file ")).write_text(each.text)
    content = next(page for page in PAGES if page.name == snippet.page).read_text()
    shown = content.split(snippet.text, 1)[1].split("```text\n", 1)[1].split("```", 1)[0]
    words = shlex.split(snippet.text)

    done = subprocess.run(
        [sys.executable, "-m", "rolecall.cli", *words[1:]],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert words[0] == "rolecall"
    assert (done.returncode, done.stdout) == (int(snippet.how.split(" ")[1]), shown), done.stderr


def put_accounts(folder: Path) -> None:
    """What the page on audits supposes: the details of an account that nobody of outside gets into."""
    own = "arn:aws:iam::111111111111"
    statement = {"Effect": "Allow", "Principal": {"AWS": f"{own}:root"}, "Action": "sts:AssumeRole"}
    role = {
        "RoleName": "ci",
        "RoleId": "AROACI",
        "Arn": f"{own}:role/ci",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    (folder / "accounts").mkdir()
    (folder / "accounts" / "111111111111.json").write_text(
        json.dumps({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": []})
    )


@of("audit")
def test_audits_answer(snippet: Snippet, tmp_path: Path) -> None:
    """Each audit of files ends with 0 where there is nothing to find."""
    put_accounts(tmp_path)
    words = shlex.split(snippet.text)
    done = subprocess.run(
        [sys.executable, "-m", "rolecall.cli", *words[1:]],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (words[0], done.returncode) == ("rolecall", 0), done.stdout + done.stderr


@of("python")
def test_programs_over_accounts_run(
    snippet: Snippet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each program that reads accounts/ runs."""
    put_accounts(tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(snippet.text, str(snippet), "exec"), {})


@of("organization")
def test_organizations_are_understood(snippet: Snippet) -> None:
    """The example of an organization has no fault."""
    assert read_organization(json.loads(snippet.text))


@of("checkout")
def test_commands_of_the_checkout(snippet: Snippet) -> None:
    """Each command for developers ends with 0."""
    words = shlex.split(snippet.text)
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=ROOT, capture_output=True, check=False, timeout=120
    )

    assert (words[0], done.returncode) == ("python", 0), done.stderr


@of("policy")
def test_policies_can_be_stored(snippet: Snippet) -> None:
    """Each policy is one that IAM would take."""
    assert parse(json.loads(snippet.text), kind=PolicyKind.IDENTITY).statements


@of("require")
def test_requirements_are_understood(snippet: Snippet) -> None:
    """The example of rolecall.yaml has no fault."""
    assert read_requirements(yaml.safe_load(snippet.text)["require"], path="require").third_party_external_id


@of("pytest")
def test_tests_pass(snippet: Snippet, tmp_path: Path) -> None:
    """The example of a test passes with the package's own fixture."""
    (tmp_path / "test_snippet.py").write_text(snippet.text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_reference_is_what_the_code_says() -> None:
    """docs/reference.md is made from the shapes' own docstrings."""
    assert reference.PAGE.read_text() == reference.page(), "run `python -m tools.reference`"


def test_the_page_on_lint_is_what_the_rules_say() -> None:
    """docs/lint.md is made from the table of rules."""
    assert lint_rules.PAGE.read_text() == lint_rules.page(), "run `python -m tools.lint_rules`"


def test_the_page_on_faults_is_what_the_tests_say() -> None:
    """docs/faults.md is made from the rows that the tests play."""
    assert faults.PAGE.read_text() == faults.page(), "run `python -m tools.faults`"
