"""Rules on conditions: keys that exist and are there, and operators that do what they seem to."""

from collections.abc import Iterator
from typing import Final

from rolecall.policy import OPERATORS, Quantifier

from .keys import MULTIVALUED, families_of, is_misspelt, nearest, who_has
from .model import Found, Rule, Severity, allow, example
from .subject import Place, Subject, entries_of, sort_of

_OPERATORS_PAGE: Final = "IAM JSON policy elements: Condition operators"
_KEYS_PAGE: Final = "IAM and AWS STS condition context keys"
_SETS_PAGE: Final = "Single-valued vs. multivalued context keys"
_CI: Final = "arn:aws:iam::111111111111:role/ci"
_GITHUB: Final = {"Federated": "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"}
_EXACT: Final = {"StringEquals": "StringLike", "StringNotEquals": "StringNotLike"}
_PATTERNS: Final = {"StringLike": "StringEquals", "StringNotLike": "StringNotEquals"}


def _unknown(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests():
        if is_misspelt(test.lookup_key):
            near = nearest(test.lookup_key)
            yield Found(
                pointer,
                f"AWS knows no condition key {test.key}, so no request has it.",
                f"Perhaps {near} is meant." if near else "Look the key up, or remove the condition.",
            )


def _never_there(subject: Subject) -> Iterator[Found]:
    for statement, test, pointer in subject.tests():
        who = who_has(test.lookup_key)
        if who is None:
            continue
        missing = [entry for entry in entries_of(statement) if sort_of(entry) not in who]
        if missing:
            effect = "holds always" if test.when_absent else "never holds"
            severity = (
                Severity.WARNING if test.when_absent or len(missing) < len(entries_of(statement)) else None
            )
            yield Found(
                pointer,
                f"When {missing[0].value} assumes a role, no request has {test.key}; the condition {effect}.",
                "Use a key of this kind of principal, or a statement of its own for it.",
                severity=severity,
            )


def _exact_with_wildcard(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests():
        like = _EXACT.get(test.use.operator.name)
        plain = [value for value in test.values if "*" in _without_escapes(value)]
        if like and plain:
            wanted = "ArnLike" if plain[0].startswith("arn:") else like
            yield Found(
                pointer,
                f"{test.operator} takes the * in {_quoted(test.lookup_key, plain[0])} for a star, "
                "so it matches nothing that is meant.",
                f"Use {wanted} for a pattern, or write ${{*}} for a star.",
            )


def _pattern_without_wildcard(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests():
        exact = _PATTERNS.get(test.use.operator.name)
        if exact and not any(mark in value for value in test.values for mark in ("*", "?", "${")):
            yield Found(
                pointer,
                f"{test.operator} without a wildcard makes readers look for one.",
                f"Use {test.operator.replace(test.use.operator.name, exact)}.",
            )


def _without_escapes(value: str) -> str:
    return value.replace("${*}", "")


def _quoted(key: str, value: str) -> str:
    return "the external ID" if key == "sts:externalid" else f'"{value}"'


def _wrong_family(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests():
        families = families_of(test.lookup_key)
        if test.use.operator.tests_presence or families is None or test.use.operator.family in families:
            continue
        sound = next(name for name, row in OPERATORS.items() if row.family == families[0])
        yield Found(
            pointer,
            f"{test.operator} doesn't compare what {test.key} holds.",
            f"Use an operator such as {sound}.",
        )


def _set_on_single(subject: Subject) -> Iterator[Found]:
    for place in subject.tests():
        if place.test.use.quantifier is not Quantifier.ALL or place.test.lookup_key == "sts:externalid":
            continue
        if place.statement.effect == "Allow" and not _presence_tested(place):
            yield Found(
                place.pointer,
                f"{place.test.operator} holds for a request without {place.test.key}.",
                f'Add Null {{"{place.test.key}": "false"}}, or, for a key with one value, drop the prefix.'
                if place.test.lookup_key in MULTIVALUED
                else "Drop the prefix: the key has one value.",
                severity=Severity.NOTE if _optional(place) else None,
            )


def _presence_tested(place: Place) -> bool:
    return any(
        other.lookup_key == place.test.lookup_key and not other.when_absent
        for other in place.statement.conditions
    )


def _optional(place: Place) -> bool:
    """Whether the key lists what a caller adds: without it, there is nothing that could be wrong."""
    return place.test.lookup_key in {"aws:tagkeys", "sts:transitivetagkeys"}


def _single_on_set(subject: Subject) -> Iterator[Found]:
    for _, test, pointer in subject.tests():
        use = test.use
        if test.lookup_key in MULTIVALUED and use.quantifier is None and not use.operator.tests_presence:
            yield Found(
                pointer,
                f"{test.key} can have several values, of which {test.operator} says nothing certain.",
                f"Use ForAnyValue:{test.operator} or ForAllValues:{test.operator}.",
            )


_ORGANIZATION: Final = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}

RULES: Final = (
    Rule(
        id="unknown-condition-key",
        severity=Severity.ERROR,
        title="Condition key that doesn't exist",
        why="AWS stores any key. A misspelt one is absent from every request: an Allow never applies, a Deny "
        "with a positive operator protects nothing.",
        page=_KEYS_PAGE,
        check=_unknown,
        bad=example(
            allow(_CI, {"StringEquals": {"sts:ExternalID": "a", "sts:ExternaIId": "acme-3f1c9a0e7b52"}})
        ),
        good=example(allow(_CI, {"StringEquals": {"sts:externalid": "acme-3f1c9a0e7b52"}})),
    ),
    Rule(
        id="key-never-present",
        severity=Severity.ERROR,
        title="Condition key that these principals never have",
        why="Claims come with federation, aws:SourceArn with services, an external ID and aws:PrincipalArn "
        "with credentials of an account.",
        page=_KEYS_PAGE,
        check=_never_there,
        bad=example(allow({"Service": "ssm.amazonaws.com"}, {"StringEquals": {"sts:ExternalId": "x1y2z3"}})),
        good=example(
            allow({"Service": "ssm.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": "222222222222"}})
        ),
    ),
    Rule(
        id="wildcard-under-equals",
        severity=Severity.ERROR,
        title="Wildcard where none works",
        why="StringEquals compares character by character; a * in its value is a star.",
        page=_OPERATORS_PAGE,
        check=_exact_with_wildcard,
        bad=example(
            allow(
                "111111111111", {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/ci-*"}}
            )
        ),
        good=example(
            allow("111111111111", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/ci-*"}})
        ),
    ),
    Rule(
        id="like-without-wildcard",
        severity=Severity.NOTE,
        title="Pattern operator without a pattern",
        why="StringEquals says the same, and nobody wonders where the wildcard went.",
        page=_OPERATORS_PAGE,
        check=_pattern_without_wildcard,
        bad=example(allow(_CI, {"StringLike": {"sts:RoleSessionName": "deploy"}})),
        good=example(allow(_CI, {"StringLike": {"sts:RoleSessionName": "deploy-*"}})),
    ),
    Rule(
        id="operator-of-another-type",
        severity=Severity.WARNING,
        title="Operator of another type than the key",
        why="A number compared as text, or a text as a number, doesn't give what it seems to.",
        page=_OPERATORS_PAGE,
        check=_wrong_family,
        bad=example(allow(_CI, {"StringEquals": {"aws:SourceIp": "198.51.100.0/24"}})),
        good=example(allow(_CI, {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})),
    ),
    Rule(
        id="for-all-values-of-nothing",
        severity=Severity.WARNING,
        title="ForAllValues that a missing key meets",
        why="Of no values, all are as they should be.",
        page=_SETS_PAGE,
        check=_set_on_single,
        bad=example(
            allow("111111111111", {"ForAllValues:StringLike": {"aws:PrincipalArn": "arn:aws:iam::*"}})
        ),
        good=example(
            allow(
                "111111111111",
                {
                    "ForAnyValue:StringLike": {
                        "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"
                    }
                },
            )
        ),
    ),
    Rule(
        id="several-values-without-set-operator",
        severity=Severity.WARNING,
        title="Key with several values without a set operator",
        why="What set operators make of several values is documented; what others do isn't.",
        page=_SETS_PAGE,
        check=_single_on_set,
        bad=example(
            allow(
                "111111111111",
                {"StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}},
            )
        ),
        good=example(allow("111111111111", _ORGANIZATION)),
    ),
)
