"""One form for policies that say the same, so that what IAM stores can be held against what was written."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_LISTS = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def canonical(document: Mapping[str, object], *, partition: str = "aws") -> dict[str, Any]:
    """A policy document in canonical form.

    IAM keeps the order of statements, but rewrites values that mean the same: a list of one value as the
    value, a bare account ID as its root ARN, values in another order. None of these is a difference here.

    Args:
        document: the policy, decoded.
        partition: the partition whose root ARN stands for a bare account ID.
    """
    statements = document.get("Statement", ())
    listed = statements if _is_list(statements) else (statements,)
    return {
        **{name: value for name, value in document.items() if name != "Statement"},
        "Statement": [_statement(each, partition) if isinstance(each, Mapping) else each for each in listed],
    }


def canonical_hash(document: Mapping[str, object]) -> str:
    """SHA-256, in hexadecimal, of a policy document's canonical form."""
    partition = _partition(document)
    text = json.dumps(canonical(document, partition=partition), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _partition(document: Mapping[str, object]) -> str:
    """The partition that the document's own principals name; a document has principals of one partition."""
    found = re.search(r"arn:(aws[a-z-]*):(?:iam|sts)::", json.dumps(document, default=str))
    return found[1] if found else "aws"


def _values(value: Any) -> list[str]:
    values = value if _is_list(value) else [value]
    return sorted({"true" if v is True else "false" if v is False else str(v) for v in values})


def _statement(statement: Mapping[str, Any], partition: str) -> dict[str, Any]:
    return {name: _element(name, value, partition) for name, value in statement.items()}


def _element(name: str, value: Any, partition: str) -> Any:
    if name in _LISTS:
        return _values(value)
    if name in {"Principal", "NotPrincipal"} and isinstance(value, Mapping):
        return {kind: _values(_principals(kind, each, partition)) for kind, each in value.items()}
    if name == "Condition" and isinstance(value, Mapping):
        return {
            operator: {str(key).lower(): _values(each) for key, each in tests.items()}
            for operator, tests in value.items()
            if isinstance(tests, Mapping)
        }
    return value


def _principals(kind: str, value: Any, partition: str) -> list[str]:
    values = value if _is_list(value) else [value]
    if kind != "AWS":
        return [str(each) for each in values]
    return [f"arn:{partition}:iam::{v}:root" if _ACCOUNT_ID.fullmatch(str(v)) else str(v) for v in values]
