"""What one can ask of a trust policy: whom a guarantee is about, and what excuses them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Policy, Principal, Statement, parse
from rolecall.policy.caller import Standing
from rolecall.policy.formats import ACCOUNT_ID, fault_of, shown
from rolecall.policy.request import PrincipalKind
from rolecall.policy.trust_rules import principal_fault

GITHUB: Final = "token.actions.githubusercontent.com"
_OF_AWS: Final = frozenset({Standing.USER, Standing.ROLE_SESSION})
_EVERYONE: Final = frozenset(Standing)
_ANYONE: Final = {"AWS": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """Something that shall hold of everyone who gets in: whoever is concerned is excused.

    Attributes:
        name: the option of the command that asks for it, without dashes.
        sentence: what it says, for a person, without a full stop.
        standings: the kinds of principal that it is about.
        concerned: statements, one of which applies to whom it is about; none: to everyone of these kinds.
        excused: statements, one of which applies to every request that keeps it.
    """

    name: str
    sentence: str
    standings: frozenset[Standing]
    concerned: tuple[Statement, ...] = ()
    excused: tuple[Statement, ...] = ()


def external_id(ids: Iterable[str] = (), *, own_accounts: Iterable[str] = ()) -> Guarantee:
    """No user or role of another account gets in without an external ID.

    Args:
        ids: the external IDs that count; none: any.
        own_accounts: account IDs whose principals need none.

    Raises:
        DeclarationError: an account ID has no 12 digits.
    """
    listed, own = list(ids), _accounts(own_accounts)
    asked = {"StringEquals": {"sts:ExternalId": listed}} if listed else {"Null": {"sts:ExternalId": "false"}}
    which = "a listed external ID" if listed else "an external ID"
    whose = f" besides those of {', '.join(own)}" if own else ""
    return Guarantee(
        name="external-id",
        sentence=f"no user or role{whose} gets in without {which}",
        standings=_OF_AWS,
        excused=_statements([(_ANYONE, asked), *_of(own)]),
    )


def mfa() -> Guarantee:
    """No user or role gets in without MFA; services and federated identities have none and don't count."""
    return Guarantee(
        name="mfa",
        sentence="no user or role gets in without MFA",
        standings=_OF_AWS,
        excused=_statements(
            [
                (_ANYONE, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
                (_ANYONE, {"Null": {"aws:MultiFactorAuthAge": "false"}}),
            ]
        ),
    )


def only(principals: Sequence[str]) -> Guarantee:
    """Nobody gets in but these.

    Args:
        principals: account IDs, ARNs of accounts' roots, users, roles, sessions and identity providers,
            ARNs of users and roles with wildcards, and names of services such as ``ec2.amazonaws.com``.

    Raises:
        DeclarationError: what is none of these.
    """
    faults: list[Fault] = []
    rows = [_lawful(value, f"only[{index}]", faults) for index, value in enumerate(principals)]
    if faults:
        raise DeclarationError(faults)
    return Guarantee(
        name="only",
        sentence=f"nobody gets in but {', '.join(principals)}",
        standings=_EVERYONE,
        excused=_statements(rows),
    )


def only_repo(repositories: Sequence[str], *, issuer: str = GITHUB) -> Guarantee:
    """No federated identity gets in but workflows of these repositories.

    Args:
        repositories: such as ``acme/infra``, ``acme@1234/infra@5678`` for subjects with IDs, ``acme/*`` for
            all of an owner.
        issuer: host of the identity provider, as condition keys begin; subjects look like GitHub's.

    Raises:
        DeclarationError: what is no repository.
    """
    faults: list[Fault] = []
    subjects = []
    for index, repository in enumerate(repositories):
        owner, slash, name = repository.partition("/")
        if not (owner and slash and name) or "/" in name or set("*?:$") & set(owner + name.removesuffix("*")):
            remedy = "Write OWNER/NAME, or OWNER/* for all of an owner"
            faults.append(Fault(f"only_repo[{index}]", f"{shown(repository)} is no repository", remedy))
        subjects.append(f"repo:{repository}" if name == "*" else f"repo:{repository}:*")
    if faults:
        raise DeclarationError(faults)
    return Guarantee(
        name="only-repo",
        sentence=f"no federated identity gets in but workflows of {', '.join(repositories)}",
        standings=frozenset({Standing.FEDERATED}),
        excused=_statements([(None, {"StringLike": {f"{issuer}:sub": subjects}})]),
    )


def within_org(ids: Sequence[str], *, own_accounts: Iterable[str] = ()) -> Guarantee:
    """No user or role gets in from outside an organization.

    Args:
        ids: organization IDs, such as ``o-a1b2c3d4e5``.
        own_accounts: account IDs that are known to belong to it.

    Raises:
        DeclarationError: an account ID has no 12 digits, or an organization's ID doesn't begin with ``o-``.
    """
    faults = [
        Fault(f"within_org[{index}]", f"{shown(value)} is no organization ID", "It looks like o-a1b2c3d4e5")
        for index, value in enumerate(ids)
        if not value.startswith("o-") or not value[2:].isalnum()
    ]
    if faults:
        raise DeclarationError(faults)
    return Guarantee(
        name="within-org",
        sentence=f"no user or role gets in from outside {', '.join(ids)}",
        standings=_OF_AWS,
        excused=_statements(
            [
                (_ANYONE, {"StringEquals": {"aws:PrincipalOrgID": list(ids)}}),
                *_of(_accounts(own_accounts)),
            ]
        ),
    )


def among(principals: Iterable[Principal]) -> tuple[Statement, ...]:
    """Statements that apply to those whom a Principal element with these entries names."""
    return _statements([({each.kind: each.value}, {}) for each in principals])


_Row = tuple[Mapping[str, object] | None, Mapping[str, object]]
"""A principal, or ``None`` for all of every kind, and conditions."""


def _statements(rows: Sequence[_Row]) -> tuple[Statement, ...]:
    return tuple(statement for row in rows for statement in _parsed(row).statements)


def _parsed(row: _Row) -> Policy:
    principal, conditions = row
    statement = {
        "Effect": "Allow",
        "Principal": principal or {"AWS": "*"},
        "Action": "sts:*",
        **({"Condition": conditions} if conditions else {}),
    }
    policy = parse({"Version": "2008-10-17", "Statement": statement}, stored=True)
    if principal is not None:
        return policy
    return Policy(
        kind=policy.kind,
        version=policy.version,
        id=None,
        statements=tuple(_for_all(each) for each in policy.statements),
    )


def _for_all(statement: Statement) -> Statement:
    return Statement(
        ref=statement.ref,
        pointer=statement.pointer,
        effect=statement.effect,
        actions=statement.actions,
        conditions=statement.conditions,
    )


def _of(accounts: Sequence[str]) -> list[_Row]:
    return [({"AWS": account}, {}) for account in accounts]


def _accounts(ids: Iterable[str]) -> list[str]:
    listed = list(ids)
    faults = [fault_of(ACCOUNT_ID, each, f"own_accounts[{index}]") for index, each in enumerate(listed)]
    if any(faults):
        raise DeclarationError([fault for fault in faults if fault is not None])
    return listed


def _lawful(value: str, path: str, faults: list[Fault]) -> _Row:
    if {"*", "?"} & set(value) and value.startswith("arn:"):
        if value.count(":") == 5:  # noqa: PLR2004 - the colons of an ARN
            return _ANYONE, {"ArnLike": {"aws:PrincipalArn": value}}
        faults.append(Fault(path, f"{shown(value)} is no pattern for ARNs", "An ARN has six parts"))
        return _ANYONE, {}
    kind = _kind(value)
    fault = principal_fault(Principal(kind, value), path)
    if fault is not None or value == "*":
        problem = fault.problem if fault is not None else '"*" is everyone'
        faults.append(Fault(path, problem, "Give an account ID, an ARN, or the name of a service"))
    return {kind: value}, {}


def _kind(value: str) -> PrincipalKind:
    if ":oidc-provider/" in value or ":saml-provider/" in value:
        return "Federated"
    if value.endswith((".amazonaws.com", ".amazonaws.com.cn")) and value not in _BUILT_IN:
        return "Service"
    return "AWS" if value.startswith(("arn:", "A")) or value.isdigit() or "." not in value else "Federated"


_BUILT_IN: Final = frozenset({"cognito-identity.amazonaws.com"})
