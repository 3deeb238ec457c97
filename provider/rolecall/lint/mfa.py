"""Rules on MFA: can it be left out, and can those of whom it is asked have it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from rolecall.guarantee import Broken, check
from rolecall.guarantee import mfa as guarantee
from rolecall.policy import Request, Statement
from rolecall.policy.caller import Standing
from rolecall.policy.formats import MFA_AGE as AGE_RANGE

from .entry import Asker, alone, askers, way_in
from .model import Found, Rule, Severity, allow, deny, example
from .subject import (
    ACTIONS,
    ASSUME_ROLE,
    MFA_AGE,
    MFA_PRESENT,
    Sort,
    Subject,
    entries_of,
    principal_pointer,
    sort_of,
)

_PAGE: Final = "Secure API access with MFA"
_GLOBAL: Final = "AWS global condition context keys"
_KEYS: Final = (MFA_PRESENT, MFA_AGE)
_LEAST_AGE: Final = 60
_ALICE: Final = "arn:aws:iam::111111111111:user/alice"
_CI: Final = "arn:aws:iam::111111111111:role/ci"
_PRESENT: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def _humans(subject: Subject, statement: Statement) -> list[Asker]:
    """The IAM users among those whom a statement names; nobody else carries MFA into AssumeRole."""
    return [asker for asker in askers(statement, subject.policy) if sort_of(asker.principal) is Sort.USER]


def _plain_way_in(subject: Subject, statement: Statement) -> Request | None:
    """The way in, by a statement, of an IAM user with long-term keys and no MFA."""
    humans = _humans(subject, statement)
    return way_in(alone(subject.policy, statement), subject.role_arn, humans, absent=_KEYS)


def _if_exists(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(*_KEYS, effect="Allow"):
        way = _plain_way_in(subject, place.statement) if place.test.use.if_exists else None
        if way is not None:
            yield Found(
                place.pointer,
                f"{place.test.operator} lets in plain access keys: their requests lack {place.test.key}.",
                f"Use {place.test.operator.removesuffix('IfExists')} in an Allow statement.",
                way,
            )


def _deny_misses(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(MFA_PRESENT, effect="Deny"):
        use, words = place.test.use, {value.lower() for value in place.test.values}
        if use.operator.name != "Bool" or use.if_exists or "false" not in words:
            continue
        for statement in subject.statements("Allow", ASSUME_ROLE):
            way = _plain_way_in(subject, statement)
            if way is not None:
                yield Found(
                    place.pointer,
                    "This Deny misses plain access keys: their requests lack aws:MultiFactorAuthPresent.",
                    "Use BoolIfExists in the Deny statement.",
                    way,
                )
                break


def _age_alone(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(MFA_AGE):
        present = any(each.test.lookup_key == MFA_PRESENT for each in subject.tests(*_KEYS))
        if present or place.test.use.if_exists:
            continue
        of_allow = place.statement.effect == "Allow"
        for statement in [place.statement] if of_allow else subject.statements("Allow", ASSUME_ROLE):
            way = _plain_way_in(subject, statement)
            if way is not None:
                yield Found(
                    place.pointer,
                    f"{place.test.operator} on aws:MultiFactorAuthAge alone lets in those without MFA.",
                    "Demand Bool aws:MultiFactorAuthPresent true beside it, in the Allow statement.",
                    way,
                )
                break
        else:
            yield Found(
                place.pointer,
                "The age of MFA is limited, but MFA itself isn't asked for by name.",
                "Add Bool aws:MultiFactorAuthPresent true, so that readers see it.",
                severity=Severity.NOTE,
            )


def _age_unit(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(MFA_AGE):
        if place.test.use.operator.family != "numeric":
            continue
        for value in place.test.values:
            age = Decimal(value)
            if age > AGE_RANGE.maximum:
                problem = f"{value} s is longer than the 36 h that a session with MFA lasts at most"
            elif age < _LEAST_AGE:
                problem = f"{value} s is hardly enough to type a command"
            else:
                continue
            yield Found(
                place.pointer,
                f"The age of MFA is in seconds: {problem}.",
                "Write seconds: 3600 for an hour.",
            )


def _demanded(subject: Subject, statement: Statement, who: Sequence[Asker]) -> bool:
    """Whether some principals get in by a statement with MFA, and don't without."""
    if not any(
        place.statement in (statement, *subject.statements("Deny")) for place in subject.tests(*_KEYS)
    ):
        return False
    own = alone(subject.policy, statement)
    return way_in(own, subject.role_arn, who) is not None and not way_in(
        own, subject.role_arn, who, absent=_KEYS
    )


