"""The graph of who can assume what: principals, and edges that carry what a call has to meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rolecall.policy import Answer, Side


class NodeKind(StrEnum):
    """What a node stands for; all but users and roles are known from trust policies only."""

    USER = "user"
    ROLE = "role"
    ACCOUNT = "account"
    PRINCIPAL = "principal of an account that was not read"
    ANYONE = "anyone"
    SERVICE = "service"
    FEDERATED = "identity provider"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """Somebody who may assume roles; a graph has each only once.

    Attributes:
        name: ARN of a user, role or provider, account ID, host of a service or provider, or ``*``.
        kind: what it is.
        account: its account ID; ``None`` for services, hosts and anyone.
        outside: whether it is an AWS principal of an account that isn't ours, or anyone.
        admin: whether it may give permissions to roles, and so may do everything. Known of what was read.
    """

    name: str
    kind: NodeKind
    account: str | None = None
    outside: bool = False
    admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A condition that decides whether a call gets in, and whose key the caller's ARN doesn't settle.

    Attributes:
        side: whose policy asks.
        operator: as written.
        key: as written.
        values: as written.
        denied: whether the condition is of a Deny statement, so that it must not hold.
    """

    side: Side
    operator: str
    key: str
    values: tuple[str, ...]
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edge:
    """That a principal can assume a role, as far as the policies tell.

    Attributes:
        source: who.
        target: which role.
        answer: ``ALLOWED`` where every call gets in, ``UNKNOWN`` where it depends on the call.
        asks: what the least demanding way in asks; empty for ``UNKNOWN`` where a policy couldn't be read or
            AWS documents no answer. Of an outside principal, only what trust and guardrails ask.
        without_external_id: the answer for a call that sends no external ID.
        source_identities: where the call has to set a source identity: the values it may have, or none
            where a pattern says so; ``None`` where it needs none.
        keeps_source_identity: whether a session that has a source identity can take this edge.
    """

    source: Node
    target: Node
    answer: Answer
    asks: tuple[Ask, ...] = ()
    without_external_id: Answer
    source_identities: tuple[str, ...] | None = None
    keeps_source_identity: bool = False

    def of(self, source: Node) -> "Edge":
        """The same edge of another principal."""
        return Edge(
            source=source,
            target=self.target,
            answer=self.answer,
            asks=self.asks,
            without_external_id=self.without_external_id,
            source_identities=self.source_identities,
            keeps_source_identity=self.keeps_source_identity,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Broken:
    """A role that trusts another role which can never meet what is asked: sessions of roles carry no MFA."""

    source: Node
    target: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """Who can assume what.

    Attributes:
        nodes: by name, in the order of the accounts.
        edges: by target, then in the order of the trust policy.
        leaving: a node's edges to roles; without an entry where there are none.
        entering: a role's edges from others; likewise.
        broken: trust that a lost MFA makes void.
        accounts: the account IDs that were read.
        problems: what couldn't be read, a sentence each.
    """

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    leaving: Mapping[Node, tuple[Edge, ...]]
    entering: Mapping[Node, tuple[Edge, ...]]
    broken: tuple[Broken, ...]
    accounts: tuple[str, ...]
    problems: tuple[str, ...]
