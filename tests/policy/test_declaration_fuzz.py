"""Whatever a program declares, it gets a trust policy that AWS would store, or the documented error."""

from hypothesis import given
from hypothesis import strategies as st

from rolecall.errors import DeclarationError
from rolecall.policy import build_trust_policy, parse, read_trusts, to_json
from rolecall.policy.fields import READERS

A1 = "111111111111"
PLAUSIBLE = [
    A1,
    "o-a1b2c3d4e5",
    "o-a1b2c3d4e5/*",
    "Admin",
    "acme-1",
    "${aws:username}",
    "${",
    "*",
    "",
    "ec2.amazonaws.com",
    "203.0.113.0/24",
    "2026-01-31T18:00:00Z",
    "9999-99-99T99:99:99Z",
    "arn:aws:iam::111111111111:user/alice",
    "arn:aws:iam::111111111111:role/ci",
    "arn:aws:sts::111111111111:assumed-role/ci/x",
    "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com",
    "arn:aws:iam::111111111111:oidc-provider/example.com",
    "arn:aws:iam::111111111111:saml-provider/corp",
    "https://signin.aws.amazon.com/saml",
    "repo:acme/infra:*",
    "sts:AssumeRole",
    "Allow",
]
texts = st.sampled_from(PLAUSIBLE) | st.text(max_size=3)
scalars = (
    texts
    | st.none()
    | st.booleans()
    | st.integers(-1, 4000)
    | st.floats(allow_nan=True)
    | st.binary(max_size=2)
)
names = st.sampled_from(
    ["StringEquals", "Bool", "Effect", "Principal", "AWS", "Action", "Sid", "aws:username", "team"]
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names | texts | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
fitting = st.lists(texts, min_size=1, max_size=2, unique=True)
trusts = st.dictionaries(st.sampled_from([*READERS, "account"]), fitting | texts | anything, max_size=4)


@given(st.lists(trusts, max_size=3) | anything)
def test_a_document_or_the_documented_error(raw):
    """No declaration ends in another exception, and what is taken can be stored and is stable."""
    try:
        read = read_trusts(raw)
    except DeclarationError:
        return
    document = build_trust_policy(read)

    assert parse(to_json(document)).statements
    assert to_json(build_trust_policy(read_trusts(raw))) == to_json(document)
