"""Random trust policies and requests over few names, so that they often meet."""

from hypothesis import strategies as st
from tests.policy.support import ALICE, ROOT_1, SESSION

BOB = "arn:aws:iam::333333333333:user/bob"
CI = "arn:aws:iam::111111111111:role/ci"
users = st.sampled_from([ALICE, BOB, SESSION])
actions = st.sampled_from(["sts:AssumeRole", "sts:TagSession", "STS:assumerole"])

_texts = st.sampled_from(["a", "A", "ab", "b", "aab", "a-b", "*", "a*b"])
_patterns = st.sampled_from(["*", "a*", "*b", "?", "a?", "a*b", "*a*b*", "b", "A", ""])
_numbers = st.sampled_from(["0", "5", "5.0", "10", "-1"])
_flags = st.sampled_from(["true", "false", True, False])
_arns = st.sampled_from(["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a:b", "arn:aws:sts::2:x/a/b"])
_moments = st.sampled_from(
    ["2026-01-01T00:00:00+00:00", "2026-01-01T01:00:00+01:00", "2026-02-01T00:00:00+00:00"]
)
_addresses = st.sampled_from(["203.0.113.7", "203.0.114.7", "2001:db8::7"])
_ranges = st.sampled_from(["203.0.113.0/24", "203.0.112.0/22", "2001:db8::/32", "203.0.113.7"])
_named = st.sampled_from(["alice", "alice-7", "bob", "ci", ""])
_names = st.sampled_from(["${aws:username}", "${aws:username}-*", "alice", "*", "b?b"])
_tags = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True)
_arn_patterns = st.sampled_from(["arn:aws:*::*:role/a", "arn:aws:iam::1:*", "arn:*:*:*:?:*/a*"])

_FAMILIES = {
    # condition key: what requests hold, what policies hold, operators
    "aws:PrincipalTag/team": (
        _texts,
        _texts | _patterns,
        ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringLike", "StringNotLike"],
    ),
    "sts:ExternalId": (_texts, _texts | _patterns, ["StringEquals", "StringLike", "StringNotLike"]),
    "aws:MultiFactorAuthPresent": (st.sampled_from(["true", "false"]), _flags, ["Bool"]),
    "aws:MultiFactorAuthAge": (
        _numbers,
        _numbers,
        ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"],
    ),
    "aws:SourceArn": (_arns, _arn_patterns | _arns, ["ArnLike", "ArnNotLike"]),
    "aws:CurrentTime": (_moments, _moments, ["DateLessThan", "DateGreaterThanEquals"]),
    "aws:SourceIp": (_addresses, _ranges, ["IpAddress", "NotIpAddress"]),
    # A negated operator against a variable without value is not documented, so it is left out.
    "sts:RoleSessionName": (_named, _names, ["StringLike"]),
    "aws:TagKeys": (
        _tags,
        st.sampled_from(["a", "b", "?"]),
        ["StringEquals", "StringLike", "StringNotEquals"],
    ),
}
_SEVERAL = {"aws:TagKeys"}
"""Keys with several values; what an operator without set prefix makes of them is not documented."""


def _one_or_list(values: st.SearchStrategy) -> st.SearchStrategy:
    return values | st.lists(values, min_size=1, max_size=3)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for key in draw(st.lists(st.sampled_from(sorted(_FAMILIES)), max_size=2, unique=True)):
        _, wanted, names = _FAMILIES[key]
        if draw(st.integers(0, 5)) == 0:
            operator, wanted = "Null", st.sampled_from(["true", "false"])
        else:
            prefixes = ["ForAnyValue:", "ForAllValues:"]
            operator = draw(st.sampled_from(prefixes if key in _SEVERAL else ["", "", *prefixes]))
            operator += draw(st.sampled_from(names)) + draw(st.sampled_from(["", "", "IfExists"]))
        written = key.swapcase() if draw(st.booleans()) else key
        found.setdefault(operator, {})[written] = draw(_one_or_list(wanted))
    return found


statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Principal": st.fixed_dictionaries(
            {
                "AWS": _one_or_list(
                    st.sampled_from(["*", ALICE, ALICE, ROOT_1, "111111111111", BOB, CI, SESSION])
                )
            }
        ),
        "Action": _one_or_list(actions),
        "Condition": conditions(),
    }
)
documents = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17"), "Statement": st.lists(statements, min_size=1, max_size=4)}
)


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, object]:
    """Few keys and their values; several values only where an operator on them is sure to agree."""
    found: dict[str, object] = {}
    for key in draw(st.lists(st.sampled_from(sorted(_FAMILIES)), max_size=4, unique=True)):
        found[key] = draw(_FAMILIES[key][0])
    return found
