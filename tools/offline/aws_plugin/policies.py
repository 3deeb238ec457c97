"""Tells whether two policy documents mean the same, however IAM or a program spelled them."""

import json
import re
from typing import Any

_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?", re.ASCII)
_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def same_policy(left: Any, right: Any) -> bool:
    """Whether two policies, as JSON texts, differ in spelling only.

    One value or a list of one, the order of lists, and an account's id or its root's ARN are spelling.
    A text that is no JSON equals itself only.
    """
    if left == right:
        return True
    try:
        return bool(_plain(json.loads(left)) == _plain(json.loads(right)))
    except (TypeError, ValueError):
        return False


def _plain(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    statements = document.get("Statement", [])
    several = statements if isinstance(statements, list) else [statements]
    return {**document, "Statement": [_statement(each) for each in several]}


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    return {key: _element(key, value) for key, value in statement.items()}


def _element(key: str, value: Any) -> Any:
    if key in _LISTS:
        return _values(value)
    if key in ("Principal", "NotPrincipal") and isinstance(value, dict):
        return {kind: _values(principals, account=kind == "AWS") for kind, principals in value.items()}
    if key == "Condition" and isinstance(value, dict):
        return {
            operator: {name.lower(): _values(values) for name, values in keys.items()}
            if isinstance(keys, dict)
            else keys
            for operator, keys in value.items()
        }
    return value


def _values(value: Any, *, account: bool = False) -> list[str]:
    several = value if isinstance(value, list) else [value]
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in several]
    if account:
        texts = [match[1] if (match := _ACCOUNT.fullmatch(text)) else text for text in texts]
    return sorted(texts)
