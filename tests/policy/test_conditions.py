"""Each condition operator, on present, absent, unknown and several values."""

import pytest

from rolecall.policy import OPERATORS, UNKNOWN
from rolecall.policy.conditions import ConditionTest, read_operator
from rolecall.policy.pattern import Context


def holds(operator: str, values: object, context: Context, *, variables: bool = True) -> bool | None:
    use = read_operator(operator)
    assert use is not None
    listed = (values,) if isinstance(values, str) else tuple(values)
    test = ConditionTest(operator=operator, use=use, key="aws:K", values=listed, variables=variables)
    return test.holds(context)


GIVEN = [
    # operator, the policy's values, the request's value, whether it holds
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", ["a", "b"], "c", True),
    ("StringEqualsIgnoreCase", "Core", "cORE", True),
    ("StringNotEqualsIgnoreCase", "Core", "cORE", False),
    ("StringLike", "a*c", "abc", True),
    ("StringLike", "a*c", "abcd", False),
    ("StringLike", "a?c", "ac", False),
    ("StringLike", "*", "", True),
    ("StringLike", "*b*b*", "b", False),
    ("StringLike", "*b*b*", "xbyb", True),
    ("StringLike", "a?*?d", "abcd", True),
    ("StringLike", "a?*?d", "abd", False),
    ("StringLike", "*ab", "aab", True),
    ("StringLike", "ab*bc", "abc", False),
    ("StringLike", "ab*c*bc", "abcbc", True),
    ("StringLike", "*?b*", "xxb", True),
    ("StringNotLike", "a*", "b", True),
    ("StringNotLike", "a*", "ab", False),
    ("NumericEquals", "10", "10.0", True),
    ("NumericNotEquals", "10", "10", False),
    ("NumericLessThan", "3600", "900", True),
    ("NumericLessThan", "3600", "3600", False),
    ("NumericLessThanEquals", "3600", "3600", True),
    ("NumericGreaterThan", ["5", "10"], "7", True),
    ("NumericGreaterThanEquals", "-1.5", "-1.5", True),
    ("NumericLessThan", "3600", "soon", None),
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
    ("DateEquals", "2026-01-01", "1767225600", True),
    ("DateNotEquals", "2026-01-01", "2026-01-02", True),
    ("DateLessThan", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.499999999Z", True),
    ("DateLessThanEquals", "2026-01", "2026-01-01T00:00Z", True),
    ("DateGreaterThan", "2026-01-01", "2026-01-01", False),
    ("DateGreaterThanEquals", "2026-01-01", "2026-01-01T00:00:00-05:30", True),
    ("DateGreaterThan", "2026-01-01", "next year", None),
    ("Bool", "true", "True", True),
    ("Bool", "true", "false", False),
    ("Bool", "true", "yes", None),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXI=", False),
    ("BinaryEquals", "QmluYXJ5", "?", None),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", False),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
    ("NotIpAddress", ["203.0.113.0/24", "2001:db8::/32"], "2001:db8::1", False),
    ("IpAddress", "203.0.113.0/24", "cloudformation.amazonaws.com", None),
    ("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/a/b", True),
    ("ArnLike", "arn:aws:iam::*:role/a", "arn:aws:iam::1:x:role/a", False),
    ("ArnLike", "*", "arn:aws:iam::1:role/a", True),
    ("ArnLike", "arn:aws:iam::1:role:*", "arn:aws:iam::1:role:a:b", True),
    ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::1:role/a", None),
    ("ArnLike", "arn:aws:sts::*", "arn:aws:iam::1:role/a", False),
    ("ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", False),
    ("ArnNotLike", "arn:aws:iam::1:role/?", "arn:aws:iam::1:role/ab", True),
    ("Null", "true", "x", False),
    ("Null", "false", "x", True),
    ("Null", ["true", "false"], "x", True),
]


@pytest.mark.parametrize(("operator", "values", "given", "expected"), GIVEN)
def test_present_key(operator, values, given, expected):
    """An operator compares as AWS documents it; what it can't read stays unknown."""
    assert holds(operator, values, {"aws:k": given}) is expected


def test_every_operator_is_tried():
    """The table above leaves no operator out."""
    assert {row[0] for row in GIVEN} == set(OPERATORS)


SAMPLES = {"numeric": "1", "date": "2026-01-01", "boolean": "true", "ip": "203.0.113.1", "null": "true"}


@pytest.mark.parametrize("name", OPERATORS)
def test_absent_key(name):
    """On an absent key positive operators are false, negated ones true, IfExists and ForAllValues true."""
    operator = OPERATORS[name]
    value = SAMPLES.get(operator.family, "YQ==")

    if operator.tests_presence:
        assert holds(name, "true", {}) is True
        assert holds(name, "false", {}) is False
        return
    assert holds(name, value, {}) is operator.negated
    assert holds(f"{name}IfExists", value, {}) is True
    assert holds(f"ForAllValues:{name}", value, {}) is True
    assert holds(f"ForAnyValue:{name}", value, {}) is False
    assert holds(f"ForAnyValue:{name}IfExists", value, {}) is True


@pytest.mark.parametrize("name", OPERATORS)
def test_unknown_value(name):
    """A value that can't be known makes the answer unknown, never true."""
    value = SAMPLES.get(OPERATORS[name].family, "YQ==")

    assert holds(name, value, {"aws:k": UNKNOWN}) is None


def test_unknown_presence_does_not_matter_where_either_will_do():
    """``Null`` with both values holds whatever the request has."""
    assert holds("Null", ["true", "false"], {"aws:k": UNKNOWN}) is True


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", "c", False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAllValues:StringEquals", "", True),
        ("ForAnyValue:StringEquals", ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["c", "d"], False),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAnyValue:StringEquals", "", False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["c", "a"], False),
        ("ForAnyValue:StringNotEquals", ["c", "a"], True),
        ("ForAnyValue:StringNotEquals", ["b", "a"], False),
        ("StringEquals", ["a"], True),
        ("StringEquals", [], False),
        ("StringNotEquals", [], True),
        ("StringEquals", ["a", "b"], True),
        ("StringNotEquals", ["c", "d"], True),
        ("StringEquals", ["a", "c"], None),
        ("StringNotEquals", ["a", "c"], None),
    ],
)
def test_several_values(operator, given, expected):
    """Set operators join the request's values; without one, values that disagree can't be decided."""
    assert holds(operator, ["a", "b"], {"aws:k": given}) is expected


