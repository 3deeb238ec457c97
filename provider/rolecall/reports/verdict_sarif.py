"""Writes what a verification leaves open or refutes as SARIF 2.1.0, which code scanning reads.

The standard: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", by OASIS.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from .document import ReportDocument
from .points import Point, Rule, points
from .roles import account_of, resource_of

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
CATEGORY: Final = "rolecall-verify/"
"""Keeps these results apart from a linter's where both are uploaded for one commit."""

FINGERPRINT: Final = "rolecall/v1"
"""Under this name a result carries what tells it from others in every run."""


def verdicts_as_sarif(document: ReportDocument) -> str:
    """The points of a report as a SARIF log with one run; what is proved isn't a result.

    A role is no file, but a result must stand in one: it is the made-up path ``aws/ACCOUNT/role/PATH/NAME``.
    """
    found = points(document)
    rules = {rule.id: rule for rule in sorted({point.rule for point in found}, key=lambda rule: rule.id)}
    places = {name: index for index, name in enumerate(rules)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "rolecall", "rules": [_descriptor(each) for each in rules.values()]}
                },
                "automationDetails": {"id": CATEGORY},
                "columnKind": "unicodeCodePoints",
                "results": [_result(point, places) for point in found],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {"id": rule.id, "shortDescription": {"text": rule.title}, "help": {"text": rule.help}}


def _result(point: Point, places: Mapping[str, int]) -> dict[str, Any]:
    path = f"aws/{account_of(point.role_arn)}/{resource_of(point.role_arn)}"
    told = "\0".join((point.rule.id, point.role_arn, *point.identity))
    return {
        "ruleId": point.rule.id,
        "ruleIndex": places[point.rule.id],
        "level": str(point.grade),
        "message": {"text": point.sentence},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(path)},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": point.role_arn}],
            }
        ],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(told.encode()).hexdigest()},
    }
