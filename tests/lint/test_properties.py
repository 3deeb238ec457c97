"""What holds of lint for random policies: no crash, honest witnesses, no say of a statement's place."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.strategies import statements

from rolecall.lint import LintContext, lint_document
from rolecall.policy import Answer, decide, parse

CONTEXT = LintContext(role_arn="arn:aws:iam::222222222222:role/deploy")
ENFORCEMENT = {"external-id-not-enforced", "mfa-not-enforced", "public-principal", "deny-locks-out"}

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(statements, min_size=1, max_size=3))
def test_witnesses_get_in(drawn: list[dict[str, object]]) -> None:
    """Every witness is let in by the evaluator, whatever the policy."""
    document = {"Version": "2012-10-17", "Statement": drawn}
    policy = parse(document)

    for finding in lint_document(document, context=CONTEXT):
        if finding.witness is not None:
            assert decide(finding.witness, policy).trust is Answer.ALLOWED


@settings(max_examples=60, deadline=None)
@given(st.lists(statements, min_size=2, max_size=3))
def test_the_order_of_statements_has_no_say(drawn: list[dict[str, object]]) -> None:
    """Who gets in doesn't depend on the order of statements, so rules on that find the same."""
    found = [
        {each.rule for each in lint_document({"Version": "2012-10-17", "Statement": order}, context=CONTEXT)}
        for order in (drawn, drawn[::-1])
    ]

    assert found[0] & ENFORCEMENT == found[1] & ENFORCEMENT


@settings(max_examples=200, deadline=None)
@given(_values | st.fixed_dictionaries({"Version": _values, "Statement": _values}))
def test_anything_is_linted(value: object) -> None:
    """Whatever JSON is given, the answer is findings: no document makes lint fail."""
    assert all(each.sentence for each in lint_document(json.dumps(value), context=CONTEXT))
