"""A second, slow reading of the rules on plain documents, straight from AWS's pages, to compare with."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

USERNAME = "${aws:username}"


def lets_in(document: Mapping[str, Any], arn: str, action: str, context: Mapping[str, Any]) -> bool:
    """Whether a trust policy lets a user or session of another account in who may call anything."""
    applying = [each["Effect"] for each in document["Statement"] if _applies(each, arn, action, context)]
    return "Allow" in applying and "Deny" not in applying


def _applies(statement: Mapping[str, Any], arn: str, action: str, context: Mapping[str, Any]) -> bool:
    account = arn.split(":")[4]
    names = ["*", arn, account, f"arn:aws:iam::{account}:root"]
    kind, name, *_ = arn.split(":")[5].split("/")
    if kind == "assumed-role":
        names.append(f"arn:aws:iam::{account}:role/{name}")
    username = name if kind == "user" else None
    if not any(value in names for value in _list(statement["Principal"]["AWS"])):
        return False
    if action.lower() not in [each.lower() for each in _list(statement["Action"])]:
        return False
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            given = [value for name, value in context.items() if name.lower() == key.lower()]
            wanted = [_text(value) for value in _list(values)]
            if username is None:
                wanted = [value for value in wanted if USERNAME not in value]
            if not _holds(operator, [value.replace(USERNAME, username or "") for value in wanted], given):
                return False
    return True


def _holds(operator: str, wanted: list[str], given: list[Any]) -> bool:
    if operator == "Null":
        return ("true" in wanted and not given) or ("false" in wanted and bool(given))
    prefix, _, name = operator.rpartition(":")
    if prefix and given and not any(_list(given[0])):
        given = []  # an empty text is a null data set for a set operator
    if not given:
        if name.endswith("IfExists") or prefix == "ForAllValues":
            return True
        return prefix == "" and "Not" in name
    name = name.removesuffix("IfExists")
    answers = [_one(name, value, wanted) for value in _list(given[0])]
    return all(answers) if prefix == "ForAllValues" else any(answers)


def _one(name: str, value: str, wanted: list[str]) -> bool:
    if "Not" in name:
        return not _one(name.replace("Not", ""), value, wanted)
    compare = {
        "StringEquals": lambda each: value == each,
        "StringEqualsIgnoreCase": lambda each: value.lower() == each.lower(),
        "StringLike": lambda each: like(value, each),
        "ArnLike": lambda each: all(map(like, value.split(":", 5), each.split(":", 5))),
        "Bool": lambda each: value.lower() == each.lower(),
        "NumericEquals": lambda each: float(value) == float(each),
        "NumericLessThan": lambda each: float(value) < float(each),
        "NumericGreaterThanEquals": lambda each: float(value) >= float(each),
        "DateLessThan": lambda each: datetime.fromisoformat(value) < datetime.fromisoformat(each),
        "DateGreaterThanEquals": lambda each: datetime.fromisoformat(value) >= datetime.fromisoformat(each),
        "IpAddress": lambda each: ip_address(value) in ip_network(each),
    }[name]
    return any(compare(each) for each in wanted)


def like(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(like(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and like(text[1:], pattern[1:])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
