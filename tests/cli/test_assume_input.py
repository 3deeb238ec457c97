"""What ``rolecall assume`` takes: every fault is told before anything is asked."""

import json
from pathlib import Path
from typing import Any

import click
import pytest

from rolecall.cli import main
from rolecall.cli.credentials import assume
from rolecall.cli.credentials.assume_input import read_assume, role_arn_of, user_name
from rolecall.cli.credentials.reading import Delivery, Reading, Task
from rolecall.errors import DeclarationError
from rolecall.sts import Link

ROLE = "222222222222/deploy"
ALICE = ["--caller", "alice", "--mfa-serial", "arn:aws:iam::111111111111:mfa/alice"]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two profiles, and files to name, in the folder that the test is in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLECALL_SIGNIN_URL", raising=False)
    monkeypatch.setenv("CODE", "123456")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "AWS_CONFIG_FILE").write_text("[profile tools]\n[profile alice]\n")
    (tmp_path / "AWS_SHARED_CREDENTIALS_FILE").touch()
    (tmp_path / "assertion.txt").write_text("signed\n")
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    fine = {"Version": "2012-10-17", "Statement": [statement]}
    (tmp_path / "policy.json").write_text(json.dumps(fine, indent=8))
    (tmp_path / "bad.json").write_text(json.dumps({**fine, "Statement": [{"Effect": "Allow"}]}))
    (tmp_path / "long.json").write_text(json.dumps({**fine, "Statement": [statement] * 60}))
    return tmp_path


def given(*words: str) -> dict[str, Any]:
    """The options as click hands them over, below the command that has the same options of help."""
    whole = click.Context(main, **main.context_settings)
    return assume.command.make_context("assume", list(words), parent=whole).params


def read(*words: str) -> Task:
    return read_assume(given(*words))


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        (["deploy"], ["ROLE"]),
        (["arn:aws:iam::222222222222:user/x"], ["ROLE"]),
        ([ROLE, "--via", "hub"], ["--via"]),
        ([ROLE, "--caller", "nobody"], ["--caller"]),
        ([ROLE, "--region", "nowhere"], ["--region"]),
        ([ROLE, "--external-id", "x"], ["--external-id"]),
        ([ROLE, "--external-id", "heron-71", "--external-id-env", "HOME"], ["--external-id"]),
        ([ROLE, "--external-id-env", "NOT_SET"], ["--external-id-env"]),
        ([ROLE, "--session-name", "a b"], ["--session-name"]),
        ([ROLE, "--source-identity", "a b"], ["--source-identity"]),
        ([ROLE, "--mfa-code-env", "CODE"], ["--mfa-serial"]),
        ([ROLE, *ALICE, "--mfa-code-env", "NOT_SET"], ["--mfa-code-env"]),
        ([ROLE, "--duration", "899"], ["--duration"]),
        ([ROLE, "--duration", "43201"], ["--duration"]),
        ([ROLE, "--duration", "3601", "--via", "111111111111/hub"], ["--duration"]),
        ([ROLE, "--policy", "bad.json"], ["--policy bad.json/Statement/0", "--policy bad.json/Statement/0"]),
        ([ROLE, "--policy", "long.json"], ["--policy long.json"]),
        ([ROLE, "--policy-arn", "ReadOnlyAccess"], ["--policy-arn"]),
        ([ROLE, *["--policy-arn", "arn:aws:iam::aws:policy/X"] * 11], ["--policy-arn"]),
        ([ROLE, "--tag", "team"], ["--tag"]),
        ([ROLE, "--tag", "=blue"], ["--tag"]),
        ([ROLE, "--tag", "team=<blue>"], ["--tag"]),
        ([ROLE, "--tag", "team=a", "--tag", "Team=b"], ["--tag"]),
        ([ROLE, *(word for number in range(51) for word in ("--tag", f"k{number}=v"))], ["--tag"]),
        ([ROLE, "--transitive-tag", "team"], ["--transitive-tag"]),
        ([ROLE, "--provided-context", "assertion.txt"], ["--provided-context"]),
        ([ROLE, "--provided-context", "arn:aws:iam::aws:contextProvider/X=no.txt"], ["--provided-context"]),
        (
            [ROLE, *["--provided-context", "arn:aws:iam::aws:contextProvider/X=assertion.txt"] * 6],
            ["--provided-context"],
        ),
        ([ROLE, "--format", "json", "--console"], ["--console"]),
        ([ROLE, "--console", "--open"], ["--open"]),
        ([ROLE, "--format", "json", "--", "true"], ["--format"]),
        ([ROLE, "--console", "--", "true"], ["--console"]),
        ([ROLE, "--destination", "/s3", "--issuer", "https://x.test"], ["--destination", "--issuer"]),
        ([ROLE, "--session-duration", "3600"], ["--session-duration"]),
        ([ROLE, "--console", "--session-duration", "899"], ["--session-duration"]),
        ([ROLE, "--console", "--session-duration", "900", "--via", ROLE], ["--session-duration"]),
        ([ROLE, "--console", "--destination", "s3"], ["--destination"]),
        ([ROLE, "--console", "--sign-in-endpoint", "http://example.test"], ["--sign-in-endpoint"]),
        (["arn:aws-iso:iam::222222222222:role/x", "--console"], [""]),
        ([ROLE, "--web-identity-file", "a", "--web-identity-env", "B"], ["--web-identity-env"]),
        ([ROLE, "--saml-file", "a"], ["--saml-provider"]),
        ([ROLE, "--saml-provider", "arn:aws:iam::222222222222:saml-provider/x"], ["--saml-file"]),
        ([ROLE, "--saml-file", "a", "--saml-provider", "x"], ["--saml-provider"]),
        ([ROLE, "--github-audience", ""], ["--github-audience"]),
        ([ROLE, "--web-identity-file", "a", "--saml-file", "a"], ["--saml-file"]),
        ([ROLE, "--web-identity-file", "a", "--caller", "tools"], ["--caller"]),
        ([ROLE, "--web-identity-file", "a", "--external-id", "heron-71"], ["--external-id"]),
        ([ROLE, "--web-identity-file", "a", "--tag", "team=blue"], ["--tag"]),
        (["deploy", "--caller", "nobody", "--tag", "x", "--duration", "1"], 4),
    ],
)
def test_every_fault_is_told(words: list[str], paths: Any) -> None:
    """Where it stands; several at once."""
    with pytest.raises(DeclarationError) as caught:
        read(*words)

    found = [fault.path for fault in caught.value.faults]
    assert (len(found) if isinstance(paths, int) else found) == paths


