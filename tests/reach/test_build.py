"""Which edges a graph has, and what they say."""

from typing import Any

import pytest
from tests.reach.accounts import (
    PROD,
    TOOLS,
    VENDOR,
    account,
    arn,
    may,
    organization,
    policy,
    role,
    root,
    trusts,
    user,
)

from rolecall.policy import UNKNOWN, Answer, PolicyKind
from rolecall.reach import Edge, Graph, NodeKind, build


def edges(graph: Graph) -> dict[tuple[str, str], Edge]:
    return {(edge.source.name, edge.target.name): edge for edge in graph.edges}


def answers(graph: Graph) -> dict[tuple[str, str], str]:
    """Last parts of the names of source and target, with the answer."""
    return {
        tuple(name.rpartition("/")[2] for name in ends): edge.answer.value  # type: ignore[misc]
        for ends, edge in edges(graph).items()
    }


def asked(edge: Edge) -> list[tuple[str, tuple[str, ...]]]:
    return [(ask.key, ask.values) for ask in edge.asks]


def test_both_sides_have_to_agree() -> None:
    """Of a trusted account only those get in whose own policies reach for the role."""
    graph = build(
        [
            account(
                TOOLS,
                user(TOOLS, "all", may("*")),
                user(TOOLS, "exact", may(arn(PROD, "deploy"))),
                user(TOOLS, "glob", may("arn:aws:iam::*:role/dep*")),
                user(TOOLS, "in-account", may(f"arn:aws:iam::{PROD}:role/*")),
                user(TOOLS, "other-role", may(arn(PROD, "other"))),
                user(TOOLS, "other-account", may(f"arn:aws:iam::{TOOLS}:role/*")),
                user(TOOLS, "other-action", may("*", "s3:GetObject")),
                user(
                    TOOLS,
                    "not-resource",
                    {"Effect": "Allow", "Action": "sts:*", "NotResource": "arn:aws:s3:::x"},
                ),
                user(TOOLS, "denied", may("*"), {**may("*"), "Effect": "Deny"}),
                user(TOOLS, "nothing"),
            ),
            account(PROD, role(PROD, "deploy", trusts(root(TOOLS)))),
        ]
    )

    assert {source for source, _ in answers(graph)} == {"all", "exact", "glob", "in-account", "not-resource"}
    assert set(answers(graph).values()) == {"allowed"}


def test_named_within_the_account() -> None:
    """A role that is named by a role of its own account needs no identity policy; another account's does."""
    graph = build(
        [
            account(
                PROD,
                role(PROD, "ci", trusts({"Service": "ec2.amazonaws.com"})),
                role(PROD, "deploy", trusts([arn(PROD, "ci"), arn(TOOLS, "ci")])),
            ),
            account(TOOLS, role(TOOLS, "ci", trusts({"Service": "ec2.amazonaws.com"}))),
        ]
    )

    assert (arn(PROD, "ci"), arn(PROD, "deploy")) in edges(graph)
    assert (arn(TOOLS, "ci"), arn(PROD, "deploy")) not in edges(graph)


def test_a_role_with_a_path() -> None:
    """A role is trusted under its ARN with path, and under no other."""
    ci = role(PROD, "ops/ci", trusts({"Service": "ec2.amazonaws.com"}))
    right = role(PROD, "right", trusts(arn(PROD, "ops/ci")))
    wrong = role(PROD, "wrong", trusts(arn(PROD, "ci")))

    assert answers(build([account(PROD, ci, right, wrong)])) == {
        ("ec2.amazonaws.com", "ci"): "allowed",
        ("ci", "right"): "allowed",
    }


