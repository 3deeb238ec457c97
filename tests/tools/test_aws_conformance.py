"""``make aws-conformance`` against the sandbox."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.aws_conformance import load_cases, main
from tools.staging import obstacle

from rolecall.sandbox import Sandbox

TOOLS, PROD = "111111111111", "222222222222"
SOME = ["principal-named-user", "external-id-missing", "self-assume-named", "service-with-mfa-condition"]
ACCOUNTS = ["--account", f"{TOOLS}=tools", "--account", f"{PROD}=prod"]


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that this process uses as its AWS; the accounts have other numbers than in the cases."""
    with Sandbox() as started:
        profiles = {
            "tools": started.account("123456789012").admin,
            "prod": started.account("210987654321").admin,
        }
        environment = started.environment(profiles=profiles, directory=tmp_path)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield started


def some() -> list[str]:
    return [case["id"] for case in load_cases() if case["id"] in SOME or case["topic"] == "statement"]


def test_what_is_written(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dated file says what came of each case or why it wasn't staged, with the cases' own numbers: 0."""
    assert main([*ACCOUNTS, "--only", *some(), "--output", str(tmp_path / "out")]) == 0

    (file,) = (tmp_path / "out").iterdir()
    assert file.name.startswith("aws-conformance-2")
    told = json.loads(file.read_text(encoding="utf-8"))
    staged = [each for each in told["results"] if each["agrees"]]
    assert len(staged) == told["counts"]["agree"] == len(some()) - 1
    assert [each["id"] for each in told["not_staged"]] == ["service-with-mfa-condition"]
    assert "123456789012" not in file.read_text(encoding="utf-8")
    assert "written to" in capsys.readouterr().out


def test_nothing_is_left(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts are as empty afterwards as before, even where staging breaks off."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    sandbox.faults.fail(500, 1, "CreateAccessKey")

    assert main([*ACCOUNTS, "--only", "principal-named-user", "--output", str(tmp_path / "out")]) == 1

    iam = sandbox.account("123456789012").client("iam")
    assert [each["UserName"] for each in iam.list_users()["Users"]] == ["admin"]
    assert sandbox.account("210987654321").client("iam").list_roles()["Roles"] == []


def test_accounts_in_use(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where something already has a name that the cases use, nothing is made: 2."""
    sandbox.account("123456789012").user("alice")

    assert main([*ACCOUNTS, "--only", "principal-named-user", "--output", str(tmp_path / "out")]) == 2
    assert "user/alice" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--account", "tools"], "--account 111111111111=PROFILE"),
        ([], "--account 111111111111=PROFILE"),
        ([*ACCOUNTS, "--only", "no-such-case"], "no case no-such-case"),
        (["--account", f"{TOOLS}=absent"], "can't be used"),
        (["--account", f"{TOOLS}=tools", "--account", f"{PROD}=tools"], "same account"),
    ],
)
def test_misuse(sandbox: Sandbox, words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What can't work is said before anything is made: 2."""
    assert main(words) == 2
    assert told in capsys.readouterr().err


def test_real_accounts_need_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an endpoint on this machine nothing happens unless it is allowed: 2."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("ROLECALL_AWS", raising=False)

    assert main(ACCOUNTS) == 2
    assert "ROLECALL_AWS=1" in capsys.readouterr().err


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every case is listed with the reason why it can't be staged, if there is one."""
    assert main(["--list"]) == 0

    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert {name for name, why in lines.items() if why == "can be staged"} == {
        case["id"] for case in load_cases() if obstacle(case) is None
    }
