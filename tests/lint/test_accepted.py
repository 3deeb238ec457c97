"""Accepted findings: what covers what, until when, and what a list of them must say."""

from datetime import date

import pytest

from rolecall.errors import DeclarationError
from rolecall.lint import Acceptance, Finding, Severity, read_acceptances, weigh

TODAY = date(2026, 6, 30)
PLACES = ["deploy", "arn:aws:iam::222222222222:role/ops/deploy", "trust.json"]
FINDING = Finding(
    rule="external-id-guessable",
    severity=Severity.WARNING,
    path="/Statement/1/Condition/StringEquals/sts:ExternalId",
    sentence="An external ID is made of words.",
    fix="Make another.",
)


def accept(where: str, until: date | None = None, rule: str = FINDING.rule) -> Acceptance:
    return Acceptance(rule=rule, where=where, reason="the vendor can't change it", until=until)


@pytest.mark.parametrize(
    "where",
    [
        "deploy",
        "*",
        "arn:aws:iam::*:role/ops/deploy",
        "trust.jso?",
        "deploy#/Statement/1",
        f"*#{FINDING.path}",
    ],
)
def test_covered(where: str) -> None:
    """A role goes by its name, its ARN and its file; a pointer covers what stands at it or below."""
    [weighed] = weigh([FINDING], [accept(where)], places=PLACES, today=TODAY)

    assert weighed.accepted == accept(where)


@pytest.mark.parametrize(
    "where", ["deploy2", "eploy", "Deploy", "deploy#/Statement/0", "deploy#/Statement/1/Cond"]
)
def test_not_covered(where: str) -> None:
    """A name fits as a whole, and a pointer by whole parts."""
    [weighed] = weigh([FINDING], [accept(where)], places=PLACES, today=TODAY)

    assert (weighed.accepted, weighed.expired) == (None, None)


def test_another_rule_is_not_covered() -> None:
    """An acceptance is of one rule's findings."""
    [weighed] = weigh([FINDING], [accept("*", rule="mfa-age-unit")], places=PLACES, today=TODAY)

    assert weighed.accepted is None


@pytest.mark.parametrize(("until", "holds"), [(date(2026, 6, 30), True), (date(2026, 6, 29), False)])
def test_the_last_day_counts(until: date, holds: bool) -> None:
    """An acceptance holds through its last day; after it the finding counts again, and says so."""
    [weighed] = weigh([FINDING], [accept("*", until)], places=PLACES, today=TODAY)

    assert (weighed.accepted is not None, weighed.expired is not None) == (holds, not holds)


def test_a_longer_acceptance_wins() -> None:
    """One that holds is enough; of those that have ended, the last is shown."""
    ended, later = accept("*", date(2026, 1, 1)), accept("*", date(2026, 3, 1))

    [holding] = weigh([FINDING], [ended, accept("*")], places=PLACES, today=TODAY)
    [expired] = weigh([FINDING], [ended, later], places=PLACES, today=TODAY)

    assert holding.accepted == accept("*")
    assert expired.expired == later


def test_days_are_dates_or_text() -> None:
    """YAML makes dates of days, JSON can't."""
    raw = [
        {"rule": "mfa-age-unit", "where": "*", "reason": "r", "until": until}
        for until in ("2027-01-31", date(2027, 1, 31))
    ]

    assert {each.until for each in read_acceptances(raw, path="accept")} == {date(2027, 1, 31)}


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"rule": "mfa-age-unit", "where": "*"}, "accept[0].reason"),
        ({"rule": "mfa-age-unit", "where": "*", "reason": ""}, "accept[0].reason"),
        ({"rule": "no-such-rule", "where": "*", "reason": "r"}, "accept[0].rule"),
        ({"rule": "mfa-age-unit", "where": "*", "reason": "r", "until": "soon"}, "accept[0].until"),
        ({"rule": "mfa-age-unit", "where": "*", "reason": "r", "untill": "2027-01-31"}, "accept[0].untill"),
        ("mfa-age-unit", "accept[0]"),
    ],
)
def test_an_acceptance_says_what_and_why(entry: object, path: str) -> None:
    """Rule, place and reason are required; what isn't known is a fault at its place."""
    with pytest.raises(DeclarationError) as raised:
        read_acceptances([entry], path="accept")

    assert path in {fault.path for fault in raised.value.faults}


def test_requirements_can_be_accepted() -> None:
    """A broken requirement goes by its own id."""
    entry = {"rule": "require-no-public", "where": "*", "reason": "a demo"}

    assert read_acceptances([entry], path="accept")[0].rule == "require-no-public"
