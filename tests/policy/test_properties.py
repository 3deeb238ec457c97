"""What holds for every policy and every request."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.policy import naive
from tests.policy.strategies import actions, contexts, documents, statements, users
from tests.policy.support import ALICE, ROLE, statement

from rolecall.policy import UNKNOWN, Answer, Principal, Request, decide, parse

BADNESS = {Answer.ALLOWED: 0, Answer.UNKNOWN: 1, Answer.DENIED: 2}


def answer(document, who, action, context) -> Answer:
    request = Request(role=ROLE, principal=Principal("AWS", who), action=action, context=context)
    return decide(request, parse(document)).answer


def with_statement(document, extra, effect):
    return {**document, "Statement": [*document["Statement"], {**extra, "Effect": effect}]}


@settings(max_examples=2000)
@given(documents, users, actions, contexts())
def test_agrees_with_a_naive_reading(document, who, action, context):
    """The compiled policy decides as the rules read word by word do."""
    expected = Answer.ALLOWED if naive.lets_in(document, who, action, context) else Answer.DENIED

    assert answer(document, who, action, context) is expected


@given(documents, users, actions, contexts(), st.randoms(use_true_random=False))
def test_order_of_statements_does_not_matter(document, who, action, context, random):
    """Statements in another order give the same answer."""
    shuffled = list(document["Statement"])
    random.shuffle(shuffled)

    assert answer({**document, "Statement": shuffled}, who, action, context) is answer(
        document, who, action, context
    )


@given(documents, statements, users, actions, contexts())
def test_a_deny_never_opens_a_door(document, extra, who, action, context):
    """One more Deny leaves the answer as it is, or makes it stricter."""
    before = answer(document, who, action, context)
    after = answer(with_statement(document, extra, "Deny"), who, action, context)

    assert BADNESS[after] >= BADNESS[before]


@given(documents, statements, users, actions, contexts())
def test_an_allow_never_closes_a_door(document, extra, who, action, context):
    """One more Allow leaves the answer as it is, or makes it milder."""
    before = answer(document, who, action, context)
    after = answer(with_statement(document, extra, "Allow"), who, action, context)

    assert BADNESS[after] <= BADNESS[before]


@given(documents, users, actions, contexts(), st.data())
def test_unknown_covers_every_possible_value(document, who, action, context, data):
    """A decision in spite of an unknown key holds for whatever the key turns out to be."""
    key = data.draw(
        st.sampled_from(["aws:PrincipalTag/team", "sts:ExternalId", "aws:MultiFactorAuthPresent"])
    )
    rest = {name: value for name, value in context.items() if name != key}
    known = answer(document, who, action, context)

    assert answer(document, who, action, {**rest, key: UNKNOWN}) in (known, Answer.UNKNOWN)


@given(documents, users, actions, contexts())
def test_reasons_cover_every_statement(document, who, action, context):
    """Each statement of the trust policy either settles the answer, is told why not, or applies in vain."""
    trust = parse(document)
    request = Request(role=ROLE, principal=Principal("AWS", who), action=action, context=context)
    decision = decide(request, trust)
    told = {ref.index for ref in decision.settled_by} | {m.statement.index for m in decision.mismatches}
    rest = [each for each in trust.statements if each.ref.index not in told]

    if decision.answer is Answer.ALLOWED:
        assert decision.settled_by
        assert not rest
    assert all(each.effect == "Allow" for each in rest)
    assert not rest or decision.settled_by


@given(st.text(alphabet="ab*?", max_size=10), st.text(alphabet="ab", max_size=12))
@example("*a*b", "ab")
@example("a?*", "a")
def test_patterns_agree_with_a_naive_reading(pattern, text):
    """Wildcards match as a plain recursive reading says."""
    document = {"Version": "2012-10-17", "Statement": statement(StringLike={"sts:ExternalId": pattern})}
    expected = Answer.ALLOWED if naive.like(text, pattern) else Answer.DENIED

    assert answer(document, ALICE, "sts:AssumeRole", {"sts:ExternalId": text}) is expected