_WHO_CANT: Final = {
    Sort.SERVICE: "A service",
    Sort.OIDC: "An OIDC identity",
    Sort.SAML: "A SAML identity",
    Sort.FEDERATED_USER: "A session from GetFederationToken",
}
_CHAINED: Final = {Sort.ROLE: "A role", Sort.SESSION: "A role session"}


def _asked_of(subject: Subject, kinds: dict[Sort, str], because: str, fix: str) -> Iterator[Found]:
    for statement in subject.statements("Allow"):
        for entry in entries_of(statement):
            sort = sort_of(entry)
            if sort in kinds and _demanded(subject, statement, [Asker(entry, ACTIONS[sort])]):
                yield Found(
                    principal_pointer(statement, entry),
                    f"{kinds[sort]} can't meet the demand for MFA: {because}.",
                    fix,
                )


def _not_carried(subject: Subject) -> Iterator[Found]:
    yield from _asked_of(
        subject,
        _WHO_CANT,
        "it has no MFA device in IAM",
        "Give it a statement of its own without MFA, and ask for MFA at its identity provider.",
    )
    for statement, test, pointer in subject.tests("aws:principalarn", effect="Allow"):
        reserved = any("AWSReservedSSO_" in value for value in test.values)
        who = list(askers(statement, subject.policy)) if reserved and not test.use.operator.negated else []
        if _demanded(subject, statement, who):
            yield Found(
                pointer,
                "Identity Center's roles can't meet the demand for MFA: its own doesn't reach AssumeRole.",
                "Enforce MFA in Identity Center, and drop the condition here.",
            )


def _behind_chain(subject: Subject) -> Iterator[Found]:
    yield from _asked_of(
        subject,
        _CHAINED,
        "the credentials of AssumeRole carry none, so the second hop fails",
        "Ask for MFA where the first role is assumed, and drop the condition here.",
    )


def _plainly_demanded(statement: Statement) -> bool:
    """Whether one condition alone keeps out whoever has no MFA."""
    return any(
        (test.lookup_key == MFA_PRESENT and test.values == ("true",) and test.use.operator.name == "Bool")
        or (test.lookup_key == MFA_AGE and test.use.operator.family == "numeric")
        for test in statement.conditions
        if not test.when_absent
    )


def _not_enforced(subject: Subject) -> Iterator[Found]:
    plainer = (_if_exists, _deny_misses, _age_alone, _inverted)
    if not any(True for _ in subject.tests(*_KEYS)) or any(
        found.witness for check_ in plainer for found in check_(subject)
    ):
        return
    of_users = replace(guarantee(), standings=frozenset({Standing.USER}))
    for statement in subject.statements("Allow", ASSUME_ROLE):
        asked = (statement, *subject.statements("Deny"))
        concerned = any(place.statement in asked for place in subject.tests(*_KEYS))
        if not concerned or _plainly_demanded(statement):
            continue
        answer = check(alone(subject.policy, statement), of_users, role=subject.context.role_arn)
        if isinstance(answer, Broken):
            yield Found(
                statement.pointer,
                "IAM users get in without MFA, though the policy asks for it.",
                "Demand Bool aws:MultiFactorAuthPresent true in the Allow statement.",
                answer.witness,
            )


