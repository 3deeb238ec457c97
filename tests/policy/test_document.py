"""Reading documents: what AWS would refuse is refused, with a place, a reason, and a way out."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.support import ALICE, ROOT_1, identity, policy, statement

from rolecall.errors import PolicyError
from rolecall.policy import Policy, PolicyKind, parse

GITHUB = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"


def document(*statements: object, **others: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements), **others}


def faults(raw: object, kind: PolicyKind = PolicyKind.TRUST) -> dict[str, str]:
    with pytest.raises(PolicyError) as caught:
        parse(raw, kind=kind)
    assert all(fault.problem and fault.remedy for fault in caught.value.faults)
    return {fault.path: fault.problem for fault in caught.value.faults}


WITH_KEY = {"StringEquals": {"sts:ExternalId": "acme"}}
REFUSED = [
    # where it is wrong, the document
    ("", []),
    ("", None),
    ("/Statement", {}),
    ("/Statement", {"Statement": []}),
    ("/Statement", {"Statement": "all"}),
    ("/Statement/0", document("all")),
    ("/version", document(statement(), version="2012-10-17")),
    ("/Version", {**document(statement()), "Version": None}),
    ("/Version", {**document(statement()), "Version": 20121017}),
    ("/Id", document(statement(), Id=7)),
    ("/Statement/0/Effect", document({**statement(), "Effect": "ALLOW"})),
    ("/Statement/0/Effect", document({**statement(), "Effect": ["Allow"]})),
    ("/Statement/0/principal", document({**statement(), "principal": "x"})),
    ("/Statement/0", document({"Effect": "Allow", "Principal": {"AWS": ALICE}})),
    ("/Statement/0", document({**statement(), "NotAction": "sts:TagSession"})),
    ("/Statement/0/NotResource", document({**statement(), "NotResource": "*"})),
    ("/Statement/0/Sid", document({**statement(), "Sid": "with space"})),
    ("/Statement/0/Sid", document({**statement(), "Sid": 1})),
    ("/Statement/0/Action", document({**statement(), "Action": []})),
    ("/Statement/0/Action", document({**statement(), "Action": "*"})),
    ("/Statement/0/Action", document({**statement(), "Action": "AssumeRole"})),
    ("/Statement/0/Action/1", document({**statement(), "Action": ["sts:AssumeRole", None]})),
    ("/Statement/0/Principal", document({**statement(), "Principal": {}})),
    ("/Statement/0/Principal", document({**statement(), "Principal": [ROOT_1]})),
    ("/Statement/0/Principal/CanonicalUser", document(statement({"CanonicalUser": "79a5"}))),
    ("/Statement/0/Principal/AWS", document(statement([]))),
    ("/Statement/0/Principal/AWS", document(statement(111111111111))),
    ("/Statement/0/Principal/AWS", document(statement("11111111111"))),
    ("/Statement/0/Principal/AWS", document(statement("alice"))),
    ("/Statement/0/Principal/AWS", document(statement("arn:aws:iam::111111111111:group/admins"))),
    ("/Statement/0/Principal/AWS", document(statement("arn:aws:iam::111111111111:user/${aws:username}*"))),
    ("/Statement/0/Principal/AWS", document(statement("arn:aws:iam::*:root"))),
    ("/Statement/0/Principal/AWS", document(statement("arn:aws:sts::111111111111:assumed-role/ci"))),
    ("/Statement/0/Principal/Service", document(statement({"Service": "ec2"}))),
    ("/Statement/0/Principal/Service", document(statement({"Service": "*.amazonaws.com"}))),
    ("/Statement/0/Principal/Federated", document(statement({"Federated": "*"}))),
    ("/Statement/0/Principal/Federated", document(statement({"Federated": ALICE}))),
    ("/Statement/0/Principal/Federated", document(statement({"Federated": "arn:aws:iam"}))),
    ("/Statement/0/Principal/Federated", document(statement({"Federated": "google"}))),
    ("/Statement/0/Condition", document({**statement(), "Condition": None})),
    ("/Statement/0/Condition/StringEquals", document(statement(StringEquals="x"))),
    ("/Statement/0/Condition/StringEquals/a:b~1c", document(statement(StringEquals={"a:b/c": None}))),
    ("/Statement/0/Condition/StringEquals/k", document(statement(StringEquals={"k": [["x"]]}))),
    ("/Statement/0/Condition/StringEquals/k", document(statement(StringEquals={"k": {"x": 1}}))),
    ("/Statement/0/Condition/StringEquals/", document(statement(StringEquals={"": "x"}))),
    ("/Statement/0/Condition/StringLike/k", document(statement(StringLike={"k": "${aws:username"}))),
    ("/Statement/0/Condition/StringLike/k", document(statement(StringLike={"k": "${}"}))),
    ("/Statement/0/Condition/StringLike/k", document(statement(StringLike={"k": "${a:b, c}"}))),
    ("/Statement/0/Condition/NumericLessThan/k", document(statement(NumericLessThan={"k": "soon"}))),
    ("/Statement/0/Condition/NumericLessThan/k", document(statement(NumericLessThan={"k": float("inf")}))),
    ("/Statement/0/Condition/DateLessThan/k", document(statement(DateLessThan={"k": "2026-13-01"}))),
    ("/Statement/0/Condition/DateLessThan/k", document(statement(DateLessThan={"k": "2026-01-01T25:00Z"}))),
    ("/Statement/0/Condition/Bool/k", document(statement(Bool={"k": "yes"}))),
    ("/Statement/0/Condition/IpAddress/k", document(statement(IpAddress={"k": "203.0.113.0/33"}))),
    ("/Statement/0/Condition/BinaryEquals/k", document(statement(BinaryEquals={"k": "?"}))),
    ("/Statement/0/Condition/Null/k", document(statement(Null={"k": "maybe"}))),
    ("/Statement/0/Condition/NullIfExists", document(statement(NullIfExists={"k": "true"}))),
    ("/Statement/0/Condition", document(statement({"Federated": GITHUB}))),
    (
        "/Statement/0/Condition",
        document(statement({"Federated": GITHUB}, StringLike={SUB: ["repo:acme/*", "*"]})),
    ),
    ("/Statement/0/Condition", document(statement({"Federated": GITHUB}, StringNotEquals={SUB: "x"}))),
    ("/Statement", {"Version": "2012-10-17", 3: "x"}),
]


@pytest.mark.parametrize(("path", "raw"), REFUSED)
def test_refused(path, raw):
    """Each fault stands at its JSON pointer, whether the document comes decoded or as text."""
    assert path in faults(raw)


@pytest.mark.parametrize(
    ("kind", "path", "raw"),
    [
        (PolicyKind.IDENTITY, "/Statement/0/Principal", {**identity(), "Principal": {"AWS": ALICE}}),
        (PolicyKind.IDENTITY, "/Statement/0", {"Effect": "Allow", "Action": "sts:*"}),
        (PolicyKind.IDENTITY, "/Statement/0", {**identity(), "NotResource": "*"}),
        (PolicyKind.IDENTITY, "/Statement/0/Resource", identity(resource="role/deploy")),
        (
            PolicyKind.IDENTITY,
            "/Statement/0/Resource",
            identity(resource="arn:aws:iam::1:user/${aws:username"),
        ),
        (PolicyKind.SERVICE_CONTROL, "/Statement/0/NotPrincipal", {**identity(), "NotPrincipal": "*"}),
        (PolicyKind.RESOURCE_CONTROL, "/Statement/0/Principal", {**identity(), "Principal": {"AWS": "*"}}),
        (PolicyKind.RESOURCE_CONTROL, "/Statement/0", identity()),
    ],
)
def test_refused_of_other_kinds(kind, path, raw):
    """Policies that aren't trust policies have a Resource, and a Principal only where it is everyone."""
    assert path in faults(document(raw), kind)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (b"\xff", "not UTF-8"),
        ("\ufeff{}", "position 1"),
        ('{"Statement": "\u4e2d"}', "not allowed"),
        ('{"Id": "a", "Id": "b"}', '"Id" stands twice'),
        ('{"a": {"b": 1, "b": 2}}', '"b" stands twice'),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "number"),
        (" " * 131_073, "131073 characters"),
        ("%7B%22Statement%22%3A%5B%5D%7D", "not JSON"),
    ],
)
def test_refused_text(text, says):
    """Text that is no JSON, or that could be read in two ways, is refused as a whole."""
    assert says in faults(text)[""]


