"""From checked trusts to the smallest trust policy that says the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rolecall.errors import Fault

from . import saml
from .arn import Arn, account_root
from .formats import TRUST_POLICY_CHARACTERS
from .operations import (
    ASSUME_ROLE,
    ASSUME_ROLE_WITH_SAML,
    ASSUME_ROLE_WITH_WEB_IDENTITY,
    SET_SOURCE_IDENTITY,
    TAG_SESSION,
)
from .trust import Kind, Trust

_BIGGEST_SHOWN: Final = 3

_OPERATIONS: Final = {Kind.OIDC: ASSUME_ROLE_WITH_WEB_IDENTITY, Kind.SAML: ASSUME_ROLE_WITH_SAML}

_OIDC_AUDIENCE: Final = "sts.amazonaws.com"

_SUFFIX: Final = "?" * 16
"""The 16 hexadecimal digits at the end of the names of Identity Center's roles. A ``*`` in their place would
also let in permission sets whose names go on after this one's."""


def build_trust_policy(trusts: Sequence[Trust], *, partition: str = "aws") -> dict[str, object]:
    """Write a trust policy: one statement a trust, in order, and lists only where there are several values.

    Equal input gives an equal document, member order included.

    Args:
        trusts: as ``read_trusts`` returns them.
        partition: of the accounts that are trusted, such as ``aws-cn``.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [build_statement(trust, partition=partition) for trust in trusts],
    }


def build_statement(trust: Trust, *, partition: str) -> dict[str, object]:
    """Write the statement of one trust, which has principals of exactly one kind or is a whole statement."""
    if trust.statement is not None:
        return dict(trust.statement)
    (kind,) = trust.kinds
    statement: dict[str, object] = {
        "Effect": "Deny" if trust.deny else "Allow",
        "Principal": _principal(trust, kind, partition),
        "Action": one_or_list(_actions(trust, kind)),
    }
    condition = _condition(trust, kind, partition)
    if condition:
        statement["Condition"] = condition
    return statement


def _principal(trust: Trust, kind: Kind, partition: str) -> dict[str, object]:
    if trust.provider_arn is not None:
        return {"Federated": trust.provider_arn}
    if kind is Kind.SERVICES:
        return {"Service": one_or_list(trust.services)}
    if kind is Kind.ORGANIZATIONS:
        return {"AWS": "*"}
    if kind in (Kind.ACCOUNTS, Kind.PERMISSION_SETS):
        return {"AWS": one_or_list([account_root(each, partition=partition) for each in trust.accounts])}
    return {"AWS": one_or_list(getattr(trust, kind))}


def _actions(trust: Trust, kind: Kind) -> list[str]:
    actions = [_OPERATIONS.get(kind, ASSUME_ROLE)]
    # AWS pages: Pass session tags in AWS STS; Monitor and control actions taken with assumed roles.
    if trust.source_identity:
        actions.append(SET_SOURCE_IDENTITY)
    if trust.session_tags:
        actions.append(TAG_SESSION)
    return actions


def _condition(trust: Trust, kind: Kind, partition: str) -> dict[str, dict[str, object]]:
    condition: dict[str, dict[str, object]] = {}
    for operator, key, values in (
        *_asked_of_the_caller(trust),
        *_who_calls(trust, kind, partition),
        *_token(trust, kind),
        *_time(trust),
    ):
        condition.setdefault(operator, {})[key] = one_or_list(values)
    for operator, keys in (trust.conditions or {}).items():
        condition.setdefault(operator, {}).update(keys)
    return condition


_Test = tuple[str, str, Sequence[str]]
"""An operator, a condition key, and its values."""


def _asked_of_the_caller(trust: Trust) -> Iterator[_Test]:
    if trust.external_ids:
        yield "StringEquals", "sts:ExternalId", trust.external_ids
    if trust.role_session_name is not None:
        yield _text("sts:RoleSessionName", [trust.role_session_name])
    if trust.requires_mfa:
        yield "Bool", "aws:MultiFactorAuthPresent", ["true"]
    if trust.mfa_age is not None:
        yield "NumericLessThan", "aws:MultiFactorAuthAge", [str(trust.mfa_age)]
    if trust.source_identity:
        yield _text("sts:SourceIdentity", trust.source_identity)
    for tag, values in trust.session_tags:
        yield _text(f"aws:RequestTag/{tag}", values)
    if trust.session_tags:
        yield "ForAllValues:StringEquals", "aws:TagKeys", [tag for tag, _ in trust.session_tags]


def _who_calls(trust: Trust, kind: Kind, partition: str) -> Iterator[_Test]:
    if trust.permission_sets:
        account = trust.accounts[0] if len(trust.accounts) == 1 else "*"
        # Between "sso.amazonaws.com" and the name stands the region, except for us-east-1: "*" fits both.
        head = f"arn:{partition}:iam::{account}:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_"
        yield "ArnLike", "aws:PrincipalArn", [f"{head}{name}_{_SUFFIX}" for name in trust.permission_sets]
    prefix = "aws:Source" if kind is Kind.SERVICES else "aws:Principal"
    if trust.organization_ids:
        yield "StringEquals", f"{prefix}OrgID", trust.organization_ids
    if trust.organization_paths:
        yield "ForAnyValue:StringLike", f"{prefix}OrgPaths", trust.organization_paths
    if trust.source_accounts:
        yield "StringEquals", "aws:SourceAccount", trust.source_accounts
    if trust.source_arns:
        yield "ArnLike", "aws:SourceArn", trust.source_arns
    if trust.source_ips:
        yield "IpAddress", "aws:SourceIp", trust.source_ips


def _token(trust: Trust, kind: Kind) -> Iterator[_Test]:
    """The conditions on what an identity provider says.

    What AWS has a usual value for is asked for even where nothing is declared; but a Deny keeps out all.
    """
    if kind is Kind.OIDC and trust.provider_arn is not None:
        host = trust.provider_arn.partition(":oidc-provider/")[2] or trust.provider_arn
        audiences = trust.oidc_audiences or (() if trust.deny else (_OIDC_AUDIENCE,))
        claims = (("aud", audiences), ("sub", trust.oidc_subjects), *trust.oidc_claims)
        yield from (_text(f"{host}:{claim}", values) for claim, values in claims if values)
    if kind is Kind.SAML and trust.provider_arn is not None:
        usual = saml.sign_in_url(Arn.parse(trust.provider_arn).partition)
        endpoints = trust.saml_endpoints or (() if trust.deny else (usual,))
        if endpoints:
            yield "StringEquals", "SAML:aud", endpoints
        for claim, values in trust.saml_claims:
            operator, key, _ = _text(f"SAML:{claim}", values)
            yield f"ForAnyValue:{operator}" if key.lower() in saml.MULTIVALUED else operator, key, values


def _time(trust: Trust) -> Iterator[_Test]:
    if trust.not_before is not None:
        yield "DateGreaterThanEquals", "aws:CurrentTime", [trust.not_before]
    if trust.not_after is not None:
        yield "DateLessThanEquals", "aws:CurrentTime", [trust.not_after]


def _text(key: str, values: Sequence[str]) -> _Test:
    is_pattern = any(mark in value for value in values for mark in ("*", "?", "${"))
    return "StringLike" if is_pattern else "StringEquals", key, values


def one_or_list(values: Sequence[str]) -> object:
    """Return the one value, or the list of several: IAM takes both, and the first is shorter."""
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
