"""From checked trusts to the smallest trust policy that says the same."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from rolecall.errors import Fault

from .arn import account_root
from .declaration import Trust
from .formats import TRUST_POLICY_CHARACTERS

_PRINCIPAL_FIELDS: Final = {"accounts": "AWS", "users": "AWS", "roles": "AWS", "services": "Service"}
_BIGGEST_SHOWN: Final = 3


def build_trust_policy(trusts: Sequence[Trust], *, partition: str = "aws") -> dict[str, object]:
    """Write a trust policy: one statement a trust, in order, and lists only where there are several values.

    Equal input gives an equal document, member order included.

    Args:
        trusts: as ``read_trusts`` returns them.
        partition: of the accounts that are trusted, such as ``aws-cn``.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [_statement(trust, partition) for trust in trusts],
    }


def _statement(trust: Trust, partition: str) -> dict[str, object]:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": _principal(trust, partition),
        "Action": "sts:AssumeRole",
    }
    condition = _condition(trust)
    if condition:
        statement["Condition"] = condition
    return statement


def _principal(trust: Trust, partition: str) -> dict[str, object]:
    named: dict[str, list[str]] = {}
    for name, kind in _PRINCIPAL_FIELDS.items():
        values: tuple[str, ...] = getattr(trust, name)
        if name == "accounts":
            values = tuple(account_root(account, partition=partition) for account in values)
        if values:
            named.setdefault(kind, []).extend(values)
    return {kind: _one_or_list(values) for kind, values in named.items()}


def _condition(trust: Trust) -> dict[str, dict[str, object]]:
    condition: dict[str, dict[str, object]] = {}

    def test(operator: str, key: str, value: object) -> None:
        condition.setdefault(operator, {})[key] = value

    if trust.external_ids:
        test("StringEquals", "sts:ExternalId", _one_or_list(trust.external_ids))
    if trust.role_session_name is not None:
        is_pattern = any(mark in trust.role_session_name for mark in ("*", "?", "${"))
        test("StringLike" if is_pattern else "StringEquals", "sts:RoleSessionName", trust.role_session_name)
    if trust.requires_mfa:
        test("Bool", "aws:MultiFactorAuthPresent", "true")
    if trust.mfa_age is not None:
        test("NumericLessThan", "aws:MultiFactorAuthAge", str(trust.mfa_age))
    return condition


def _one_or_list(values: Sequence[str]) -> object:
    return values[0] if len(values) == 1 else list(values)


def to_json(document: Mapping[str, object]) -> str:
    """Return the JSON text of a document: no white space, members in their order, ASCII only."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True)


def check_size(text: str, *, limit: int = TRUST_POLICY_CHARACTERS, path: str = "trusts") -> Fault | None:
    """Say that a trust policy is over its quota, and which statements take most of it.

    Args:
        text: the policy's JSON text, which has to be valid.
        limit: the quota, in characters; AWS doesn't count white space (AWS page: IAM and AWS STS quotas).
        path: where the policy comes from.
    """
    document = json.loads(text)
    size = len(to_json(document))
    if size <= limit:
        return None
    raw = document.get("Statement", [])
    statements = raw if isinstance(raw, list) else [raw]
    sizes = sorted(((len(to_json(each)), index) for index, each in enumerate(statements)), reverse=True)
    biggest = ", ".join(f"statement {index} has {characters}" for characters, index in sizes[:_BIGGEST_SHOWN])
    return Fault(
        path,
        f"the trust policy has {size} characters, {size - limit} more than the quota of {limit}; {biggest}",
        "Shorten the biggest, split the role, or ask AWS for a higher quota",
    )