def test_what_a_call_has_to_meet() -> None:
    """An edge that hangs on the call is unknown, and carries what the least demanding way in asks."""
    graph = build(
        [
            account(TOOLS, user(TOOLS, "ci", may("*", IpAddress={"aws:SourceIp": "192.0.2.0/24"}))),
            account(
                PROD,
                role(
                    PROD,
                    "deploy",
                    trusts(
                        root(TOOLS),
                        StringEquals={"sts:ExternalId": "a"},
                        Bool={"aws:SecureTransport": "true"},
                    ),
                    trusts(root(TOOLS), StringEquals={"sts:ExternalId": ["b", "c"]}),
                ),
            ),
        ]
    )

    (edge,) = graph.edges
    assert edge.answer is Answer.UNKNOWN
    assert asked(edge) == [("sts:ExternalId", ("b", "c")), ("aws:SourceIp", ("192.0.2.0/24",))]
    assert [ask.side.value for ask in edge.asks] == ["trust", "caller"]
    assert edge.without_external_id is Answer.DENIED


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, "allowed"),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, None),
        ({"StringEquals": {"aws:PrincipalTag/other": "blue"}}, None),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{TOOLS}:user/c*"}}, "allowed"),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{TOOLS}:role/*"}}, None),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-ours0000"}}, "allowed"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-theirs000"}}, None),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours0000/*"}}, "allowed"),
        ({"StringEquals": {"aws:username": "ci"}}, "allowed"),
        ({"StringLike": {"aws:userid": "AIDAci"}}, "allowed"),
        ({"StringEquals": {"aws:ResourceTag/stage": "prod"}}, "allowed"),
        ({"StringEquals": {"aws:ResourceTag/stage": "test"}}, None),
        ({"StringEquals": {"aws:SourceArn": "arn:aws:s3:::x"}}, None),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "unknown"),
        ({"StringEquals": {"vendor:new-key": "x"}}, "unknown"),
    ],
)
def test_what_is_fixed_about_a_principal(condition: dict[str, Any], answer: str | None) -> None:
    """What details tell of user, role and organisation is decided; only what is up to the call stays open."""
    ours = organization()
    graph = build(
        [
            account(TOOLS, user(TOOLS, "ci", may("*"), tags={"team": "blue"}), organization=ours),
            account(
                PROD,
                role(PROD, "deploy", trusts(root(TOOLS), **condition), tags={"stage": "prod"}),
                organization=ours,
            ),
        ]
    )

    assert answers(graph) == ({("ci", "deploy"): answer} if answer else {})


def test_sessions_may_bring_tags() -> None:
    """Where sessions of a role can be tagged, its own tags don't settle aws:PrincipalTag."""
    wanted = trusts(root(TOOLS), StringEquals={"aws:PrincipalTag/team": "red"})
    ec2 = {"Service": "ec2.amazonaws.com"}
    plain = role(TOOLS, "plain", trusts(ec2), own=[may()], tags={"team": "blue"})
    tagged = role(
        TOOLS, "tagged", trusts(ec2, ["sts:AssumeRole", "sts:TagSession"]), own=[may()], tags={"team": "blue"}
    )
    graph = build([account(TOOLS, plain, tagged), account(PROD, role(PROD, "deploy", wanted))])

    assert [pair for pair in answers(graph) if pair[1] == "deploy"] == [("tagged", "deploy")]


def test_boundary_and_guardrails() -> None:
    """A boundary, a caller's service control policies and a role's resource control policies count."""
    deny = policy({**may("*"), "Effect": "Deny"}, may("*", "*"), kind=PolicyKind.SERVICE_CONTROL)
    allow = policy(may("*", "*"), kind=PolicyKind.SERVICE_CONTROL)
    keep_out = policy(
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"},
        kind=PolicyKind.RESOURCE_CONTROL,
    )
    bound = user(TOOLS, "bound", may(), boundary=policy(may("*", "s3:*"), kind=PolicyKind.BOUNDARY))
    free = user(TOOLS, "free", may())
    deploy = role(PROD, "deploy", trusts(root(TOOLS)))

    def found(callers: Any, owner: Any) -> set[str]:
        graph = build(
            [account(TOOLS, bound, free, organization=callers), account(PROD, deploy, organization=owner)]
        )
        return {source for source, _ in answers(graph)}

    assert found(organization(service_control_policies=((allow,),)), organization()) == {"free"}
    assert found(organization(service_control_policies=((allow,), (deny,))), organization()) == set()
    assert found(organization(), organization(resource_control_policies=((keep_out,),))) == set()


def test_policies_that_could_not_be_read() -> None:
    """Whoever has an unread policy may reach for any role: unknown, never left out."""
    graph = build(
        [
            account(TOOLS, user(TOOLS, "ci", policies=UNKNOWN)),
            account(PROD, role(PROD, "deploy", trusts(root(TOOLS)))),
        ]
    )

    assert answers(graph) == {("ci", "deploy"): "unknown"}


def test_a_role_whose_trust_could_not_be_read() -> None:
    """Nobody is said to get into a role of which nothing is known; the account's problems tell it."""
    unread = role(PROD, "deploy", trusts(root(PROD)), trust=UNKNOWN)

    assert build([account(PROD, user(PROD, "ci", may()), unread)]).edges == ()


def test_sessions_and_ids() -> None:
    """A named session makes the edge depend on the session; a deleted principal's id names nobody."""
    ci = role(TOOLS, "ci", trusts({"Service": "ec2.amazonaws.com"}), own=[may()])
    session = f"arn:aws:sts::{TOOLS}:assumed-role/ci/nightly"
    graph = build(
        [
            account(TOOLS, ci),
            account(
                PROD,
                role(PROD, "named", trusts(session)),
                role(PROD, "gone", trusts("AROA1234567890ABCDEFG")),
            ),
        ]
    )

    assert answers(graph) == {("ec2.amazonaws.com", "ci"): "allowed", ("ci", "named"): "unknown"}


@pytest.mark.shows("AssumeRole: MFA", "decided")
def test_mfa_is_lost_on_the_second_hop() -> None:
    """A role asks another role for MFA: no session can meet that, so there is no edge but a word."""
    hop = trusts(arn(TOOLS, "ci"), Bool={"aws:MultiFactorAuthPresent": "true"})
    graph = build(
        [
            account(
                TOOLS,
                user(TOOLS, "alice", may()),
                role(TOOLS, "ci", trusts(arn(TOOLS, "alice", "user")), own=[may()]),
            ),
            account(PROD, role(PROD, "deploy", hop)),
        ]
    )

    assert answers(graph) == {("alice", "ci"): "allowed"}
    assert [(each.source.name, each.target.name) for each in graph.broken] == [
        (arn(TOOLS, "ci"), arn(PROD, "deploy"))
    ]


def test_other_ways_in() -> None:
    """Services and identity providers are nodes, too, and don't count as outside."""
    provider = f"arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com"
    subject = {"token.actions.githubusercontent.com:sub": "repo:acme/infra:ref:refs/heads/main"}
    graph = build(
        [
            account(
                PROD,
                role(PROD, "ec2", trusts({"Service": "ec2.amazonaws.com"})),
                role(
                    PROD,
                    "ci",
                    trusts({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", StringLike=subject),
                ),
            )
        ]
    )

    found = {edge.target.name.rpartition("/")[2]: edge for edge in graph.edges}
    assert (found["ec2"].source.kind, found["ec2"].answer) == (NodeKind.SERVICE, Answer.ALLOWED)
    assert (found["ci"].source.kind, found["ci"].answer) == (NodeKind.FEDERATED, Answer.UNKNOWN)
    assert asked(found["ci"]) == [(next(iter(subject)), tuple(subject.values()))]
    assert not any(edge.source.outside for edge in graph.edges)


def test_tags_have_to_be_let_in() -> None:
    """A trust that asks for a session tag but doesn't allow tagging lets nobody in."""
    condition = {"StringEquals": {"aws:RequestTag/ticket": "7"}}
    closed = role(PROD, "closed", trusts(root(TOOLS), **condition))
    opened = role(PROD, "open", trusts(root(TOOLS), ["sts:AssumeRole", "sts:TagSession"], **condition))
    ci = user(TOOLS, "ci", may("*", ["sts:AssumeRole", "sts:TagSession"]))

    assert answers(build([account(TOOLS, ci), account(PROD, closed, opened)])) == {("ci", "open"): "unknown"}


def test_source_identities_have_to_be_let_in() -> None:
    """A trust that asks for a source identity but lets none be set lets nobody in."""
    condition = {"StringLike": {"sts:SourceIdentity": "*@acme"}}
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    closed = role(PROD, "closed", trusts(root(TOOLS), **condition))
    opened = role(PROD, "open", trusts(root(TOOLS), both, **condition))
    ci = user(TOOLS, "ci", may("*", both))

    assert answers(build([account(TOOLS, ci), account(PROD, closed, opened)])) == {("ci", "open"): "unknown"}


def test_variables_have_values() -> None:
    """A policy variable in a condition's value is filled with what is known of the principal."""
    same = trusts(root(TOOLS), StringEquals={"aws:username": "${aws:PrincipalTag/login}"})
    ann, ben = (user(TOOLS, name, may(), tags={"login": "ann"}) for name in ("ann", "ben"))

    assert answers(build([account(TOOLS, ann, ben), account(PROD, role(PROD, "deploy", same))])) == {
        ("ann", "deploy"): "allowed"
    }


ANN, BEN = user(TOOLS, "ann", may()), user(TOOLS, "ben", may())
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "x"}}


@pytest.mark.parametrize(
    ("principals", "trust", "found"),
    [
        (
            [ANN, BEN],
            [trusts(root(TOOLS), **EXTERNAL_ID), trusts(arn(TOOLS, "ann", "user"))],
            {("ann", "deploy"): "allowed", ("ben", "deploy"): "unknown"},
        ),
        (
            [ANN, BEN],
            [trusts(root(TOOLS), ArnLike={"aws:PrincipalArn": arn(TOOLS, "b*", "user")})],
            {("ben", "deploy"): "allowed"},
        ),
        (
            [
                user(TOOLS, name, may(f"arn:aws:iam::{PROD}:role/${{aws:username}}"))
                for name in ("ann", "deploy", "zoe")
            ],
            [trusts(root(TOOLS))],
            {("deploy", "deploy"): "allowed"},
        ),
        (
            [ANN, role(TOOLS, "ci", trusts(arn(TOOLS, "gone")), own=[may()])],
            [trusts(root(TOOLS), Bool={"aws:MultiFactorAuthPresent": "true"})],
            {("ann", "deploy"): "unknown"},
        ),
        (
            [user(PROD, "eve", may()), ANN],
            [trusts([root(TOOLS), root(PROD)], StringEquals={"aws:PrincipalAccount": PROD})],
            {("eve", "deploy"): "allowed"},
        ),
        (
            [ANN, user(TOOLS, "cut", may(), boundary=policy(may("*", "s3:*"), kind=PolicyKind.BOUNDARY))],
            [trusts(root(TOOLS))],
            {("ann", "deploy"): "allowed"},
        ),
    ],
    ids=["named", "condition", "variable", "kind", "account", "boundary"],
)
def test_who_looks_alike_is_told_apart(principals: list[Any], trust: list[Any], found: Any) -> None:
    """Principals with the same policies get different edges where anything else tells them apart."""
    of_prod = [each for each in principals if f"::{PROD}:" in each.arn]
    graph = build(
        [
            account(TOOLS, *(each for each in principals if each not in of_prod)),
            account(PROD, *of_prod, role(PROD, "deploy", *trust)),
        ]
    )

    assert answers(graph) == found


def test_an_account_that_comes_twice() -> None:
    """Two descriptions of one account are a mistake."""
    with pytest.raises(ValueError, match=TOOLS):
        build([account(TOOLS), account(TOOLS)])


def test_order_and_repetition_change_nothing() -> None:
    """The same accounts in another order give the same edges, each once."""
    one = account(
        TOOLS, user(TOOLS, "ci", may("*"), may(arn(PROD, "deploy")), may(f"arn:aws:iam::{PROD}:role/*"))
    )
    two = account(PROD, role(PROD, "deploy", trusts([root(TOOLS), arn(TOOLS, "ci", "user"), root(VENDOR)])))
    there, back = build([one, two]), build([two, one])

    assert len(there.edges) == 2
    assert answers(there) == answers(back)