def test_unknown_among_several():
    """One value that can't be read leaves a set operator undecided only where the others don't settle it."""
    context = {"aws:k": ["1", "soon"]}

    assert holds("ForAnyValue:NumericEquals", "1", context) is True
    assert holds("ForAnyValue:NumericEquals", "2", context) is None
    assert holds("ForAllValues:NumericEquals", "1", context) is None
    assert holds("ForAllValues:NumericEquals", "2", context) is False


VARIABLES = [
    # operator, the policy's value, the variable's value, the request's value, whether it holds
    ("StringEquals", "${aws:V}", "x", "x", True),
    ("StringEquals", "a-${aws:v}-b", "x", "a-x-b", True),
    ("StringEquals", "${ aws:v , 'd' }", None, "d", True),
    ("StringEquals", "${aws:v, 'd'}", "x", "x", True),
    ("StringEquals", "${aws:v, ''}z", None, "z", True),
    ("StringEquals", "${aws:v}", None, "x", False),
    ("StringNotEquals", "${aws:v}", None, "x", None),
    ("StringNotEquals", ["${aws:v}", "x"], None, "x", False),
    ("StringEquals", "${aws:v}", UNKNOWN, "x", None),
    ("StringEquals", ["${aws:v}", "x"], UNKNOWN, "x", True),
    ("StringEquals", "${aws:v}", ["x"], "x", True),
    ("StringEquals", "${aws:v}", ["x", "y"], "x", None),
    ("StringEqualsIgnoreCase", "A${aws:V}", "X", "ax", True),
    ("StringLike", "${aws:v}*", "x", "xy", True),
    ("StringLike", "${aws:v}", "*", "y", False),
    ("StringLike", "a${*}", None, "a*", True),
    ("StringLike", "a${*}", None, "ab", False),
    ("StringLike", "a${?}", None, "a?", True),
    ("StringEquals", "${$}{aws:v}", "x", "${aws:v}", True),
    ("ArnLike", "arn:aws:iam::${aws:v}:role/*", "1", "arn:aws:iam::1:role/a", True),
    ("ArnLike", "arn:aws:iam::${aws:v}:role/*", "1:2", "arn:aws:iam::1:2:role/a", False),
]


@pytest.mark.parametrize(("operator", "value", "variable", "given", "expected"), VARIABLES)
def test_variables(operator, value, variable, given, expected):
    """A variable takes the request's value, literally; where a negated operator lacks it, nobody knows."""
    context = {"aws:k": given} if variable is None else {"aws:k": given, "aws:v": variable}

    assert holds(operator, value, context) is expected


def test_variables_need_their_version():
    """Under version 2008-10-17 a variable is ordinary text."""
    assert holds("StringEquals", "${aws:v}", {"aws:k": "${aws:v}"}, variables=False) is True


@pytest.mark.parametrize(
    "text",
    [
        "StringMatches",
        "stringequals",
        "ForSomeValues:StringEquals",
        "NullIfExists",
        "ForAllValues:Null",
        "StringEqualsIfExistsIfExists",
        ":StringEquals",
        "ForAnyValue:ForAllValues:StringEquals",
        "",
    ],
)
def test_unknown_operators(text):
    """What AWS does not know as an operator is none; ``Null`` takes neither prefix nor suffix."""
    assert read_operator(text) is None


def test_long_patterns_take_linear_time():
    """A pattern of many wildcards against a text that almost fits does not explode."""
    assert holds("StringLike", "*a" * 500 + "b", {"aws:k": "a" * 20_000}) is False
