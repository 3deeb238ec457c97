"""Rules on everyone: is the role open to accounts that it has nothing to do with."""

from collections.abc import Iterator
from typing import Final

from rolecall.policy import Request, Statement

from .entry import alone, outsiders, way_in
from .model import Found, Rule, Severity, allow, example
from .subject import ASSUME_ROLE, EXTERNAL_ID, Sort, Subject, entries_of, sort_of, tests_of

_PAGE: Final = "AWS JSON policy elements: Principal"
_ORGANIZATION: Final = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
_NAME_THEM: Final = "Name the accounts, or ask for aws:PrincipalOrgID of your organisation by StringEquals."


def _open(subject: Subject) -> Iterator[tuple[Statement, Request]]:
    """Yield each statement that lets in an outsider, with the outsider's request."""
    for statement in subject.statements("Allow", ASSUME_ROLE):
        if not any(sort_of(entry) is Sort.EVERYONE for entry in entries_of(statement)):
            continue
        policy = alone(subject.policy, statement)
        who = list(outsiders(statement, policy, subject.partition))
        witness = way_in(policy, subject.role_arn, who, absent=[EXTERNAL_ID]) or way_in(
            policy, subject.role_arn, who
        )
        if witness is not None:
            yield statement, witness


def _asks_organization(statement: Statement) -> bool:
    return any(place.test.lookup_key in _ORGANIZATION for place in tests_of(statement))


def _sends_external_id(request: Request) -> bool:
    return EXTERNAL_ID in map(str.lower, request.context)


def _public(subject: Subject) -> Iterator[Found]:
    for statement, witness in _open(subject):
        if not _sends_external_id(witness) and not _asks_organization(statement):
            yield Found(
                f"{statement.pointer}/Principal/AWS",
                "Anyone of any AWS account gets in.",
                _NAME_THEM,
                witness,
            )


def _behind_external_id(subject: Subject) -> Iterator[Found]:
    for statement, witness in _open(subject):
        if _sends_external_id(witness) and not _asks_organization(statement):
            yield Found(
                f"{statement.pointer}/Principal/AWS",
                "Anyone of any AWS account gets in who knows the external ID, which is no password.",
                "Name the account that the external ID is for.",
                witness,
            )


def _behind_organization(subject: Subject) -> Iterator[Found]:
    for statement, witness in _open(subject):
        places = [place for place in tests_of(statement) if place.test.lookup_key in _ORGANIZATION]
        if places:
            yield Found(
                places[0].pointer,
                "The condition on the organisation lets in accounts of other organisations, or of none.",
                "Ask for the organisation's own ID by StringEquals.",
                witness,
            )


def _other_organization(subject: Subject) -> Iterator[Found]:
    own = subject.context.organization_id
    for _, test, pointer in subject.tests("aws:principalorgid", effect="Allow"):
        operator = test.use.operator
        others = [value for value in test.values if value != own and not any(mark in value for mark in "*?$")]
        if own is not None and operator.family == "string" and not operator.negated and others:
            yield Found(
                pointer,
                f"Organisation {others[0]} gets in, which isn't the own one, {own}.",
                "Remove it, or accept the finding with the reason why it is trusted.",
            )


RULES: Final = (
    Rule(
        id="public-principal",
        severity=Severity.ERROR,
        title="Open to every AWS account",
        why='{"AWS": "*"} is everyone with an AWS account, unless the conditions keep the others out.',
        page=_PAGE,
        check=_public,
        bad=example(allow("*", {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}})),
        good=example(allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    ),
    Rule(
        id="public-behind-external-id",
        severity=Severity.ERROR,
        title="Open to every AWS account that has the external ID",
        why="AWS doesn't treat external IDs as secrets: they stand in policies, logs and consoles.",
        page="Access to AWS accounts owned by third parties",
        check=_behind_external_id,
        bad=example(allow("*", {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}})),
        good=example(allow("111111111111", {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}})),
    ),
    Rule(
        id="public-behind-organization",
        severity=Severity.ERROR,
        title="Open to other organisations",
        why="A wildcard, …IfExists or a set operator around the organisation's ID lets outsiders meet it.",
        page="AWS global condition context keys",
        check=_behind_organization,
        bad=example(allow("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})),
        good=example(allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
    ),
    Rule(
        id="organization-of-others",
        severity=Severity.WARNING,
        title="Another organisation",
        why="Everyone in an organisation gets in, and its owner decides who that is.",
        page="AWS global condition context keys",
        check=_other_organization,
        bad=example(
            allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-zzzz9999yy"}}),
            organization_id="o-a1b2c3d4e5",
        ),
        good=example(
            allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
            organization_id="o-a1b2c3d4e5",
        ),
    ),
)