def _inverted(subject: Subject) -> Iterator[Found]:
    for statement, test, pointer in subject.tests(MFA_PRESENT, effect="Allow"):
        if test.use.operator.name == "Bool" and {value.lower() for value in test.values} == {"false"}:
            way = _plain_way_in(subject, statement) if test.use.if_exists else None
            yield Found(
                pointer,
                "This Allow asks for the absence of MFA.",
                'Write "true".',
                way,
            )


RULES: Final = (
    Rule(
        id="mfa-if-exists",
        severity=Severity.ERROR,
        title="MFA under …IfExists in an Allow",
        why="aws:MultiFactorAuthPresent is absent, not false, for long-term keys; …IfExists holds then.",
        page=_GLOBAL,
        check=_if_exists,
        bad=example(allow(_ALICE, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})),
        good=example(allow(_ALICE, _PRESENT)),
    ),
    Rule(
        id="mfa-deny-bool",
        severity=Severity.ERROR,
        title="MFA under Bool in a Deny",
        why="Bool false doesn't match an absent key, so the Deny misses long-term keys: those without MFA.",
        page=_GLOBAL,
        check=_deny_misses,
        bad=example(allow(_ALICE), deny("*", {"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
        good=example(allow(_ALICE), deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
    Rule(
        id="mfa-age-alone",
        severity=Severity.ERROR,
        title="MFA age without presence",
        why="aws:MultiFactorAuthAge is absent without MFA, so a Deny of old MFA misses those who have none.",
        page=_GLOBAL,
        check=_age_alone,
        bad=example(allow(_ALICE), deny("*", {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "3600"}})),
        good=example(allow(_ALICE, {**_PRESENT, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})),
    ),
    Rule(
        id="mfa-not-enforced",
        severity=Severity.ERROR,
        title="MFA asked for, but not enforced",
        why="Conditions and statements can play together so that one kind of request slips through; this "
        "asks about all of them.",
        page=_PAGE,
        check=_not_enforced,
        bad=example(
            allow(_ALICE),
            deny(
                "*",
                {
                    "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"},
                    "StringNotEquals": {"sts:RoleSessionName": "emergency"},
                },
            ),
        ),
        good=example(allow(_ALICE), deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
    Rule(
        id="mfa-age-unit",
        severity=Severity.WARNING,
        title="MFA age in another unit than seconds",
        why="aws:MultiFactorAuthAge counts seconds; minutes lock users out, milliseconds limit nothing.",
        page=_GLOBAL,
        check=_age_unit,
        bad=example(allow(_ALICE, {**_PRESENT, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600000"}})),
        good=example(allow(_ALICE, {**_PRESENT, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})),
    ),
    Rule(
        id="mfa-not-carried",
        severity=Severity.ERROR,
        title="MFA asked of those who can't have it",
        why="Only IAM users carry MFA into AssumeRole; Identity Center, SAML, OIDC and services don't.",
        page=_PAGE,
        check=_not_carried,
        bad=example(allow({"AWS": _ALICE, "Service": "ssm.amazonaws.com"}, _PRESENT)),
        good=example(allow(_ALICE, _PRESENT)),
    ),
    Rule(
        id="mfa-behind-chain",
        severity=Severity.ERROR,
        title="MFA behind a chain of roles",
        why="Credentials from AssumeRole tell nothing of the MFA that they were got with.",
        page=_PAGE,
        check=_behind_chain,
        bad=example(allow(_CI, _PRESENT)),
        good=example(allow(_CI)),
    ),
    Rule(
        id="mfa-inverted",
        severity=Severity.ERROR,
        title="Absence of MFA demanded",
        why="Bool with false in an Allow lets in sessions without MFA only.",
        page=_GLOBAL,
        check=_inverted,
        bad=example(allow(_ALICE, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
        good=example(allow(_ALICE, _PRESENT)),
    ),
)
