"""The JSON Schema says what reports are: real ones fit, changed ones don't."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.reports.facts import ROLE, allowed, report, result, wider_report
from tools.fleet import fleet

from rolecall.reports import json_schema, receipt_schema, to_document
from rolecall.verification import read_caller, receipt_document, receipt_of
from tools import report_schema

VALIDATOR = Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def told() -> Any:
    return copy.deepcopy(to_document([wider_report(), *fleet(40)], unverified={ROLE: "no credentials"}))


def test_the_published_schema_is_what_the_code_says() -> None:
    """All copies, in docs/ and in the package, are made from the shapes."""
    for path in report_schema.PUBLISHED:
        expected = report_schema.text(path)
        assert path.read_text(encoding="utf-8") == expected, "run `python -m tools.report_schema`"


@pytest.mark.parametrize("schema", [json_schema(), receipt_schema()])
def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    """It keeps to JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema)


def test_real_receipts_fit() -> None:
    """A receipt of one caller fits, and none without its probes."""
    schema = receipt_schema()
    for shape in (schema, *schema["$defs"].values()):
        shape["additionalProperties"] = False
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    source = read_caller({"profile": "tools", "external_id": "acme-3f1c9a0e7b52"}, path="")
    told = report(results=(allowed(), result()))
    written: Any = receipt_document(receipt_of([told], [source], run_id="0a1b2c3d", salt=b"0" * 16))

    validator.validate(written)
    del written["roles"][0]["callers"][0]["probes"]
    assert [error.validator for error in validator.iter_errors(written)] == ["required"]


@pytest.mark.parametrize("reports", [[], [report()], fleet(40)])
def test_real_reports_fit(reports: list[Any]) -> None:
    """Reports with one of everything, with many roles and with none."""
    VALIDATOR.validate(to_document(reports, unverified={ROLE: "no credentials"}))


def test_no_field_is_left_out() -> None:
    """A schema that knew only some fields would let any report pass."""
    strict = json_schema()
    for shape in (strict, *strict["$defs"].values()):
        shape["additionalProperties"] = False

    Draft202012Validator(strict).validate(told())


def delete(field: str) -> Callable[[Any], None]:
    return lambda document: document.pop(field)


CHANGES: dict[str, Callable[[Any], object]] = {
    "another format": lambda document: document.update(format=2),
    "a field is missing": delete("tolerated"),
    "a verdict that is none": lambda document: document.update(verdict="fine"),
    "a number as text": lambda document: document["roles"][0].update(calls="7"),
    "no list": lambda document: document["roles"][0].update(probes=None),
    "an outcome that is none": lambda document: document["roles"][0]["probes"][0].update(outcome="perhaps"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_things_do_not_fit(change: str) -> None:
    """What the format doesn't allow is found."""
    document = told()
    CHANGES[change](document)

    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("field", ["kind", "cause"])
def test_new_words_and_fields_may_come(field: str) -> None:
    """A later version of the same format may know more kinds, causes and fields."""
    document = told()
    document["roles"][0]["probes"][0] |= {field: "something-new", "more": 1}

    VALIDATOR.validate(document)
