"""Decides what the picture shows: callers and roles where they are few, else accounts."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rolecall.reports.roles import resource_of
from rolecall.reports.tally import ORDER, symbol

from .facts import Edge, Entry

FEW_ROLES: Final = 24
FEW_EDGES: Final = 60
"""With more roles or edges the picture shows accounts instead."""

MOST_ACCOUNTS: Final = 24
"""A column shows so many accounts, the worst first; the others are one node."""

_OTHERS: Final = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A caller, a role or an account.

    Attributes:
        key: by which links name it; unique in its column.
        label: its name.
        note: what is said beside the name.
        word: what came of it; ``""`` for who only calls.
        href: where a click leads, within the page; ``""`` for nowhere.
        account: by which a click filters the table; ``""`` for not at all.
    """

    key: str
    label: str
    note: str = ""
    word: str = ""
    href: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Nodes with a frame and a title."""

    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line from a node on the left to one on the right.

    Attributes:
        source, target: keys of nodes.
        word: the worst verdict.
        gets_in: some call got in; else all were refused.
        title: what a pointer and a screen reader are told.
        href: where a click leads.
    """

    source: str
    target: str
    word: str
    gets_in: bool
    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Who calls, on the left; what is called, on the right; what came of it between them."""

    left: tuple[Group, ...]
    right: tuple[Group, ...]
    links: tuple[Link, ...]
    caption: str


def diagram_of(entries: Sequence[Entry]) -> Diagram:
    """The picture of a report."""
    edges = sum(len(entry.edges) for entry in entries)
    if len(entries) <= FEW_ROLES and edges <= FEW_EDGES:
        return _by_role(entries)
    return _by_account(entries)


def _by_role(entries: Sequence[Entry]) -> Diagram:
    callers: dict[str, dict[str, Node]] = {}
    roles: dict[str, list[Node]] = {}
    links = []
    for entry in entries:
        node = Node(key=entry.arn, label=_short(entry.arn), word=entry.word, href=f"#{entry.anchor}")
        roles.setdefault(entry.account, []).append(node)
        for edge in entry.edges:
            source = f"{edge.account} {edge.caller}"
            callers.setdefault(edge.account, {})[source] = Node(
                key=source, label=edge.caller, note=_short(edge.caller_arn or "")
            )
            links.append(
                Link(
                    source=source,
                    target=entry.arn,
                    word=edge.verdict,
                    gets_in=edge.gets_in,
                    title=f"{edge.caller} at {_short(entry.arn)}: {edge.verdict}, "
                    f"{'gets in' if edge.gets_in else 'is refused'}",
                    href=f"#{edge.anchor}",
                )
            )
    return Diagram(
        left=tuple(
            Group(title=f"account {each}", nodes=(*callers[each].values(),)) for each in sorted(callers)
        ),
        right=tuple(Group(title=f"account {each}", nodes=(*roles[each],)) for each in sorted(roles)),
        links=tuple(links),
        caption="Callers on the left, roles on the right, by account.",
    )


def _by_account(entries: Sequence[Entry]) -> Diagram:
    callers: dict[str, set[str]] = {}
    roles: dict[str, list[str]] = {}
    for entry in entries:
        roles.setdefault(entry.account, []).append(entry.word)
        for edge in entry.edges:
            callers.setdefault(edge.account, set()).add(edge.caller)
    left, right = _shown(_by_count(callers)), _shown(_by_worst(roles))
    called: dict[tuple[str, str], list[Edge]] = {}
    for entry in entries:
        for edge in entry.edges:
            called.setdefault((left[edge.account], right[entry.account]), []).append(edge)
    sources, targets = _members(callers, left), _members(roles, right)
    return Diagram(
        left=(
            Group(
                title="accounts that call",
                nodes=tuple(
                    _account(key, left, note=_count(len(set(names)), "caller"))
                    for key, names in sources.items()
                ),
            ),
        )
        if sources
        else (),
        right=(
            Group(
                title="accounts of roles",
                nodes=tuple(
                    _account(key, right, note=_signs(words), word=min(words, key=ORDER.index))
                    for key, words in targets.items()
                ),
            ),
        ),
        links=tuple(
            Link(
                source=source,
                target=target,
                word=min((edge.verdict for edge in edges), key=ORDER.index),
                gets_in=any(edge.gets_in for edge in edges),
                title=f"from {source} to {target}: {_count(len(edges), 'caller')} at a role, "
                f"{_signs([edge.verdict for edge in edges])}",
                href="#roles",
            )
            for (source, target), edges in called.items()
        ),
        caption="Accounts that call on the left, accounts of roles on the right, the worst first.",
    )


def _by_count(members: Mapping[str, Collection[str]]) -> list[str]:
    return sorted(members, key=lambda account: (-len(members[account]), account))


def _by_worst(members: Mapping[str, Collection[str]]) -> list[str]:
    ranks = {account: min(map(ORDER.index, words)) for account, words in members.items()}
    return sorted(members, key=lambda account: (ranks[account], -len(members[account]), account))


def _shown(ranked: Sequence[str]) -> dict[str, str]:
    """For each account the node that stands for it."""
    return {account: account if rank < MOST_ACCOUNTS else _OTHERS for rank, account in enumerate(ranked)}


def _members(members: Mapping[str, Collection[str]], nodes: Mapping[str, str]) -> dict[str, list[str]]:
    """What is in each node, in the order of the nodes."""
    gathered: dict[str, list[str]] = {}
    for account, node in nodes.items():
        gathered.setdefault(node, []).extend(members[account])
    return gathered


def _account(key: str, nodes: Mapping[str, str], *, note: str, word: str = "") -> Node:
    if key == _OTHERS:
        return Node(
            key=key, label=_count([*nodes.values()].count(key), "other account"), note=note, word=word
        )
    return Node(key=key, label=key, note=note, word=word, href="#roles", account=key)


def _signs(words: Collection[str]) -> str:
    """How many came to what: ``✘ 1, ✔ 39``."""
    counts = Counter(words)
    return ", ".join(f"{symbol(word)} {counts[word]}" for word in ORDER if word in counts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _short(arn: str) -> str:
    """What an ARN names in its account, without the word "role"."""
    return resource_of(arn).removeprefix("role/")
