"""The file that keeps results: whole lines only, whatever ended the run that wrote it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rolecall.cli.exits import ExitCode
from rolecall.cli.verify.journal import Journal
from rolecall.cli.verify.results import Results
from rolecall.errors import DeclarationError
from rolecall.verification import FleetRole, ProbeResult, RoleReport, Verdict, VerifySpec
from rolecall.verification.model import Expectation, Outcome, ProbeKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARN = "arn:aws:iam::222222222222:role/"


def report(name: str = "deploy", verdict: Verdict = Verdict.PROVED) -> RoleReport:
    result = ProbeResult(
        kind=ProbeKind.AS_DECLARED,
        caller="tools",
        region="eu-west-1",
        expectation=Expectation.ALLOWED,
        outcome=Outcome.ALLOWED,
        verdict=verdict,
    )
    return RoleReport(role_arn=ARN + name, role_unique_id="AROA1", results=(result,), verified_at=NOON)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    """A report comes back as it was, in this run and in a later one; a later one takes its place."""
    file = tmp_path / "results.jsonl"
    first = Journal.at(file)
    first.add("one", report())
    first.add("two", report("audit", Verdict.PENDING))
    first.add("one", report(verdict=Verdict.REFUTED))
    first.close()

    second = Journal.at(file)

    assert second.find("one") == report(verdict=Verdict.REFUTED)
    assert second.find("two") == report("audit", Verdict.PENDING)
    assert (second.find("three"), second.unread, second.failure) == (None, 0, "")
    assert second.salt == first.salt


def test_a_file_cut_anywhere_keeps_its_whole_lines(tmp_path: Path) -> None:
    """However much of the file reached the disk, what is whole is read, and what is torn is cut off."""
    file = tmp_path / "results.jsonl"
    journal = Journal.at(file)
    journal.add("one", report())
    journal.add("two", report("audit"))
    journal.close()
    whole = file.read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == ord("\n")]

    for size in range(len(whole) + 1):
        file.write_bytes(whole[:size])
        cut = Journal.at(file)
        kept = sum(end <= size for end in ends) - 1
        assert [cut.find(each) is not None for each in ("one", "two")] == [kept >= 1, kept >= 2]
        assert cut.unread == (kept >= 0 and size not in ends)
        cut.add("three", report())
        cut.close()
        again = Journal.at(file)
        assert (again.find("three"), again.unread) == (report(), 0)
        again.close()


def test_a_damaged_line_costs_no_other(tmp_path: Path) -> None:
    """A line that can't be read is counted and asked again; the lines around it stand."""
    file = tmp_path / "results.jsonl"
    journal = Journal.at(file)
    journal.add("one", report())
    journal.add("two", report("audit"))
    journal.close()
    header, one, two = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(header + b'{"question": "one", "report": {\n' + b"[]\n" + two)

    damaged = Journal.at(file)

    assert (damaged.find("one"), damaged.find("two"), damaged.unread) == (None, report("audit"), 2)
    assert one not in file.read_bytes()


@pytest.mark.parametrize("content", [b"precious\n", b"precious", b'{"rolecall_results": 1, "salt": "x"}\n'])
def test_another_file_is_left_alone(content: bytes, tmp_path: Path) -> None:
    """A file that isn't one of results is neither read nor written."""
    file = tmp_path / "notes.txt"
    file.write_bytes(content)

    with pytest.raises(DeclarationError, match="something else than results"):
        Journal.at(file)

    assert file.read_bytes() == content


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    """What a later version wrote isn't guessed at."""
    file = tmp_path / "results.jsonl"
    file.write_bytes(b'{"rolecall_results": 2, "salt": "%s"}\n' % (b"0" * 32))

    with pytest.raises(DeclarationError, match="format 2"):
        Journal.at(file)


def test_two_runs_do_not_share_a_file(tmp_path: Path) -> None:
    """While one run writes, another one is told to wait."""
    file = tmp_path / "results.jsonl"
    journal = Journal.at(file)

    with pytest.raises(DeclarationError, match="another run writes to it"):
        Journal.at(file)
    journal.close()
    Journal.at(file).close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Before the first call, with the reason of the system."""
    with pytest.raises(DeclarationError, match="No such file or directory"):
        Journal.at(tmp_path / "missing" / "results.jsonl")


def test_without_a_name_nothing_is_left_behind() -> None:
    """A run that nobody wants to take up keeps its reports in a file without a name."""
    journal = Journal.temporary()
    journal.add("one", report())

    assert journal.find("one") == report()
    assert journal.find("two") is None
    journal.close()


def results(journal: Journal, *names: str, max_age_seconds: float | None = None) -> Results:
    gates = VerifySpec(max_age_seconds=max_age_seconds)
    roles = [FleetRole(role_arn=ARN + name, spec=VerifySpec()) for name in names]
    return Results(roles=roles, gates=gates, journal=journal, default_region="eu-west-1")


def test_only_what_is_answered_is_taken_up() -> None:
    """Proved, refuted and pending are answers; "could not tell" and old reports are asked again."""
    journal = Journal.temporary()
    before = results(journal, "proved", "refuted", "unsure")
    for role, verdict in zip(
        before.roles, (Verdict.PROVED, Verdict.REFUTED, Verdict.INCONCLUSIVE), strict=True
    ):
        before.add(role, report(role.role_arn.removeprefix(ARN), verdict))

    after = results(journal, "proved", "new", "unsure", "refuted")

    assert [role.role_arn for role in after.take_up(NOON)] == [f"{ARN}new", f"{ARN}unsure"]
    assert [each.role_arn for each in after] == [f"{ARN}proved", f"{ARN}refuted"]
    assert after.exit_code() is ExitCode.NOT_AS_DECLARED
    old = results(journal, "proved", max_age_seconds=60.0)
    assert len(old.take_up(NOON.replace(hour=13))) == 1


def test_reports_come_in_both_orders() -> None:
    """As the roles were given, and by their ARNs, whichever was finished first."""
    found = results(Journal.temporary(), "b", "c", "a")
    for role in reversed(found.roles):
        found.add(role, report(role.role_arn.removeprefix(ARN)))

    assert [each.role_arn[-1] for each in found] == ["b", "c", "a"]
    assert [each.role_arn[-1] for each in found.by_arn()] == ["a", "b", "c"]


def test_no_secret_is_written(tmp_path: Path) -> None:
    """External IDs make the fingerprint of a question; the file doesn't tell them."""
    file = tmp_path / "results.jsonl"
    found = results(Journal.at(file), "deploy")
    found.add(found.roles[0], report())

    entry = json.loads(file.read_text().splitlines()[1])
    assert set(entry) == {"question", "report"}
    assert len(entry["question"]) == 32
    found.journal.close()
