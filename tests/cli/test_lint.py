"""``rolecall lint``: files in, findings out, and an exit code that pipelines can branch on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rolecall.cli import main

CASES = Path(__file__).parents[1] / "cases" / "inventory"
OPEN = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
CLOSED = {
    "Effect": "Allow",
    "Principal": {"AWS": "111111111111"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def lint(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["lint", *words], input=given, prog_name="rolecall")


def answer(*words: str, given: str | None = None) -> dict[str, Any]:
    done = lint("--format", "json", *words, given=given)
    decoded: dict[str, Any] = json.loads(done.stdout)
    return decoded


def test_clean(folder: Path) -> None:
    """A policy in which nothing is found exits 0 and says that something was looked at."""
    (folder / "trust.json").write_text(document(CLOSED))

    done = lint("trust.json")

    assert (done.exit_code, done.stdout, done.stderr) == (0, "1 trust policy: nothing found\n", "")


def test_findings(folder: Path) -> None:
    """A finding exits 1, and shows rule, place, sentence, witness and fix."""
    (folder / "trust.json").write_text(document(CLOSED, OPEN))

    done = lint("trust.json")

    assert done.exit_code == 1
    for text in (
        'role "trust"',
        "error  public-principal  /Statement/1/Principal/AWS",
        "Anyone of any AWS account gets in.",
        "arn:aws:iam::999999999999:user/anyone gets in by sts:AssumeRole.",
        "Name the accounts",
    ):
        assert text in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 trust policy: ")


def test_standard_input() -> None:
    """A dash reads standard input."""
    done = lint("-", given=document(OPEN))

    assert done.exit_code == 1
    assert 'role "policy"  standard input' in done.stdout


@pytest.mark.parametrize(("severity", "exit_code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_the_level_that_counts(folder: Path, severity: str, exit_code: int) -> None:
    """Findings below the level are neither shown nor counted, only mentioned."""
    (folder / "trust.json").write_text(document({**CLOSED, "Action": "sts:*"}))

    done = lint("--severity", severity, "trust.json")

    assert done.exit_code == exit_code
    assert ("action-wildcard" in done.stdout) == bool(exit_code)
    assert ("(1 below the level not shown)" in done.stdout) == (not exit_code)


def test_own_accounts(folder: Path) -> None:
    """An account that is said to be one's own is no third party."""
    (folder / "trust.json").write_text(document({**OPEN, "Principal": {"AWS": "111111111111"}}))

    assert lint("trust.json").exit_code == 1
    assert lint("--own-account", "111111111111", "trust.json").exit_code == 0
    assert lint("--role", "arn:aws:iam::111111111111:role/deploy", "trust.json").exit_code == 0


def test_every_role_of_every_file(folder: Path) -> None:
    """Roles of several files are linted, each with what its file tells."""
    found = answer(*(str(CASES / name) for name in ("authorization_details.json", "terraform_state.json")))

    assert [(Path(each["file"]).name, each["name"]) for each in found["roles"]] == [
        ("authorization_details.json", "deploy"),
        ("authorization_details.json", "reader"),
        ("terraform_state.json", "deploy"),
    ]
    assert found["format"] == 1


def test_a_policy_that_is_not_known_yet() -> None:
    """It is neither clean nor wrong: the exit code is 3, and stderr and the answer say why."""
    own = ("--own-account", "111111111111")
    done = lint("--format", "json", *own, str(CASES / "pulumi_preview.json"))

    assert done.exit_code == 3
    later = json.loads(done.stdout)["roles"][-1]
    assert (later["name"], later["looked_at"], later["findings"]) == ("later", False, [])
    assert "role later: its trust policy isn't known yet" in done.stderr


def test_json_for_machines(folder: Path) -> None:
    """Counts by severity, and a witness in the shape in which other commands read requests."""
    (folder / "trust.json").write_text(document(OPEN))

    found = answer("trust.json")

    [finding] = found["roles"][0]["findings"]
    assert found["counts"] == {"error": 1, "warning": 0, "note": 0}
    assert finding["witness"] == {
        "action": "sts:AssumeRole",
        "role": "arn:aws:iam::000000000000:role/any",
        "principal": {"AWS": "arn:aws:iam::999999999999:user/anyone"},
        "context": {},
    }


