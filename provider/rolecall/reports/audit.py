"""What an audit found, in words and as a document: who can assume what, from where, and over what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rolecall.policy import Answer, Side
from rolecall.reach import (
    Ask,
    Broken,
    Chain,
    Edge,
    Graph,
    Node,
    NodeKind,
    assumable_from_outside,
    cycles,
    longest_chains,
    paths_to_admin,
    third_party_without_external_id,
)

from .safe import fingerprint, quoted, safe

FORMAT: Final = 1
"""Number of the document's format; grows when a reader has to change."""

_SECRET_KEYS: Final = frozenset({"sts:externalid"})
_SHOWN_VALUES: Final = 3


@dataclass(frozen=True, slots=True)
class Unread:
    """An account, by its ID or the profile that should have read it, and why it couldn't be read."""

    account: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found.

    Attributes:
        accounts: IDs of the accounts that were read.
        unread: those that weren't.
        problems: what couldn't be read of the others, a sentence each.
        principals: how many users and roles were read.
        edges: how many pairs of a principal and a role that it can assume.
        outside: who gets in from accounts that aren't ours.
        third_parties: who of these needs no external ID.
        chains: the longest ways over several roles.
        admin_paths: ways to admin roles of those who aren't admins by themselves.
        cycles: roles that can all get to one another.
        mfa_lost: trust between roles that MFA makes void.
    """

    accounts: tuple[str, ...]
    unread: tuple[Unread, ...]
    problems: tuple[str, ...]
    principals: int
    edges: int
    outside: tuple[Edge, ...]
    third_parties: tuple[Edge, ...]
    chains: tuple[Chain, ...]
    admin_paths: tuple[Chain, ...]
    cycles: tuple[tuple[Node, ...], ...]
    mfa_lost: tuple[Broken, ...]


def audit(graph: Graph, *, unread: Iterable[Unread] = (), chains: int = 10) -> Audit:
    """Ask a graph everything that an audit tells.

    Args:
        graph: who can assume what.
        unread: accounts that aren't in it.
        chains: how many of the longest chains to tell.
    """
    return Audit(
        accounts=graph.accounts,
        unread=tuple(unread),
        problems=graph.problems,
        principals=sum(node.kind in {NodeKind.USER, NodeKind.ROLE} for node in graph.nodes.values()),
        edges=len(graph.edges),
        outside=assumable_from_outside(graph),
        third_parties=third_party_without_external_id(graph),
        chains=longest_chains(graph, limit=chains),
        admin_paths=paths_to_admin(graph),
        cycles=cycles(graph),
        mfa_lost=graph.broken,
    )


def node_name(node: Node) -> str:
    """A principal as a sentence names it."""
    if node.kind is NodeKind.ANYONE:
        return "anyone"
    return f"account {node.name}" if node.kind is NodeKind.ACCOUNT else safe(node.name)


def edge_conditions(edge: Edge) -> str:
    """What a call has to meet to take an edge, in one line; external IDs are shown as fingerprints."""
    if edge.answer is Answer.ALLOWED:
        return "nothing"
    return "; ".join(map(_ask_sentence, edge.asks)) or "something that can't be known"


def _ask_sentence(ask: Ask) -> str:
    values = _values(ask)
    more = f" and {len(values) - _SHOWN_VALUES} more" if len(values) > _SHOWN_VALUES else ""
    shown = ", ".join(values[:_SHOWN_VALUES])
    text = f"{'not ' if ask.denied else ''}{safe(ask.key)} {safe(ask.operator)} {shown}{more}"
    return text if ask.side is Side.TRUST else f"{text} ({ask.side})"


def _values(ask: Ask) -> list[str]:
    if ask.key.lower() in _SECRET_KEYS:
        return [fingerprint(value) for value in ask.values]
    return [quoted(value) for value in ask.values]


def to_audit_document(found: Audit) -> Mapping[str, Any]:
    """An audit for machines, ready for ``json.dumps``; external IDs are fingerprints."""
    return {
        "format": FORMAT,
        "accounts": list(found.accounts),
        "unread": [{"account": each.account, "cause": each.cause} for each in found.unread],
        "problems": list(found.problems),
        "counts": {"principals": found.principals, "edges": found.edges},
        "assumable_from_outside": list(map(_edge, found.outside)),
        "third_party_without_external_id": list(map(_edge, found.third_parties)),
        "longest_chains": list(map(_chain, found.chains)),
        "paths_to_admin": list(map(_chain, found.admin_paths)),
        "cycles": [[node.name for node in group] for group in found.cycles],
        "mfa_lost": [{"from": each.source.name, "to": each.target.name} for each in found.mfa_lost],
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.source.name,
        "kind": edge.source.kind.name.lower(),
        "to": edge.target.name,
        "answer": edge.answer.value,
        "without_external_id": edge.without_external_id.value,
        "asks": [
            {
                "side": ask.side.value,
                "operator": ask.operator,
                "key": ask.key,
                "values": [fingerprint(value) for value in ask.values]
                if ask.key.lower() in _SECRET_KEYS
                else list(ask.values),
                "denied": ask.denied,
            }
            for ask in edge.asks
        ],
    }


def _chain(chain: Chain) -> dict[str, Any]:
    return {"starts": chain.starts, "steps": list(map(_edge, chain.edges))}
