"""A run that was ended in the middle is taken up where it ended, whatever ended it."""

import json
import resource
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, Served, started

CI = "arn:aws:iam::111111111111:user/ci"
EXTERNAL_ID = "blue-heron-71"
REQUIRED = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}


def control(served: Served, path: str, body: object = None) -> Any:
    """Asks the sandbox's own questions."""
    data = json.dumps(body).encode() if body is not None else None
    url = f"{served.environment['ROLECALL_SANDBOX']}/{path}"
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=60) as answer:
        return json.load(answer)


@pytest.fixture
def slow(served: Served) -> Iterator[Served]:
    """The sandbox with calls that take 50 ms each."""
    control(served, "faults", {"latency": {"seconds": 0.05}})
    yield served
    control(served, "faults", {"clear": {}})


@pytest.fixture(scope="module")
def fleet(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of twelve roles."""
    names = [f"resumed-{number}" for number in range(12)]
    arns = [served.role(name, CI, REQUIRED) for name in names]
    file = tmp_path_factory.mktemp("fleet") / "fleet.json"
    callers = {"tools": {"profile": "tools", "external_id": EXTERNAL_ID}}
    file.write_text(json.dumps({"callers": callers, "roles": [{"arn": arn} for arn in arns]}))
    return file


def asked(served: Served) -> Counter[str]:
    """How often each role was asked for so far."""
    calls = control(served, "calls")
    return Counter(call["role_arn"] for call in calls if call["operation"] == "AssumeRole")


def words(fleet: Path, results: Path) -> list[str]:
    return ["verify", "--file", str(fleet), "--resume", str(results), "--json", "--concurrency", "2"]


def lines(results: Path) -> int:
    return results.read_bytes().count(b"\n") if results.exists() else 0


def ended_in_the_middle(served: Served, fleet: Path, results: Path, number: int) -> tuple[int, str]:
    """The exit code and the answer of a run that got a signal once it had three results."""
    with started(*words(fleet, results), environment=served.environment) as process:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while lines(results) < 4:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(number)
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
    return process.returncode, out


def test_a_killed_run_is_taken_up(slow: Served, fleet: Path, tmp_path: Path) -> None:
    """After kill -9 only what is missing is verified, and the report covers all roles."""
    results = tmp_path / "results.jsonl"
    killed, _ = ended_in_the_middle(slow, fleet, results, signal.SIGKILL)
    whole = (line for line in results.read_bytes().splitlines(keepends=True)[1:] if line.endswith(b"\n"))
    kept = {json.loads(line)["report"]["role_arn"] for line in whole}
    before = asked(slow)

    done = slow.rolecall(*words(fleet, results))

    again = asked(slow) - before
    report = json.loads(done.stdout)
    assert (killed, done.returncode) == (-signal.SIGKILL, 0)
    assert 3 <= len(kept) < 12
    assert len(report["roles"]) == 12
    assert report["verdict"] == "proved"
    assert set(again).isdisjoint(kept)
    assert len(again) == 12 - len(kept)
    assert EXTERNAL_ID not in results.read_text()


def test_what_was_told_after_an_interrupt_is_kept(slow: Served, fleet: Path, tmp_path: Path) -> None:
    """^C tells what is known, with the code for it; the next run asks the others alone."""
    results = tmp_path / "results.jsonl"
    code, out = ended_in_the_middle(slow, fleet, results, signal.SIGINT)
    known = json.loads(out)
    before = asked(slow)

    done = slow.rolecall(*words(fleet, results))

    finished = {role["role_arn"] for role in known["roles"]}
    assert code == 130
    assert len(known["unverified"]) == 12 - len(finished)
    assert set(asked(slow) - before).isdisjoint(finished)
    assert len(json.loads(done.stdout)["roles"]) == 12


def test_a_complete_run_asks_nothing_more(served: Served, fleet: Path, tmp_path: Path) -> None:
    """The same question isn't asked twice; another external ID is another question."""
    results = tmp_path / "results.jsonl"
    first = served.rolecall(*words(fleet, results))
    before = asked(served)
    second = served.rolecall(*words(fleet, results))
    changed = tmp_path / "changed.json"
    changed.write_text(fleet.read_text().replace(EXTERNAL_ID, "other-id"))
    third = served.rolecall(*words(changed, results))

    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 1)
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert len(asked(served) - before) == 12


def test_a_full_disk_costs_no_verdict(served: Served, fleet: Path, tmp_path: Path) -> None:
    """The report is whole, the reason is told, and the code isn't 0; a later run goes on."""
    results = tmp_path / "results.jsonl"

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

    done = subprocess.run(
        [*ROLECALL, *words(fleet, results)],
        env=served.environment | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
        preexec_fn=small_files_only,
    )

    assert done.returncode == 3, done.stderr
    assert len(json.loads(done.stdout)["roles"]) == 12
    assert "not all results could be kept: File too large" in done.stderr
    assert results.stat().st_size <= 5000
    again = served.rolecall(*words(fleet, results))
    assert (again.returncode, len(json.loads(again.stdout)["roles"])) == (0, 12)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing/results.jsonl", "it can't be read and written: No such file or directory"),
        ("fleet.json/results.jsonl", "it can't be read and written: Not a directory"),
        (".", "is a directory"),
        ("/dev/full", "it is no file that keeps anything"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_first(
    path: str, reason: str, served: Served, fleet: Path
) -> None:
    """Before any call: nobody waits an hour for a file that was never going to be kept."""
    before = asked(served)

    done = served.rolecall(*words(fleet, fleet.parent / path))

    assert (done.returncode, done.stdout) == (2, "")
    assert "--resume" in done.stderr
    assert reason in done.stderr
    assert asked(served) == before