def test_sarif_has_lines(folder: Path) -> None:
    """A SARIF result stands on the line of the file on which the place of its finding begins."""
    (folder / "trust.json").write_text(json.dumps(json.loads(document(OPEN)), indent=1))

    log = json.loads(lint("--format", "sarif", "trust.json").stdout)

    [result] = log["runs"][0]["results"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert (folder / "trust.json").read_text().splitlines()[line - 1].strip() == '"AWS": "*"'


ACCEPTED = """
accept:
  - rule: public-principal
    where: trust
    reason: a demo that holds nothing
    until: {until}
"""


@pytest.mark.parametrize(("until", "exit_code"), [("2999-01-01", 0), ("2001-01-01", 1)])
def test_accepted_until(folder: Path, until: str, exit_code: int) -> None:
    """What is accepted doesn't count until its day; then it counts again, and the reason is shown."""
    (folder / "trust.json").write_text(document(OPEN))
    (folder / "rolecall.yaml").write_text(ACCEPTED.format(until=until))

    done = lint("--accept", "rolecall.yaml", "trust.json")

    assert done.exit_code == exit_code
    assert "a demo that holds nothing" in done.stdout
    assert ("and counts again" in done.stdout) == bool(exit_code)


def test_the_usual_file_of_accepted_findings(folder: Path) -> None:
    """Without --accept, .rolecall-accept.yaml is read where there is one; it holds the list itself."""
    (folder / "trust.json").write_text(document(OPEN))
    (folder / ".rolecall-accept.yaml").write_text(
        "- {rule: public-principal, where: trust.json, reason: a demo}\n"
    )

    assert lint("trust.json").exit_code == 0


def test_requirements(folder: Path) -> None:
    """A broken requirement is a finding, and the requirements' own accounts are no third parties."""
    (folder / "trust.json").write_text(document({**OPEN, "Principal": {"AWS": "111111111111"}}))
    rules = {"third_party_external_id": True}
    (folder / "strict.json").write_text(json.dumps(rules))
    (folder / "rolecall.yaml").write_text(json.dumps({"require": rules | {"own_accounts": ["111111111111"]}}))

    strict = answer("--require", "strict.json", "trust.json")

    assert "require-third-party-external-id" in {each["rule"] for each in strict["roles"][0]["findings"]}
    assert lint("--require", "rolecall.yaml", "trust.json").exit_code == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["missing.json"], "missing.json: it cannot be read"),
        (["text.txt"], "it is not JSON"),
        (["empty.json"], "it holds no roles"),
        (["--own-account", "12", "good.json"], "--own-account"),
        (["--role", "deploy", "good.json"], "--role"),
        (["--role", "arn:aws:iam::111111111111:user/x", "good.json"], "is not the ARN of a role"),
        (["--accept", "text.txt", "good.json"], "--accept text.txt"),
        (["--require", "list.json", "good.json"], "--require list.json"),
        (["--require", "accepted.json", "good.json"], "it holds no requirements"),
        ([], "Missing argument"),
    ],
)
def test_bad_input(folder: Path, words: list[str], complaint: str) -> None:
    """What can't be read exits 2 with the reason on stderr, and prints no answer."""
    (folder / "text.txt").write_text("hello")
    (folder / "empty.json").write_text("{}")
    (folder / "list.json").write_text("[]")
    (folder / "accepted.json").write_text('{"accept": []}')
    (folder / "good.json").write_text(document(CLOSED))

    done = lint(*words)

    assert done.exit_code == 2
    assert complaint in done.stderr
    assert done.stdout == ""


def test_all_bad_files_at_once() -> None:
    """Every file that can't be read is named, not only the first."""
    done = lint("a.json", "b.json")

    assert "a.json" in done.stderr
    assert "b.json" in done.stderr


def test_a_policy_that_aws_refuses_is_a_finding(folder: Path) -> None:
    """It could be read, so it is linted: the error names the rule, and the exit code is 1."""
    (folder / "trust.json").write_text(document({**OPEN, "Principal": "*"}))

    done = lint("trust.json")

    assert done.exit_code == 1
    assert "principal-bare-wildcard" in done.stdout


def test_terminal_sequences_are_not_printed(folder: Path) -> None:
    """What a file says does nothing to the terminal."""
    (folder / "roles.json").write_text(
        json.dumps({"Role": {"RoleName": "\x1b[2Jevil", "AssumeRolePolicyDocument": document(OPEN)}})
    )

    done = lint("roles.json")

    assert "\x1b" not in done.stdout
    assert "evil" in done.stdout
