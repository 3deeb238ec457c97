"""``rolecall decode``: finds the message in what was pasted, has it decoded, and explains it."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, bare_environment
from tests.sandbox.helpers import may

from rolecall.cli.decode_run import find_message
from rolecall.errors import DeclarationError
from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build

INSTANCE = "arn:aws:ec2:us-east-1:111111111111:instance/i-0abc"
ENCODED = "4yXW7-_aB" * 20


def rolecall(
    world: World, tmp_path: Path, *words: str, stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*ROLECALL, *words],
        env=bare_environment() | world.environment(tmp_path),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def denial(world: World) -> str:
    """A refusal that nothing allowed, of a user of the workload account."""
    nobody = world.workload.user("nobody")
    return world.sandbox.encoded_denial(nobody.credentials, action="ec2:StartInstances", resource=INSTANCE)


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return build(sandbox)


@pytest.mark.shows("DecodeAuthorizationMessage", "performed")
def test_a_pasted_error_is_explained(world: World, tmp_path: Path) -> None:
    """The sentence first, then the request; from standard input."""
    text = (
        "An error occurred (UnauthorizedOperation) when calling the StartInstances operation: You are not "
        f"authorized to perform this operation. Encoded authorization failure message: {denial(world)}\n"
    )

    done = rolecall(world, tmp_path, "decode", stdin=text)

    assert (done.returncode, done.stderr) == (0, "")
    sentence, empty, *rows = done.stdout.splitlines()
    assert sentence.startswith(
        f'User "nobody" of 222222222222 was refused ec2:StartInstances on {INSTANCE}: no statement allows it.'
    )
    assert empty == ""
    assert [row.split()[:2] for row in rows[:3]] == [
        ["principal", "arn:aws:iam::222222222222:user/nobody"],
        ["action", "ec2:StartInstances"],
        ["resource", INSTANCE],
    ]


@pytest.mark.shows("DecodeAuthorizationMessage", "performed")
def test_the_statement_that_denied_is_named(world: World, tmp_path: Path) -> None:
    """An explicit deny is told from the lack of an allow."""
    statement = {"Sid": "NoStart", "Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    user = world.workload.user(
        "denied", policies=[may("ec2:*"), {"Version": "2012-10-17", "Statement": statement}]
    )
    message = world.sandbox.encoded_denial(user.credentials, action="ec2:StartInstances", resource=INSTANCE)

    done = rolecall(world, tmp_path, "decode", message)

    assert done.returncode == 0, done.stderr
    assert 'statement "NoStart" denies it' in done.stdout


def test_the_document_itself_for_programs(world: World, tmp_path: Path) -> None:
    """``--json`` prints what AWS decoded, untouched."""
    done = rolecall(world, tmp_path, "decode", denial(world), "--json")

    document = json.loads(done.stdout)
    assert (document["allowed"], document["explicitDeny"]) == (False, False)
    assert document["context"]["action"] == "ec2:StartInstances"


def test_who_may_not_decode_is_told(world: World, tmp_path: Path) -> None:
    """It takes a permission, in the account of the refused call: 3."""
    done = rolecall(world, tmp_path, "decode", denial(world), "--caller", "stranger")

    assert (done.returncode, done.stdout) == (3, "")
    assert "the message can't be decoded: " in done.stderr


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(ENCODED, ENCODED, id="bare"),
        pytest.param(f"  {ENCODED}\n", ENCODED, id="with white space"),
        pytest.param(f"Error: no. ENCODED authorization failure message: {ENCODED} (x)", ENCODED, id="text"),
        pytest.param(f"Encoded authorization failure message:\n  {ENCODED}", ENCODED, id="next line"),
        pytest.param("Encoded authorization failure message: short-1", "short-1", id="announced and short"),
        pytest.param(f'{{"Message": "Denied. {ENCODED}"}}', ENCODED, id="not announced"),
        pytest.param(f"{'a' * 60} {ENCODED}", ENCODED, id="the longest"),
    ],
)
def test_the_message_is_found_in_any_text(text: str, found: str) -> None:
    """After AWS's words for it, or else the one word that is far too long."""
    assert find_message(text) == found


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no encoded message"),
        ("AccessDenied: User: arn:aws:iam::111111111111:user/ci is not authorized", "no encoded message"),
        ("a" * 10_241, "it has 10241 characters"),
    ],
)
def test_a_text_without_a_message_is_bad_input(text: str, part: str) -> None:
    """Nothing is sent to AWS then."""
    with pytest.raises(DeclarationError, match=part):
        find_message(text)


def test_nothing_to_decode_is_misuse(world: World, tmp_path: Path) -> None:
    """An empty standard input: 2."""
    done = rolecall(world, tmp_path, "decode")

    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no encoded message in it" in done.stderr
