"""Rules on external IDs: is one asked for, can it be left out, and can it be guessed."""

import re
from collections.abc import Iterator
from typing import Final

from rolecall.guarantee import Broken, check
from rolecall.guarantee import external_id as guarantee
from rolecall.policy import Quantifier, Statement
from rolecall.policy.formats import EXTERNAL_ID as FORMAT

from .entry import alone, askers, way_in
from .model import Found, Rule, Severity, allow, deny, example
from .subject import ASSUME_ROLE, EXTERNAL_ID, Place, Subject, account_of, entries_of, tests_of

_PAGE: Final = "Access to AWS accounts owned by third parties"
_MAKE_ONE: Final = "Make one per party with `rolecall new-external-id`, and demand it by StringEquals."
_VENDOR: Final = "111111111111"
_GOOD_ID: Final = "acme-3f1c9a0e7b52"
_OTHER_ID: Final = "zeta-b80d24f6c913"

_SHORT: Final = 8
_LONG_WORD: Final = 16
_SHORT_NUMBER: Final = 4
_ACCOUNT: Final = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
_SEPARATORS: Final = re.compile(r"[^A-Za-z0-9]+")
_ALPHABETS: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba9876543210",
)


def _third_parties(subject: Subject, statement: Statement) -> list[str]:
    """Accounts that a statement names, without the own ones."""
    accounts = (account_of(entry) for entry in entries_of(statement))
    return list(dict.fromkeys(each for each in accounts if each and each not in subject.own_accounts))


def _without(subject: Subject) -> Iterator[Found]:
    denied = list(subject.tests(EXTERNAL_ID, effect="Deny"))
    for statement in subject.statements("Allow", ASSUME_ROLE):
        if denied or any(place.test.lookup_key == EXTERNAL_ID for place in tests_of(statement)):
            continue
        own = alone(subject.policy, statement)
        for account in _third_parties(subject, statement):
            who = [
                asker for asker in askers(statement, subject.policy) if account_of(asker.principal) == account
            ]
            witness = way_in(own, subject.role_arn, who, absent=[EXTERNAL_ID])
            if witness is not None:
                yield Found(
                    f"{statement.pointer}/Principal/AWS",
                    f"Account {account} is a third party, and gets in without an external ID.",
                    f"{_MAKE_ONE[:-1]}; or say that the account is yours (--own-account {account}).",
                    witness,
                )


def _escapes(subject: Subject, place: Place) -> Iterator[Found]:
    """Yield the way in without an external ID past a condition that was meant to demand one."""
    of_allow = place.statement.effect == "Allow"
    statements = [place.statement] if of_allow else subject.statements("Allow", ASSUME_ROLE)
    for statement in statements:
        witness = way_in(
            alone(subject.policy, statement),
            subject.role_arn,
            askers(statement, subject.policy),
            absent=[EXTERNAL_ID],
        )
        if witness is not None:
            yield Found(
                place.pointer,
                f"{place.test.operator} on sts:ExternalId lets in those who send no external ID.",
                "Demand the ID in the Allow statement, by StringEquals without prefix or suffix.",
                witness,
            )
            return


