"""The graph beside a slow reading of the same accounts that asks about every pair."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.reach.accounts import PROD, TOOLS, VENDOR, account, arn, role, root, trusts, user

from rolecall.policy import Answer, CallerSide, Principal, Request, decide
from rolecall.reach import AccountDetails, Role, build

READ = (TOOLS, PROD)
NAMES = ("a", "b", "ops/c")
ROLES = [arn(number, name) for number in READ for name in NAMES]
USERS = [arn(number, name, "user") for number in READ for name in NAMES]
RESOURCES = [
    "*",
    *ROLES,
    f"arn:aws:iam::{PROD}:role/*",
    "arn:aws:iam::*:role/a",
    "arn:aws:iam::*:role/?",
    "arn:aws:iam::*:role/ops/*",
    f"arn:aws:iam::{TOOLS[:6]}*:role/*",
    "arn:aws:iam::*:*/c",
    "arn:*:iam::*:role*",
    "arn:aws:iam::*:role/${aws:username}",
    "arn:aws:s3:::*",
]

own_statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
        "Action": st.sampled_from(["sts:AssumeRole", "sts:*", "*", "s3:*"]),
    }
).flatmap(
    lambda base: st.tuples(
        st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]), st.sampled_from(RESOURCES)
    ).map(lambda pair: {**base, pair[0]: pair[1]})
)
trusted = st.sampled_from([*ROLES, *USERS, *map(root, READ), root(VENDOR), PROD, "*"])
trust_statements = st.builds(
    lambda who, effect: {**trusts(who), "Effect": effect},
    st.lists(trusted, min_size=1, max_size=2),
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
)
own = st.lists(own_statements, max_size=3)


@st.composite
def estates(draw: st.DrawFn) -> list[AccountDetails]:
    return [
        account(
            number,
            *(user(number, name, *draw(own)) for name in NAMES),
            *(
                role(number, name, *draw(st.lists(trust_statements, min_size=1, max_size=2)), own=draw(own))
                for name in NAMES
            ),
        )
        for number in READ
    ]


def asked(who: Any, target: Role) -> Answer:
    """What the evaluator says of one pair."""
    context = {"aws:PrincipalArn": who.arn} | (
        {"aws:username": who.arn.rpartition("/")[2]} if ":user/" in who.arn else {}
    )
    request = Request(role=target.arn, principal=Principal("AWS", who.arn), context=context)
    return decide(request, target.trust, caller=CallerSide(identity_policies=who.policies)).answer  # type: ignore[arg-type]


@given(estates())
def test_no_pair_is_overlooked(accounts: list[AccountDetails]) -> None:
    """Among what was read there are exactly the edges that asking about each pair gives."""
    everybody = [each for details in accounts for each in (*details.users, *details.roles)]
    expected = {
        (who.arn, target.arn): answer
        for details in accounts
        for target in details.roles
        for who in everybody
        if (answer := asked(who, target)) is not Answer.DENIED
    }
    graph = build(accounts)

    assert {
        (edge.source.name, edge.target.name): edge.answer for edge in graph.edges if not edge.source.outside
    } == expected
