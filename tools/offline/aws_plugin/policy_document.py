"""Writes policy documents from their Pulumi form, for `aws.iam.get_policy_document`."""

import json
from collections.abc import Mapping
from typing import Any

_LISTS = {
    "actions": "Action",
    "notActions": "NotAction",
    "resources": "Resource",
    "notResources": "NotResource",
}
_PRINCIPALS = {"principals": "Principal", "notPrincipals": "NotPrincipal"}


def policy_document(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The policy document that the arguments of `getPolicyDocument` describe.

    Statements of `sourcePolicyDocuments` come first, then the declared ones, then those of
    `overridePolicyDocuments`; a later statement takes the place of an earlier one with the same Sid.
    """
    statements: list[dict[str, Any]] = []
    for text in arguments.get("sourcePolicyDocuments") or ():
        statements += _statements_of(text)
    statements = _placed(statements, [_statement(each) for each in arguments.get("statements") or ()])
    for text in arguments.get("overridePolicyDocuments") or ():
        statements = _placed(statements, _statements_of(text))
    head: dict[str, Any] = {"Version": arguments.get("version") or "2012-10-17"}
    if arguments.get("policyId"):
        head["Id"] = arguments["policyId"]
    return {**head, "Statement": statements}


def _statements_of(text: str) -> list[dict[str, Any]]:
    statements = json.loads(text).get("Statement", [])
    return list(statements) if isinstance(statements, list) else [statements]


def _placed(earlier: list[dict[str, Any]], later: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = list(earlier)
    for each in later:
        places = [
            at for at, other in enumerate(result) if each.get("Sid") and other.get("Sid") == each["Sid"]
        ]
        if places:
            result[places[0]] = each
        else:
            result.append(each)
    return result


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"Effect": given.get("effect") or "Allow"}
    if given.get("sid"):
        result["Sid"] = given["sid"]
    result |= {name: _short(given[key]) for key, name in _LISTS.items() if given.get(key)}
    result |= {name: _principals(given[key]) for key, name in _PRINCIPALS.items() if given.get(key)}
    if conditions := given.get("conditions"):
        result["Condition"] = _conditions(conditions)
    return result


def _short(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else sorted(values)


def _principals(given: list[Mapping[str, Any]]) -> str | dict[str, Any]:
    kinds: dict[str, list[str]] = {}
    for each in given:
        kinds.setdefault(each["type"], []).extend(each["identifiers"])
    return "*" if kinds == {"*": ["*"]} else {kind: _short(names) for kind, names in kinds.items()}


def _conditions(given: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    operators: dict[str, dict[str, list[str]]] = {}
    for each in given:
        keys = operators.setdefault(each["test"], {})
        keys.setdefault(each["variable"], []).extend(each["values"])
    return {test: {key: _short(values) for key, values in keys.items()} for test, keys in operators.items()}
