"""Rules on statements beside each other: what one closes, another opens, repeats, or shuts for all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rolecall.policy import Policy, Principal, Request, Statement

from .entry import Asker, alone, askers, gets_in, way_in
from .exact import keeping, lets_nobody_in, says_the_same
from .model import Found, Rule, Severity, allow, deny, example
from .subject import (
    ASSUME_ROLE,
    EXTERNAL_ID,
    MFA_AGE,
    MFA_PRESENT,
    Sort,
    Subject,
    account_of,
    arn_of,
    entries_of,
    sort_of,
    tests_of,
)

_LOGIC: Final = "Policy evaluation logic"
_VENDOR: Final = "111111111111"
_ALICE: Final = "arn:aws:iam::111111111111:user/alice"
_CI: Final = "arn:aws:iam::111111111111:role/ci"
_PRESENT: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
_NAMED: Final = {"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}


@dataclass(frozen=True, slots=True)
class _Demand:
    """Something that a statement demands of its callers.

    Attributes:
        keys: the condition keys, in lower case, that a request without it lacks.
        words: what it is called.
        humans_only: whether only IAM users can meet it, so that others rightly get in without.
    """

    keys: tuple[str, ...]
    words: str
    humans_only: bool


_DEMANDS: Final = (
    _Demand((EXTERNAL_ID,), "an external ID", humans_only=False),
    _Demand((MFA_PRESENT, MFA_AGE), "MFA", humans_only=True),
)


def _siblings(subject: Subject) -> Iterator[Found]:
    allows = list(subject.statements("Allow", ASSUME_ROLE))
    for demand in _DEMANDS:
        demanding = [
            each for each in allows if any(place.test.lookup_key in demand.keys for place in tests_of(each))
        ]
        for sibling in allows:
            if sibling in demanding:
                continue
            for statement in demanding:
                witness = _way_past(subject, statement, sibling, demand)
                if witness is not None:
                    yield Found(
                        sibling.pointer,
                        f"{witness.principal.value} gets in without {demand.words}, which statement "
                        f"{statement.ref.index} demands of it: one Allow is enough.",
                        f"Demand {demand.words} here too, or name nobody here whom that statement names.",
                        witness,
                    )
                    break


def _way_past(subject: Subject, statement: Statement, sibling: Statement, demand: _Demand) -> Request | None:
    """Return the way in by a sibling statement for somebody who needs more by the statement itself."""
    here, there = alone(subject.policy, statement), alone(subject.policy, sibling)
    for asker in (*askers(sibling, subject.policy), *askers(statement, subject.policy)):
        if demand.humans_only and sort_of(asker.principal) is not Sort.USER:
            continue
        witness = way_in(there, subject.role_arn, [asker], absent=demand.keys)
        if witness is not None and _meets_only_with(subject, here, asker, demand):
            return witness
    return None


def _meets_only_with(subject: Subject, policy: Policy, asker: Asker, demand: _Demand) -> bool:
    role = subject.role_arn
    return (
        way_in(policy, role, [asker], absent=demand.keys) is None
        and way_in(policy, role, [asker]) is not None
    )


def _never(subject: Subject) -> Iterator[Found]:
    for statement in subject.policy.statements:
        if _can_apply(subject, statement):
            continue
        places = list(tests_of(statement))
        yield Found(
            places[-1].pointer if len(places) == 1 else f"{statement.pointer}/Condition",
            "No request can meet all conditions of this statement, so it never applies.",
            "Conditions of one statement must all hold; put alternatives into one list of values.",
        )


def _can_apply(subject: Subject, statement: Statement) -> bool:
    """Whether some request meets a statement, or it is not the conditions that are in the way."""
    as_allow = keeping(subject.policy, [replace(statement, effect="Allow")])
    free = keeping(subject.policy, [replace(statement, effect="Allow", conditions=())])
    return (
        not statement.conditions
        or way_in(as_allow, subject.role_arn, askers(statement, as_allow)) is not None
        or lets_nobody_in(free, subject.context.role_arn)
        or not lets_nobody_in(as_allow, subject.context.role_arn)
    )


def _needless(subject: Subject) -> Iterator[Found]:
    kept = list(subject.policy.statements)
    for statement in reversed(subject.policy.statements):
        others = _without(statement, kept)
        beside = [each for each in others if each.effect == statement.effect]
        if beside and _is_needless(subject, statement, kept, beside) and _can_apply(subject, statement):
            kept = others
            yield Found(
                statement.pointer,
                "The same requests get in without this statement: the others decide them alike.",
                "Remove it; or, if it was meant to narrow another statement, remove that one.",
            )


def _is_needless(
    subject: Subject, statement: Statement, kept: Sequence[Statement], beside: Sequence[Statement]
) -> bool:
    """Whether the same requests get in without a statement, and need no more of their own policies then."""
    if statement.effect == "Allow":
        others = keeping(subject.policy, _without(statement, kept))
        own = way_in(keeping(subject.policy, [statement]), subject.role_arn, askers(statement, others))
        if own is None or not gets_in(own, others):
            return False
    granted = {entry for entry in entries_of(statement) if _grants_by_itself(subject, entry)}
    if statement.effect == "Allow" and granted:
        granting = [each for each in beside if granted.issubset(entries_of(each))]
        denials = [each for each in kept if each.effect == "Deny"]
        if not _same_without(subject, statement, [*granting, statement, *denials]):
            return False
    return _same_without(subject, statement, kept)


def _same_without(subject: Subject, statement: Statement, kept: Sequence[Statement]) -> bool:
    others = keeping(subject.policy, _without(statement, kept))
    return says_the_same(keeping(subject.policy, kept), others, subject.context.role_arn)


def _without(statement: Statement, kept: Sequence[Statement]) -> list[Statement]:
    return [each for each in kept if each is not statement]


def _grants_by_itself(subject: Subject, entry: Principal) -> bool:
    """Whether naming an entry gives more than naming its account: in its own, it needs no policy then."""
    arn = arn_of(subject.context.role_arn or "")
    named = sort_of(entry) in {Sort.USER, Sort.ROLE, Sort.SESSION}
    return named and (arn is None or account_of(entry) == arn.account)


def _locks_out(subject: Subject) -> Iterator[Found]:
    policy, role = subject.policy, subject.context.role_arn
    allows, denials = list(subject.statements("Allow")), list(subject.statements("Deny"))
    if not allows or not denials:
        return
    ways = (way_in(alone(policy, each), subject.role_arn, askers(each, policy)) for each in allows)
    if any(ways) or not lets_nobody_in(policy, role):
        return
    if lets_nobody_in(keeping(policy, allows), role):
        return  # nobody was let in anyway
    by_itself = [each for each in denials if lets_nobody_in(keeping(policy, [*allows, each]), role)]
    yield Found(
        (by_itself or denials)[0].pointer,
        "This Deny locks out everyone whom the policy allows."
        if by_itself
        else "The Deny statements together lock out everyone whom the policy allows.",
        "Give it conditions that those who shall get in don't meet, or remove it.",
    )


RULES: Final = (
    Rule(
        id="sibling-opens",
        severity=Severity.ERROR,
        title="A statement lets in without what another demands",
        why="One Allow that applies is enough, so the weakest statement that names a principal counts.",
        page=_LOGIC,
        check=_siblings,
        bad=example(allow(_VENDOR, _NAMED), allow(_CI)),
        good=example(allow(_VENDOR, _NAMED), allow("arn:aws:iam::333333333333:role/ci")),
    ),
    Rule(
        id="statement-never-applies",
        severity=Severity.ERROR,
        title="Statement that can never apply",
        why="All conditions of a statement have to hold at once.",
        page="IAM JSON policy elements: Condition",
        check=_never,
        bad=example(
            allow(
                _CI,
                {
                    "StringEquals": {"aws:PrincipalAccount": "333333333333"},
                    "Null": {"aws:PrincipalAccount": "true"},
                },
            )
        ),
        good=example(allow(_CI, {"StringEquals": {"aws:PrincipalAccount": "111111111111"}})),
    ),
    Rule(
        id="statement-needless",
        severity=Severity.WARNING,
        title="Statement that another makes needless",
        why="A narrower Allow beside a wider one narrows nothing, though it looks so.",
        page=_LOGIC,
        check=_needless,
        bad=example(allow(_ALICE), allow(_ALICE, _PRESENT)),
        good=example(allow(_ALICE, _PRESENT)),
    ),
    Rule(
        id="deny-locks-out",
        severity=Severity.ERROR,
        title="Deny that locks everyone out",
        why="An explicit Deny wins over every Allow, whoever wrote it.",
        page=_LOGIC,
        check=_locks_out,
        bad=example(allow(_ALICE), deny("*")),
        good=example(allow(_ALICE), deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
)
