"""The report for machines: a numbered format in a stable order, without secrets."""

import dataclasses
import json

from tests.reports.facts import ROLE, allowed, report, wider_report

from rolecall.reports import to_document, to_json
from rolecall.verification.model import ProbeResult, Verdict
from rolecall.verification.report import BrokenRequirement, RoleReport


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
    role = json.loads(to_json(to_document([wider_report()])))["roles"][0]
    renamed = {"results": "probes", "broken": "broken_requirements"}
    expected = {renamed.get(field.name, field.name) for field in dataclasses.fields(RoleReport)}

    assert expected | {"verdict", "level"} == set(role)
    probe_fields = {field.name for field in dataclasses.fields(ProbeResult)}
    assert (probe_fields - {"expectation"}) | {"expected", "sentence", "disagreement"} == set(
        role["probes"][0]
    )


def test_every_text_is_safe_to_print() -> None:
    """Whatever a name, an answer or a reason holds, no control character comes into the document."""
    hostile = "a\x1b[31m\x00\u202e\ud800\n"
    results = tuple(
        dataclasses.replace(
            each,
            caller=hostile,
            label=hostile,
            region=hostile,
            code=hostile,
            request_id=hostile,
            detail=hostile,
        )
        for each in report().results
    )
    skipped = tuple(dataclasses.replace(each, caller=hostile, reason=hostile) for each in report().skipped)
    broken = (BrokenRequirement(requirement=hostile, sentence=hostile),)
    told = report(results=results, skipped=skipped, broken=broken, trust_unreadable=hostile)

    text = json.dumps(to_document([told], unverified={ROLE + hostile: hostile}), ensure_ascii=False)

    assert text.isprintable()


def test_what_is_tolerated_is_said() -> None:
    """The rules by which a run goes on belong to the report, the mildest verdict first."""
    document = to_document([report()], tolerated={Verdict.INCONCLUSIVE, Verdict.PENDING})

    assert document["tolerated"] == ["pending", "inconclusive"]
