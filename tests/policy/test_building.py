"""Building trust policies: the smallest document that says what was declared."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.support import ALICE, ROLE

from rolecall.policy import (
    Answer,
    Principal,
    Request,
    Trust,
    build_trust_policy,
    check_size,
    decide,
    demands,
    parse,
    read_trusts,
    to_json,
)

A1, A2, A3 = "111111111111", "222222222222", "333333333333"
BUILT = [
    (Trust(accounts=(A1,)), {"AWS": "arn:aws:iam::111111111111:root"}, None),
    (
        Trust(accounts=(A1, A3)),
        {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::333333333333:root"]},
        None,
    ),
    (Trust(services=("ec2.amazonaws.com",)), {"Service": "ec2.amazonaws.com"}, None),
    (
        Trust(users=(ALICE,), requires_mfa=True, mfa_age=3600),
        {"AWS": ALICE},
        {
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        },
    ),
    (
        Trust(users=(ALICE,), external_ids=("b2", "a1"), role_session_name="nightly"),
        {"AWS": ALICE},
        {"StringEquals": {"sts:ExternalId": ["b2", "a1"], "sts:RoleSessionName": "nightly"}},
    ),
    (
        Trust(users=(ALICE,), external_ids=("a1",), role_session_name="${aws:username}"),
        {"AWS": ALICE},
        {
            "StringEquals": {"sts:ExternalId": "a1"},
            "StringLike": {"sts:RoleSessionName": "${aws:username}"},
        },
    ),
]


@pytest.mark.parametrize(("trust", "principal", "condition"), BUILT)
def test_statements(trust, principal, condition):
    """A trust becomes one statement with nothing in it that it need not have."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    expected = {**statement, "Condition": condition} if condition else statement

    assert build_trust_policy([trust]) == {"Version": "2012-10-17", "Statement": [expected]}


def test_partition():
    """Accounts are those of the partition."""
    document = build_trust_policy([Trust(accounts=(A1,))], partition="aws-cn")

    assert "arn:aws-cn:iam::111111111111:root" in to_json(document)


def test_json_is_compact_and_in_order():
    """The text has no white space, keeps the order of members, and is ASCII."""
    assert to_json({"b": [1, True], "a": "\u00e9"}) == '{"b":[1,true],"a":"\\u00e9"}'


def test_size():
    """A policy over its quota is told with its biggest statements; white space doesn't count."""
    trusts = [Trust(accounts=(A1,)), Trust(users=tuple(f"{ALICE}{n}" for n in range(50)))]
    document = build_trust_policy(trusts)
    size = len(to_json(document))

    assert check_size(json.dumps(document, indent=8), limit=size) is None
    fault = check_size(to_json(document), limit=size - 1)
    assert fault is not None
    assert f"{size} characters, 1 more than the quota" in fault.problem
    assert fault.problem.index("statement 1 has") < fault.problem.index("statement 0 has")
    assert check_size(to_json(document)) is not None


accounts = st.sampled_from([A1, A2, A3])
names = st.text(alphabet="abcXYZ019_+=,.@-", min_size=2, max_size=12)
who = st.one_of(
    st.builds(lambda ids: {"accounts": ids}, st.lists(accounts, min_size=1, max_size=3, unique=True)),
    st.builds(lambda id_, name: {"users": [f"arn:aws:iam::{id_}:user/{name}"]}, accounts, names),
)
asked = st.fixed_dictionaries(
    {},
    optional={
        "external_ids": st.lists(
            st.text(alphabet="abcXYZ019_+=,.@:/-", min_size=2, max_size=12),
            min_size=1,
            max_size=3,
            unique=True,
        ),
        "mfa": st.fixed_dictionaries(
            {"requires_mfa": st.just(True)}, optional={"mfa_age": st.integers(1, 129_600)}
        ),
        "role_session_name": names,
    },
)
declarations = st.builds(
    lambda principals, rest: {**principals, **rest.pop("mfa", {}), **rest}, who, asked.map(dict)
)


@pytest.mark.shows("AssumeRole", "declared")
@pytest.mark.shows("AssumeRole: external ID", "declared", "decided")
@pytest.mark.shows("AssumeRole: MFA", "declared", "decided")
@given(declarations)
def test_built_policy_lets_in_exactly_the_declared_caller(declared):
    """Who meets every declared condition gets in; who misses any single one, or is someone else, does not."""
    (trust,) = read_trusts([declared])
    policy = parse(to_json(build_trust_policy([trust])))
    account = trust.accounts[0] if trust.accounts else None
    caller = f"arn:aws:iam::{account}:user/anyone" if account else trust.users[0]
    meeting = {}
    if trust.external_ids:
        meeting["sts:ExternalId"] = trust.external_ids[-1]
    if trust.requires_mfa:
        meeting["aws:MultiFactorAuthPresent"] = "true"
    if trust.mfa_age:
        meeting["aws:MultiFactorAuthAge"] = str(trust.mfa_age - 1)
    if trust.role_session_name:
        meeting["sts:RoleSessionName"] = trust.role_session_name

    def answer(who, context):
        return decide(Request(role=ROLE, principal=Principal("AWS", who), context=context), policy).answer

    assert answer(caller, meeting) is Answer.ALLOWED
    assert answer("arn:aws:iam::444444444444:user/anyone", meeting) is Answer.DENIED
    for key, value in meeting.items():
        rest = {name: other for name, other in meeting.items() if name != key}
        wrong = {"aws:MultiFactorAuthPresent": "false", "aws:MultiFactorAuthAge": str(trust.mfa_age)}
        assert answer(caller, rest) is Answer.DENIED
        assert answer(caller, {**meeting, key: wrong.get(key, f"{value}x!")}) is Answer.DENIED


@given(declarations)
def test_demands_of_a_built_policy_are_the_declared_ones(declared):
    """What was declared can be read back from the document."""
    (trust,) = read_trusts([declared])
    (found,) = demands(parse(build_trust_policy([trust])))

    assert found.external_ids == trust.external_ids
    assert found.mentions_mfa is trust.requires_mfa
    assert found.mfa_age_seconds == trust.mfa_age
    assert found.session_names == ((trust.role_session_name,) if trust.role_session_name else ())
