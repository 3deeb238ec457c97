"""Every rule by its own examples: what it finds, and what it lets be."""

import json
import re

import pytest

from rolecall.lint import RULES, Rule, Severity, lint_document
from rolecall.policy import Answer, decide, parse

BY_ID = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@BY_ID
def test_the_bad_example_is_found(rule: Rule) -> None:
    """A rule finds something in its bad example, with words that end as sentences do."""
    findings = [
        each for each in lint_document(rule.bad.document, context=rule.bad.context) if each.rule == rule.id
    ]

    assert findings
    assert max(findings, key=lambda each: list(Severity).index(each.severity)).severity is rule.severity
    for each in findings:
        assert re.fullmatch(r"[^\n]*[^.]\.", each.sentence)
        assert re.fullmatch(r"[^\n]*[^.]\.", each.fix)
        assert not rule.severity.reaches(each.severity) or each.severity.reaches(Severity.NOTE)


@BY_ID
def test_the_good_example_is_let_be(rule: Rule) -> None:
    """A rule finds nothing in its good example, and AWS would store that."""
    parse(rule.good.document)

    assert rule.id not in {each.rule for each in lint_document(rule.good.document, context=rule.good.context)}


@BY_ID
def test_witnesses_get_in(rule: Rule) -> None:
    """The trust policy lets in every request that a finding shows; the evaluator says so."""
    for each in lint_document(rule.bad.document, context=rule.bad.context):
        if each.witness is not None:
            policy = parse(rule.bad.document, stored=True)
            assert decide(each.witness, policy).trust is Answer.ALLOWED


@BY_ID
def test_places_are_in_the_document(rule: Rule) -> None:
    """A finding's JSON pointer leads to something that stands in the document."""
    for each in lint_document(rule.bad.document, context=rule.bad.context):
        here = json.loads(json.dumps(rule.bad.document))
        for part in each.path.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            here = here[int(name)] if isinstance(here, list) else here[name]


def test_ids_are_unique_and_in_kebab_case() -> None:
    """Users accept findings by the rule's id."""
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each) for each in ids)


def test_good_examples_are_good_all_round() -> None:
    """No rule finds an error in another rule's good example: good examples are there to be copied."""
    wrong = [
        (rule.id, each.rule)
        for rule in RULES
        for each in lint_document(rule.good.document, context=rule.good.context)
        if each.severity is Severity.ERROR and each.rule != "third-party-without-external-id"
    ]

    assert wrong == []
