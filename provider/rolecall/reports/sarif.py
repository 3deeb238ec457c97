"""Lint results in SARIF 2.1.0, which code hosts show beside the lines."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from rolecall.lint import RULES, Finding, Weighed

from .linted import LintedRole, witness_sentence
from .safe import safe

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_STANDARD_INPUT: Final = "stdin.json"


def to_sarif(
    roles: Sequence[LintedRole], *, version: str, lines: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """The results as a SARIF log with one run.

    Args:
        roles: what was linted.
        version: of rolecall.
        lines: for each file, the line of each JSON pointer at which a finding stands.
    """
    rules = {rule.id: _descriptor(rule.id, rule.title, rule.why, rule.severity) for rule in RULES}
    for role in roles:
        for each in role.weighed:
            name = each.finding.rule
            if name not in rules:
                why = "A requirement that every trust policy must meet."
                rules[name] = _descriptor(name, name, why, each.finding.severity)
    places = {name: index for index, name in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "rolecall", "version": version, "rules": list(rules.values())}},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(role, each, places[each.finding.rule], lines.get(role.file, {}))
                    for role in roles
                    for each in role.weighed
                ],
            }
        ],
    }


def _descriptor(name: str, title: str, why: str, severity: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "defaultConfiguration": {"level": str(severity)},
    }


def _result(role: LintedRole, weighed: Weighed, place: int, lines: Mapping[str, int]) -> dict[str, Any]:
    finding = weighed.finding
    pointer = role.pointer + finding.path
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "level": str(finding.severity),
        "message": {"text": _message(weighed)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(role.file)},
                    "region": {"startLine": lines.get(pointer, 1)},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{role.arn or role.name}#{finding.path}"}],
            }
        ],
        "partialFingerprints": {"rolecall/v1": _fingerprint(role, finding)},
    }
    if weighed.accepted is not None:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": safe(weighed.accepted.reason)}
        ]
    return result


def _message(weighed: Weighed) -> str:
    finding = weighed.finding
    parts = [finding.sentence, finding.fix]
    if finding.witness is not None:
        parts.insert(1, witness_sentence(finding.witness))
    if weighed.expired is not None:
        parts.append(f"It was accepted until {weighed.expired.until}: {weighed.expired.reason}")
    return " ".join(map(safe, parts))


def _fingerprint(role: LintedRole, finding: Finding) -> str:
    """Tell a finding from others, whatever its line: the rule, the role and the place in the policy."""
    text = "\n".join((finding.rule, role.arn or f"{role.file}#{role.name}", finding.path))
    return hashlib.sha256(text.encode()).hexdigest()


def _uri(file: str) -> str:
    return quote(_STANDARD_INPUT if file == "-" else file.replace("\\", "/"), safe="/:")
