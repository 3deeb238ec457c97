"""``rolecall guarantee`` and ``rolecall diff``: answers on stdout, and an exit code that says it all."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rolecall.cli import main
from rolecall.policy import Answer, Principal, Request, decide, parse

VENDOR = "333333333333"
ID = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}


def document(condition: dict[str, Any] | None = None, principal: object = VENDOR) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {
        "Version": "2012-10-17",
        "Statement": {**statement, **({"Condition": condition} if condition else {})},
    }


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Policies: one asks for an external ID, one does not, one hangs on a variable, and one is bad."""
    tied = {
        "StringEquals": {"sts:ExternalId": "${aws:PrincipalTag/a}"},
        "Null": {"aws:PrincipalTag/a": "true"},
    }
    documents = {
        "strict": json.dumps(document(ID)),
        "open": json.dumps(document()),
        "tied": json.dumps(document(tied)),
        "bad": '{"Version": "2012-10-17"}',
    }
    for name, text in documents.items():
        (tmp_path / name).write_text(text)
    return {name: str(tmp_path / name) for name in documents}


def rolecall(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=stdin)


@pytest.mark.parametrize(
    ("file", "options", "code", "told"),
    [
        ("strict", ["--external-id"], 0, "Holds: no user or role gets in without an external ID."),
        (
            "open",
            ["--external-id", "--only", VENDOR],
            1,
            f"Yet this gets in: user arn:aws:iam::{VENDOR}:user/x",
        ),
        ("open", ["--external-id", "--own-account", VENDOR], 0, "Holds"),
        ("strict", ["--external-id-listed", "other-1"], 1, 'with sts:ExternalId "acme-3f1c9a0e7b52"'),
        ("strict", ["--mfa"], 1, "Broken: no user or role gets in without MFA."),
        ("strict", ["--only", VENDOR, "--only-repo", "acme/infra"], 0, "Holds: no federated identity"),
        ("strict", ["--within-org", "o-a1b2c3d4e5"], 1, "from outside o-a1b2c3d4e5"),
        (
            "tied",
            ["--mfa"],
            3,
            "Could not tell whether no user or role gets in without MFA: sts:ExternalId is",
        ),
        ("tied", ["--mfa", "--external-id"], 3, "Holds: no user or role gets in without an external ID."),
        ("open", [], 2, "ask for something"),
        ("open", ["--only", "*"], 2, "is everyone"),
        ("open", ["--mfa", "--role", "deploy"], 2, "is not the ARN of a role"),
        ("bad", ["--mfa"], 2, "bad/Statement: there are no statements"),
    ],
)
def test_guarantee_answers_with_a_sentence_and_a_code(files, file, options, code, told) -> None:
    """0 all hold, 1 one is broken, 2 misuse or bad input, 3 could not tell."""
    done = rolecall("guarantee", files[file], *options)

    assert done.exit_code == code, done.output
    assert told in (done.stderr if code == 2 else done.stdout)


def test_a_broken_guarantee_outweighs_an_open_one(files) -> None:
    """Of several answers the worst decides the code."""
    assert rolecall("guarantee", files["tied"], "--mfa", "--only", "111111111111").exit_code == 3
    assert rolecall("guarantee", files["open"], "--mfa", "--only", VENDOR).exit_code == 1


def test_guarantee_answers_machines_with_a_request_that_gets_in(files) -> None:
    """The witness in JSON is a request as the batch mode of explain reads it, and it gets in."""
    done = rolecall("guarantee", "-", "--mfa", "--json", stdin=json.dumps(document(ID)))
    [answer] = json.loads(done.stdout)["guarantees"]
    assert (answer["guarantee"], answer["answer"], answer["statement"]) == ("mfa", "broken", 0)

    witness = answer["witness"]
    ((kind, value),) = witness.pop("principal").items()
    request = Request(principal=Principal(kind, value), **witness)
    assert decide(request, parse(document(ID))).answer is Answer.ALLOWED


@pytest.mark.parametrize(
    ("old", "new", "code", "told"),
    [
        ("open", "open", 0, "It lets in the same requests as before."),
        (
            "strict",
            "open",
            1,
            f"It newly lets in, for example, user arn:aws:iam::{VENDOR}:user/x (statement 1).",
        ),
        ("open", "strict", 1, "It no longer lets in, for example, user"),
        ("open", "bad", 2, "bad/Statement"),
    ],
)
def test_diff_answers_with_sentences_and_a_code(files, old, new, code, told) -> None:
    """0 equal, 1 different, 2 bad input."""
    done = rolecall("diff", files[old], files[new])

    assert done.exit_code == code, done.output
    assert told in (done.stderr if code == 2 else done.stdout)


def test_diff_that_could_not_tell(files, tmp_path) -> None:
    """3 where differences can't be ruled out, with the reason."""
    tied = document(
        {"StringLike": {"sts:ExternalId": "${aws:PrincipalTag/a}x"}, "Null": {"aws:PrincipalTag/a": "true"}}
    )
    (tmp_path / "other").write_text(json.dumps(tied))
    done = rolecall("diff", files["tied"], str(tmp_path / "other"))

    assert done.exit_code == 3, done.output
    assert "It could not be told whether more has changed: sts:ExternalId is compared" in done.stdout


def test_diff_answers_machines(files) -> None:
    """Both directions, each with its witnesses."""
    done = rolecall("diff", "-", files["open"], "--json", stdin=json.dumps(document(ID)))
    found = json.loads(done.stdout)

    assert (found["equal"], len(found["added"]), found["removed"], found["doubts"]) == (False, 1, [], [])
    assert found["added"][0]["witness"]["context"] == {}


def test_only_one_policy_comes_from_standard_input() -> None:
    """There is one standard input."""
    assert rolecall("diff", "-", "-").exit_code == 2