def test_url_encoded_text():
    """A document that is still URL-encoded, as IAM's API returns it, is told apart from other bad JSON."""
    with pytest.raises(PolicyError, match="URL-encoded"):
        parse("%7B%7D")


def test_all_faults_at_once():
    """Every fault of a document is told, not only the first."""
    raw = document({**statement("x"), "Resource": "*"}, {**statement(), "Effect": "maybe"}, Note="")

    assert set(faults(raw)) == {
        "/Note",
        "/Statement/0/Principal/AWS",
        "/Statement/0/Resource",
        "/Statement/1/Effect",
    }


def test_single_statement_has_no_number_in_its_pointer():
    """The pointer of a Statement that is an object itself leads to that object."""
    assert set(faults({"Statement": {**statement(), "Effect": "maybe"}})) == {"/Statement/Effect"}
    assert parse({"Statement": statement()}).statements[0].pointer == "/Statement"


@pytest.mark.parametrize(
    "raw",
    [
        document(statement("AIDAQXZEXAMPLE12345")),
        document(statement("*"), statement("111111111111"), Id="x"),
        document(statement("arn:aws-cn:iam::111111111111:role/a/b/c")),
        document(statement({"Service": "ec2.amazonaws.com.cn", "Federated": "accounts.google.com"})),
        document(statement(action=["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])),
        document({**statement(), "Sid": ""}, {**statement(), "Sid": ""}),
        document(statement(StringEquals={"custom:NeverHeardOf": "x"})),
        document(statement(StringEquals={"sts:ExternalId": []})),
        document(statement(BinaryEquals={"custom:Key": "QmluYXJ5"})),
        document(statement({"Federated": GITHUB}, StringLike={SUB: "repo:acme/*"})),
        document(statement({"Federated": GITHUB}, "Deny")),
    ],
)
def test_accepted(raw):
    """What AWS stores is read, condition keys that nobody knows included."""
    assert len(parse(json.dumps(raw)).statements) == len(raw["Statement"])
    assert parse(json.dumps(raw).encode()) == parse(raw)


def test_documents_that_aws_already_has():
    """A stored document may trust a shared issuer without a claim: older ones do, and that must be seen."""
    raw = document(statement({"Federated": GITHUB}))

    assert parse(raw, stored=True).statements[0].conditions == ()


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (3600, "3600"), (3600.0, "3600"), (0.5, "0.5"), ("x", "x")]
)
def test_values_become_text(value, text):
    """Numbers and truth values in a condition count as the text that AWS compares."""
    raw = document(statement(StringEquals={"aws:k": [value]}))

    for each in (raw, json.dumps(raw)):
        assert parse(each).statements[0].conditions[0].values == (text,)


def test_policies_can_be_copied_and_sent():
    """A read policy survives pickling, so that it can go to another process."""
    operators = {"NumericLessThan": {"k": "1"}, "ArnLike": {"k": "arn:*"}, "Null": {"k": "true"}}
    read = policy(statement(StringLike={"k": "${aws:username}*"}, **operators))

    assert pickle.loads(pickle.dumps(read)) == read


def test_version():
    """A document without Version counts as 2008-10-17."""
    assert parse({"Statement": statement()}).version == "2008-10-17"
    assert policy(statement()).version == "2012-10-17"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
elements = st.sampled_from(
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition", "Other"]
)
values = json_values | st.sampled_from(
    [
        "Allow",
        "*",
        "sts:AssumeRole",
        {"AWS": "*"},
        {"AWS": ["111111111111", "x"]},
        {"Federated": "*"},
        {"StringLike": {"k": ["*", True]}},
        {"Bool": {"k": 1}},
        {"Null": {"": []}},
        {"DateEquals": {"k": "1"}},
    ]
)
statements = st.dictionaries(elements, values, max_size=6)
near_policies = st.fixed_dictionaries(
    {"Statement": st.lists(statements, max_size=3) | statements | json_values},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17", 1, None]), "Id": json_values},
)


def read_or_refused(raw: object, kind: PolicyKind = PolicyKind.TRUST) -> bool:
    """Any other exception than ``PolicyError``, or one without faults, fails the test."""
    try:
        return isinstance(parse(raw, kind=kind), Policy)
    except PolicyError as error:
        return bool(error.faults)


@given(st.binary(max_size=200) | st.text(max_size=200) | json_values.map(json.dumps))
def test_any_text_is_a_policy_or_refused(raw):
    """Whatever bytes come in, the answer is a policy or a ``PolicyError``."""
    assert read_or_refused(raw)


@given(near_policies | st.dictionaries(st.text() | st.integers(), json_values, max_size=3))
def test_any_object_is_a_policy_or_refused(raw):
    """Whatever decoded object comes in, of whatever kind, the answer is a policy or a ``PolicyError``."""
    assert all(read_or_refused(raw, kind) for kind in PolicyKind)
