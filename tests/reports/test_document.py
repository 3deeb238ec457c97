"""The report for machines: a numbered format in a stable order, without secrets."""

import dataclasses
import json
from pathlib import Path

from tests.reports.facts import ROLE, allowed, report

from rolecall.reports import to_document, to_json
from rolecall.verification.model import ProbeResult, RoleReport

GOLDEN = Path(__file__).parent / "golden"


def test_the_whole_document() -> None:
    """Every field of a report, compared whole."""
    text = to_json([report()], unverified={"arn:aws:iam::222222222222:role/gone": "no credentials\x07"})

    assert (GOLDEN / "report.json").read_text(encoding="utf-8") == f"{text}\n"


def test_roles_come_in_a_stable_order() -> None:
    """Roles are sorted by ARN, whatever the order in which they were finished."""
    reports = [report(role_arn=f"{ROLE}-{letter}") for letter in "cab"]
    document = to_document(reports, unverified={"z": "", "y": ""})

    assert [f"{ROLE}-{letter}" for letter in "abc"] == [role["role_arn"] for role in document["roles"]]
    assert [each["role_arn"] for each in document["unverified"]] == ["y", "z"]


def test_the_verdict_is_the_worst_of_all_roles() -> None:
    """One refuted role makes the whole refuted; without any probe there is no verdict."""
    good = report(results=(allowed(),), broken=())

    assert to_document([good, report()])["verdict"] == "refuted"
    assert to_document([good])["verdict"] == "proved"
    assert to_document([])["verdict"] is None


def test_no_field_is_forgotten() -> None:
    """A field that reports get later shows up here, or is left out knowingly."""
    role = json.loads(to_json([report()]))["roles"][0]
    renamed = {"results": "probes", "broken": "broken_requirements"}
    expected = {renamed.get(field.name, field.name) for field in dataclasses.fields(RoleReport)}

    assert expected | {"verdict", "level"} == set(role)
    probe_fields = {field.name for field in dataclasses.fields(ProbeResult)}
    assert (probe_fields - {"expectation"}) | {"expected", "sentence"} == set(role["probes"][0])
