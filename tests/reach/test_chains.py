"""Ways over several roles."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reach.accounts import ADMIN, PROD, TOOLS, VENDOR, account, arn, may, role, root, trusts, user

from rolecall.reach import (
    AccountDetails,
    Chain,
    Graph,
    Role,
    User,
    build,
    cycles,
    longest_chains,
    paths_to_admin,
)
from rolecall.reach.groups import strong_groups

SET = ["sts:AssumeRole", "sts:SetSourceIdentity"]


def names(chain: Chain) -> str:
    return " ".join(node.name.rpartition("/")[2] for node in chain.nodes)


def line(*links: str, own: tuple[Role | User, ...] = ()) -> Graph:
    """A graph in which ``"a b c"`` means that a can assume b, and b can assume c; capitals are users."""
    trusted: dict[str, list[str]] = {}
    for link in links:
        path = link.split()
        for source, target in pairwise(path):
            trusted.setdefault(target, []).append(source)
            trusted.setdefault(source, [])
    users = [user(TOOLS, name, may()) for name in trusted if name.isupper()]
    roles = [
        role(
            TOOLS,
            name,
            trusts([arn(TOOLS, s, "user" if s.isupper() else "role") for s in sources]),
            own=[may()],
        )
        if sources
        else role(TOOLS, name, trusts({"Service": "ec2.amazonaws.com"}), own=[may()])
        for name, sources in trusted.items()
        if not name.isupper()
    ]
    there = {each.arn for each in own}
    return build([account(TOOLS, *users, *(each for each in roles if each.arn not in there), *own)])


@pytest.mark.shows("AssumeRole: chains", "decided")
def test_longest_chains() -> None:
    """The longest come first; one that is the end of a longer one isn't told."""
    chains = longest_chains(line("A a b c d", "B b", "C x y", "D z"))

    assert [names(chain) for chain in chains] == ["A a b c d", "C x y"]


def test_chains_that_begin_alike() -> None:
    """Principals that enter by the same role are counted, not listed."""
    (chain,) = longest_chains(line("A a b", "B a", "C a"))

    assert (len(chain.edges), chain.starts) == (2, 3)


def test_as_many_chains_as_asked_for() -> None:
    """No more than the limit are told."""
    assert [names(each) for each in longest_chains(line("A a b c", "B x y"), limit=1)] == ["A a b c"]


def test_cycles() -> None:
    """Roles that can all get to one another are a group, which a chain goes through once."""
    graph = line("A a b c a", "c d e", "x y x")

    assert [[node.name[-1] for node in group] for group in cycles(graph)] == [["a", "b", "c"], ["x", "y"]]
    assert [names(chain) for chain in longest_chains(graph)] == ["A a b c d e"]


def test_a_role_that_assumes_itself() -> None:
    """That is neither a chain nor a cycle."""
    graph = line("A a a")

    assert (cycles(graph), longest_chains(graph)) == ((), ())


def test_a_source_identity_is_kept() -> None:
    """A session with a source identity gets into no role that refuses it, or wants another one."""

    def there(name: str, before: str, action: object, *values: str) -> Role:
        who = arn(TOOLS, before, "user" if before.isupper() else "role")
        condition = {"StringEquals": {"sts:SourceIdentity": list(values)}} if values else {}
        return role(TOOLS, name, trusts(who, action, **condition), own=[may("*", SET)])

    def chains(*roles: Role) -> list[str]:
        graph = build([account(TOOLS, user(TOOLS, "A", may("*", SET)), *roles)])
        return [names(chain) for chain in longest_chains(graph)]

    entry = there("a", "A", SET, "ann", "ben")
    assert chains(entry, there("b", "a", "sts:AssumeRole")) == []
    assert chains(entry, there("b", "a", SET)) == ["A a b"]
    assert chains(entry, there("b", "a", SET, "ben")) == ["A a b"]
    assert chains(entry, there("b", "a", SET, "cy")) == []
    assert chains(entry, there("b", "a", SET, "ben"), there("c", "b", SET, "ann")) == ["A a b"]
    assert chains(there("a", "A", "sts:AssumeRole"), there("b", "a", SET, "cy")) == ["A a b"]


def test_paths_to_admin() -> None:
    """A shortest way for each principal that isn't an admin anyway, those with the same roles as one."""
    admin = role(TOOLS, "admin", trusts(arn(TOOLS, "b")), own=[ADMIN])
    graph = line("A a b", "B a", "C b", "D x", "E a b", "ROOT b", own=(admin, user(TOOLS, "ROOT", ADMIN)))

    assert [(names(chain), chain.starts) for chain in paths_to_admin(graph)] == [
        ("C b admin", 1),
        ("A a b admin", 3),
    ]


def test_paths_from_outside() -> None:
    """A third party that gets to an admin role over another account is found."""
    graph = build(
        [
            account(TOOLS, role(TOOLS, "entry", trusts(root(VENDOR)), own=[may(arn(PROD, "admin"))])),
            account(PROD, role(PROD, "admin", trusts(arn(TOOLS, "entry")), own=[ADMIN])),
        ]
    )

    (chain,) = paths_to_admin(graph)
    assert [node.name for node in chain.nodes] == [VENDOR, arn(TOOLS, "entry"), arn(PROD, "admin")]


LETTERS = "abcdef"
pairs = st.sets(st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS)), max_size=20)


def reach(links: set[tuple[str, str]], start: str) -> set[str]:
    """What one thing leads to, slowly."""
    found = {start}
    while more := {target for source, target in links if source in found} - found:
        found |= more
    return found


@given(pairs)
def test_groups(links: set[tuple[str, str]]) -> None:
    """Things that lead to each other are a group, and a group comes after those that it leads to."""

    def following(thing: str) -> Iterator[str]:
        return (target for source, target in sorted(links) if source == thing)

    groups = list(strong_groups(LETTERS, following))

    assert sorted(thing for group in groups for thing in group) == list(LETTERS)
    for number, group in enumerate(groups):
        for one in group:
            assert {
                other for other in LETTERS if one in reach(links, other) and other in reach(links, one)
            } == set(group)
            assert reach(links, one) <= {thing for earlier in groups[: number + 1] for thing in earlier}


def test_a_chain_longer_than_the_stack() -> None:
    """Thousands of hops are followed without recursion."""
    count = 3000
    roles = [
        role(
            TOOLS, f"r{number}", trusts(arn(TOOLS, f"r{number - 1}") if number else root(VENDOR)), own=[may()]
        )
        for number in range(count)
    ]
    details = AccountDetails(account=TOOLS, roles=tuple(roles))

    (chain,) = longest_chains(build([details]))
    assert len(chain.edges) == count
