"""``rolecall explain --batch``: every line is answered, in order, whatever it holds."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rolecall.cli import main
from rolecall.cli.explain import batch as explain_batch

CASES = Path(__file__).parents[1] / "cases" / "trust_cases.jsonl"
REQUEST = {
    "role": "arn:aws:iam::222222222222:role/deploy",
    "principal": {"AWS": "arn:aws:iam::111111111111:user/alice"},
    "context": {"sts:ExternalId": "acme-9f"},
}
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": "111111111111"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "acme-9f"}},
}
TRUST = {"Version": "2012-10-17", "Statement": [STATEMENT]}
CASE: dict[str, Any] = {"id": "one", "request": REQUEST, "trust_policy": TRUST}


def batch(content: bytes) -> Result:
    return CliRunner().invoke(main, ["explain", "--batch", "-", "--json"], input=content)


def answers(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_conformance_case_gets_its_answer() -> None:
    """The whole file goes through the command; ids stay in order, answers are those expected."""
    done = subprocess.run(
        [sys.executable, "-m", "rolecall.cli", "explain", "--batch", str(CASES), "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    expected = [json.loads(line) for line in CASES.read_text().splitlines()]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["id"], each["decision"]) for each in told] == [
        (each["id"], each["expect"]) for each in expected
    ]
    assert all(set(each) == {"id", "decision", "reason"} and each["reason"] for each in told)
    assert (done.returncode, done.stderr) == (0, "")


LINES = [
    # a line, the decision, what the reason says
    (CASE, "allowed", "Allowed by statement 1."),
    ({**CASE, "request": {**REQUEST, "context": {}}}, "denied", "sts:ExternalId is absent"),
    ({**CASE, "request": {**REQUEST, "context": {"sts:ExternalId": None}}}, "unknown", "not known yet"),
    ({**CASE, "trust_policy": {"Statement": []}}, "malformed", "there are no statements"),
    ({**CASE, "trust_policy": None}, "malformed", "the document is null"),
    ({**CASE, "identity_policies": []}, "denied", "the caller's own policies"),
    ({**CASE, "identity_policies": [{"Statement": []}]}, "error", "identity_policies[0]/Statement: "),
    ({**CASE, "identity_policies": {}}, "error", "identity_policies: it is no list"),
    ({**CASE, "service_control_policies": [{}]}, "error", "service_control_policies[0]: it is no list"),
    ({**CASE, "permissions_boundary": "x"}, "error", "permissions_boundary: not JSON"),
    ({**CASE, "session_polices": []}, "error", "session_polices: there is no such field"),
    ({"id": "one", "request": REQUEST}, "error", "trust_policy: is missing"),
    ({"id": "one", "trust_policy": TRUST}, "error", "request"),
    ({**CASE, "request": {**REQUEST, "principal": {"AWS": 1}}}, "error", "request.principal"),
    ({**CASE, "request": {**REQUEST, "principal": {"AWS": "alice"}}}, "error", "is not an ARN"),
    ({**CASE, "request": {**REQUEST, "role": "deploy"}}, "error", "role: "),
    ({**CASE, "request": {**REQUEST, "context": {"a": 1}}}, "error", "request.context.a"),
    ({**CASE, "request": {**REQUEST, "context": []}}, "error", "request.context"),
]


@pytest.mark.parametrize(("case", "decision", "says"), LINES)
def test_a_line(case: dict[str, Any], decision: str, says: str) -> None:
    """A line gets its decision and a reason; one that can't be read keeps its id and exits with 2."""
    done = batch(json.dumps(case).encode())

    (told,) = answers(done)
    assert (told["id"], told["decision"]) == ("one", decision)
    assert says in told["reason"]
    assert done.exit_code == (2 if decision == "error" else 0)


UNREADABLE = [
    (b"not json", "is not JSON"),
    (b"", "is not JSON"),
    (b"[]", "no JSON object"),
    (b'"\xff"', "not UTF-8"),
    (b"[" * 100_000, "nested too deeply"),
    (b"9" * 5000, "can't be read"),
    (b'{"id": 1, "id": 2}', "stands twice"),
]


@pytest.mark.parametrize(("line", "says"), UNREADABLE)
def test_the_run_goes_on_after_a_line_that_cannot_be_read(line: bytes, says: str) -> None:
    """What follows is answered all the same, and each answer is in its line's place."""
    done = batch(b"\n".join([line, json.dumps(CASE).encode()]) + b"\n")

    first, second = answers(done)
    assert (first["id"], first["decision"]) == (None, "error")
    assert first["reason"].startswith("Line 1: ")
    assert says in first["reason"]
    assert second["decision"] == "allowed"
    assert done.exit_code == 2


def test_a_very_long_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line over the limit is an error, wherever it ends; one at the limit is read."""
    line = json.dumps(CASE).encode()
    monkeypatch.setattr(explain_batch, "LONGEST_LINE", len(line))
    done = batch(b"\n".join([line, line + b" ", line + b" " * 3 * len(line), line]))

    assert [each["decision"] for each in answers(done)] == ["allowed", "error", "error", "allowed"]
    assert done.exit_code == 2


class Endless(io.RawIOBase):
    """A file that holds as many lines as one wants, and holds none of them in memory."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        line = next(self._lines, b"")
        buffer[: len(line)] = line
        return len(line)


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty megabytes go through without a thirtieth of them being held."""
    line = json.dumps({**CASE, "why": "x" * 30_000}).encode() + b"\n"
    stream = io.BufferedReader(Endless(line for _ in range(1000)), buffer_size=2 * len(line))
    monkeypatch.setattr(explain_batch.click, "open_file", lambda *_: stream)
    monkeypatch.setattr(explain_batch.click, "echo", lambda _text: None)
    tracemalloc.start()
    try:
        code = explain_batch.run_batch("-")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert code == 0
    assert peak < len(line) * 1000 / 30


def test_the_batch_needs_json() -> None:
    """Answers to a batch have one form."""
    done = CliRunner().invoke(main, ["explain", "--batch", "-"], input=b"")

    assert done.exit_code == 2
    assert "add --json" in done.stderr


def test_an_answer_comes_before_the_next_question() -> None:
    """Somebody who waits for an answer before asking again gets it."""
    with subprocess.Popen(
        [sys.executable, "-m", "rolecall.cli", "explain", "--batch", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(2):
            process.stdin.write(json.dumps(CASE).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["decision"] == "allowed"
        process.stdin.close()
        assert process.wait(timeout=60) == 0