@pytest.mark.parametrize("secret", ["not good", "x"])
def test_a_secret_with_a_fault_is_not_repeated(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An external ID may be one."""
    monkeypatch.setenv("EXT", secret)

    with pytest.raises(DeclarationError) as caught:
        read(ROLE, "--external-id-env", "EXT")

    assert f'"{secret}"' not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([ROLE], "arn:aws:iam::222222222222:role/deploy"),
        (["222222222222/ops/deploy"], "arn:aws:iam::222222222222:role/ops/deploy"),
        ([ROLE, "--region", "cn-north-1"], "arn:aws-cn:iam::222222222222:role/deploy"),
        ([ROLE, "--region", "us-gov-east-1"], "arn:aws-us-gov:iam::222222222222:role/deploy"),
        (["arn:aws-cn:iam::222222222222:role/x"], "arn:aws-cn:iam::222222222222:role/x"),
    ],
)
def test_the_short_name_of_a_role(words: list[str], told: str) -> None:
    """Account and name, with its path, in the partition of the region."""
    reading = Reading(given(*words))

    assert role_arn_of(reading, words[0], "ROLE") == told
    assert reading.faults == []


def test_the_ways_of_handing_on() -> None:
    """Printed for sh by default, or as asked; to a command; as a link, printed or opened."""
    assert read(ROLE).delivery == Delivery()
    assert read(ROLE, "--format", "fish").delivery == Delivery(format_name="fish")
    assert read(ROLE, "--", "aws", "s3", "ls").delivery == Delivery(words=("aws", "s3", "ls"))
    link = Link(region="eu-west-1", destination="/s3/home", session_seconds=900)
    words = ["--region", "eu-west-1", "--destination", "/s3/home", "--session-duration", "900"]
    assert read(ROLE, *words, "--console").delivery == Delivery(link=link)
    assert read(ROLE, *words, "--open").delivery == Delivery(link=link, open_link=True)


def test_the_endpoint_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the sandbox sets it."""
    monkeypatch.setenv("ROLECALL_SIGNIN_URL", "http://127.0.0.1:5000/federation")

    assert read(ROLE, "--console").delivery.link == Link(endpoint="http://127.0.0.1:5000/federation")


def test_a_session_policy_goes_without_its_white_space() -> None:
    """White space would count."""
    reading = Reading(given(ROLE, "--policy", "policy.json"))

    assert reading.policy() == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    )


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("alice", "alice"),
        ("Ann Lee", "Ann-Lee"),
        ("жук", "---"),
        ("x", "rolecall.assume"),
        ("u" * 80, "u" * 64),
    ],
)
def test_a_session_is_called_after_its_user(user: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never as probes are called, which alarms may leave out."""
    monkeypatch.setenv("LOGNAME", user)

    assert user_name() == name