def _if_exists(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(EXTERNAL_ID):
        if place.test.use.if_exists and place.test.use.quantifier is None:
            yield from _escapes(subject, place)


def _set_operator(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(EXTERNAL_ID):
        if place.test.use.quantifier is not None:
            yield from _escapes(subject, place)


def _excluded(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(EXTERNAL_ID, effect="Allow"):
        use = place.test.use
        absent = use.operator.tests_presence and place.test.when_absent
        if absent or (use.operator.negated and not use.if_exists and use.quantifier is not Quantifier.ALL):
            yield from _escapes(subject, place)


def _plainly_demanded(statement: Statement) -> bool:
    """Whether one condition alone keeps out whoever of AWS accounts sends no external ID."""
    if all(entry.kind != "AWS" for entry in entries_of(statement)):
        return True
    return any(test.lookup_key == EXTERNAL_ID and not test.when_absent for test in statement.conditions)


def _not_enforced(subject: Subject) -> Iterator[Found]:
    places = list(subject.tests(EXTERNAL_ID))
    plainer = (_without, _if_exists, _set_operator, _excluded)
    if not places or all(map(_plainly_demanded, subject.statements("Allow", ASSUME_ROLE))):
        return
    if any(True for check_ in plainer for _ in check_(subject)):
        return
    answer = check(
        subject.policy, guarantee(own_accounts=sorted(subject.own_accounts)), role=subject.context.role_arn
    )
    if isinstance(answer, Broken):
        yield Found(
            subject.policy.statements[answer.statement].pointer,
            "There is a way in without an external ID, though the policy asks for one.",
            "Demand the ID by StringEquals in every Allow statement that names third parties.",
            answer.witness,
        )


def _wildcard(subject: Subject) -> Iterator[Found]:
    for statement, test, pointer in subject.tests(EXTERNAL_ID, effect="Allow"):
        if test.use.operator.name != "StringLike":
            continue
        for value in test.values:
            if not ("*" in value or "?" in value):
                continue
            guess = value.replace("*", "xx").replace("?", "x")
            witness = way_in(
                alone(subject.policy, statement),
                subject.role_arn,
                askers(statement, subject.policy),
                fixed={EXTERNAL_ID: guess},
            )
            if witness is None:
                continue
            anything = not value.strip("*?")
            yield Found(
                pointer,
                "Any external ID gets in." if anything else "Every external ID that fits a pattern gets in.",
                "List the agreed IDs in full, by StringEquals.",
                witness,
                None if anything else Severity.WARNING,
            )


def _ignores_case(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests(EXTERNAL_ID, effect="Allow"):
        if test.use.operator.name == "StringEqualsIgnoreCase":
            yield Found(
                pointer,
                "The external ID is compared without regard to letter case, which makes it easier to guess.",
                "Use StringEquals.",
            )


def _literals(place: Place) -> Iterator[str]:
    operator = place.test.use.operator
    if operator.family != "string" or operator.negated == (place.statement.effect == "Allow"):
        return
    for value in place.test.values:
        if operator.name not in {"StringLike", "StringNotLike"} or not ("*" in value or "?" in value):
            yield value


def _weakness(value: str) -> str | None:
    """Say why an external ID can be guessed, without repeating it; ``None`` where it looks random."""
    if "${" in value:
        return "is made of what the caller is anyway"
    if _ACCOUNT.search(value):
        return "holds an account ID, which isn't secret"
    if len(value) < _SHORT:
        return f"has fewer than {_SHORT} characters"
    tokens = [token.lower() for token in _SEPARATORS.split(value) if token]
    joined = "".join(tokens)
    if len(set(joined)) <= _SHORT_NUMBER or any(joined in alphabet * 2 for alphabet in _ALPHABETS):
        return "is a sequence that everybody would try"
    if joined.isdigit() and len(joined) < _LONG_WORD:
        return "is a short number"
    if all(
        (token.isalpha() and len(token) < _LONG_WORD)
        or (token.isdigit() and len(token) <= _SHORT_NUMBER)
        or re.fullmatch(r"[a-z]+\d{1,4}", token)
        for token in tokens
    ):
        return "is made of words"
    return None


def _guessable(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(EXTERNAL_ID):
        for value in _literals(place):
            weakness = _weakness(value) if "${" in value or FORMAT.accepts(value) else None
            if weakness is not None:
                yield Found(place.pointer, f"An external ID {weakness}.", _MAKE_ONE)


def _reused(subject: Subject) -> Iterator[Found]:
    parties: dict[str, dict[str, str]] = {}
    for place in subject.tests(EXTERNAL_ID, effect="Allow"):
        for value in _literals(place):
            for account in _third_parties(subject, place.statement):
                parties.setdefault(value, {}).setdefault(account, place.pointer)
    for accounts in parties.values():
        if len(accounts) > 1:
            names = list(accounts)
            yield Found(
                accounts[names[-1]],
                f"Accounts {' and '.join(names)} share an external ID, so each can pass for the other.",
                "Give each party a statement of its own with an ID of its own.",
            )


def _format(subject: Subject) -> Iterator[Found]:
    for place in subject.tests(EXTERNAL_ID):
        for value in _literals(place):
            if "${" not in value and not FORMAT.accepts(value):
                yield Found(
                    place.pointer,
                    "A listed external ID can't be sent: STS refuses its length or a character.",
                    f"{FORMAT.allowed}.",
                )


def _named(operator: str, value: object = _GOOD_ID) -> dict[str, dict[str, object]]:
    return {operator: {"sts:ExternalId": value}}


_GOOD: Final = example(allow(_VENDOR, _named("StringEquals")))

RULES: Final = (
    Rule(
        id="third-party-without-external-id",
        severity=Severity.ERROR,
        title="A third party gets in without an external ID",
        why="Without an ID of its own per customer, a vendor can be talked into using your role for somebody "
        "else: the confused deputy.",
        page=_PAGE,
        check=_without,
        bad=example(allow(_VENDOR), own_accounts=frozenset({"333333333333"})),
        good=_GOOD,
    ),
    Rule(
        id="external-id-if-exists",
        severity=Severity.ERROR,
        title="External ID under …IfExists",
        why="…IfExists holds for a request without the key, so who sends no external ID gets in.",
        page="IAM JSON policy elements: Condition operators",
        check=_if_exists,
        bad=example(allow(_VENDOR, _named("StringEqualsIfExists"))),
        good=_GOOD,
    ),
    Rule(
        id="external-id-set-operator",
        severity=Severity.ERROR,
        title="External ID under a set operator",
        why="ForAllValues holds for a request without the key; ForAnyValue, in a Deny, doesn't.",
        page="Single-valued vs. multivalued context keys",
        check=_set_operator,
        bad=example(allow(_VENDOR, _named("ForAllValues:StringEquals"))),
        good=_GOOD,
    ),
    Rule(
        id="external-id-excluded",
        severity=Severity.ERROR,
        title="External ID excluded, not demanded",
        why="A negated operator, and Null with true, hold for a request that sends no external ID.",
        page="IAM JSON policy elements: Condition operators",
        check=_excluded,
        bad=example(allow(_VENDOR, _named("StringNotEquals"))),
        good=example(
            allow(_VENDOR, _named("StringLike", "acme-*")), deny(_VENDOR, _named("StringNotEquals"))
        ),
    ),
    Rule(
        id="external-id-not-enforced",
        severity=Severity.ERROR,
        title="External ID asked for, but not enforced",
        why="Conditions and statements can play together so that one kind of request slips through; this "
        "asks about all of them.",
        page=_PAGE,
        check=_not_enforced,
        bad=example(
            allow(_VENDOR),
            deny("*", {**_named("StringNotEquals"), "StringEquals": {"aws:PrincipalType": "AssumedRole"}}),
        ),
        good=example(allow(_VENDOR), deny("*", _named("StringNotEquals"))),
    ),
    Rule(
        id="external-id-wildcard",
        severity=Severity.ERROR,
        title="External ID by wildcard",
        why="A pattern lets in IDs that nobody agreed on.",
        page=_PAGE,
        check=_wildcard,
        bad=example(allow(_VENDOR, _named("StringLike", "*"))),
        good=_GOOD,
    ),
    Rule(
        id="external-id-ignores-case",
        severity=Severity.NOTE,
        title="External ID compared without letter case",
        why="Each letter is one of 26 instead of one of 52.",
        page="IAM JSON policy elements: Condition operators",
        check=_ignores_case,
        bad=example(allow(_VENDOR, _named("StringEqualsIgnoreCase"))),
        good=_GOOD,
    ),
    Rule(
        id="external-id-guessable",
        severity=Severity.WARNING,
        title="External ID that can be guessed",
        why="Account IDs, words, short and sequential IDs are what an attacker tries first.",
        page=_PAGE,
        check=_guessable,
        bad=example(allow(_VENDOR, _named("StringEquals", "acme-prod"))),
        good=_GOOD,
    ),
    Rule(
        id="external-id-reused",
        severity=Severity.WARNING,
        title="One external ID for two parties",
        why="An ID tells one party's calls from another's only if it is that party's alone.",
        page=_PAGE,
        check=_reused,
        bad=example(allow([_VENDOR, "333333333333"], _named("StringEquals"))),
        good=example(
            allow(_VENDOR, _named("StringEquals")), allow("333333333333", _named("StringEquals", _OTHER_ID))
        ),
    ),
    Rule(
        id="external-id-format",
        severity=Severity.ERROR,
        title="External ID that can't be sent",
        why="STS refuses an ExternalId of another length or with other characters, whatever the policy says.",
        page="AssumeRole",
        check=_format,
        bad=example(allow(_VENDOR, _named("StringEquals", "acme 3f1c9a0e7b52"))),
        good=_GOOD,
    ),
)
