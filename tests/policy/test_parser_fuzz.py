"""The parser takes anything: a policy comes out, or the documented error."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.support import ALICE, ROLE, cases

from rolecall.errors import PolicyError
from rolecall.policy import PolicyKind, Principal, Request, canonical, decide, demands, parse
from rolecall.policy.jsontext import MOST_CHARACTERS

POLICIES = [
    document
    for case in cases()
    for document in (
        case["trust_policy"],
        *case.get("identity_policies", ()),
        *(policy for level in case.get("resource_control_policies", ()) for policy in level),
    )
]
WORDS = [
    "Version",
    "Statement",
    "Effect",
    "Allow",
    "Principal",
    "NotPrincipal",
    "AWS",
    "Condition",
    "Null",
    "${",
    "*",
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from([*WORDS, "2012-10-17", "sts:AssumeRole", "ForAllValues:StringLikeIfExists", ALICE])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
kinds = st.sampled_from(PolicyKind)


def read(document, kind) -> None:
    try:
        policy = parse(document, kind=kind)
    except PolicyError:
        return
    if kind is PolicyKind.TRUST:
        request = Request(role=ROLE, principal=Principal("AWS", ALICE), context={"sts:ExternalId": "x"})
        assert decide(request, policy).answer
        assert len(demands(policy)) <= len(policy.statements)
        if isinstance(document, dict):
            assert canonical(document)


def places(node, path=()):
    """Every place in a document, from the top down."""
    yield path
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, below in inner:
        yield from places(below, (*path, key))


@st.composite
def damaged(draw):
    """A policy of the conformance cases with something else in one or two places."""
    document = copy.deepcopy(draw(st.sampled_from(POLICIES)))
    for _ in range(draw(st.integers(1, 2))):
        *above, last = draw(st.sampled_from([path for path in places(document) if path]))
        node = document
        for key in above:
            node = node[key]
        node[last] = draw(values)
    return document


@given(st.binary(max_size=60), kinds)
def test_any_bytes(content, kind):
    """Bytes are a policy, or a PolicyError."""
    read(content, kind)


@given(st.text(alphabet='{}[]":,\\untrefals0123456789.eE+- \u00e9\ud800', max_size=40), kinds)
def test_any_text(content, kind):
    """So is text that comes near JSON."""
    read(content, kind)


@given(values, kinds)
def test_any_object(document, kind):
    """So is whatever another reader of JSON made."""
    read(document, kind)


@given(damaged(), kinds)
def test_damaged_policies(document, kind):
    """So is a policy with a wrong thing in the right place, as text and decoded."""
    read(document, kind)
    read(json.dumps(document), kind)


HUGE = [
    "[" * MOST_CHARACTERS,
    '{"a":' * (MOST_CHARACTERS // 5),
    '"' + "\\u0041" * (MOST_CHARACTERS // 6),
    "[" + "1," * (MOST_CHARACTERS // 2),
    "9" * MOST_CHARACTERS,
    " " * (2 * MOST_CHARACTERS),
    '{"Statement":[' + '{"Effect":"Allow"},' * 6000 + "{}]}",
    json.dumps({"Statement": {"Condition": {"StringLike": {"a": "*?" * 60_000}}}}),
    json.dumps({"Statement": {"Action": ["sts:AssumeRole", "*" * 100_000]}}),
]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("content", HUGE, ids=lambda content: content[:12])
def test_huge_and_nested_input_is_refused(content):
    """What is as long, as deep or as repetitive as it can be is refused all the same."""
    with pytest.raises(PolicyError):
        parse(content)
