"""Ways through several roles: the longest chains, the cycles, and the shortest paths to admin roles."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .graph import Edge, Graph, Node, NodeKind
from .groups import strong_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One way from a principal over roles to the last of them.

    Attributes:
        edges: in order; each begins where the one before ends.
        starts: how many principals have this same way from the first role on, the one shown among them.
    """

    edges: tuple[Edge, ...]
    starts: int = 1

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Who is passed, first and last included."""
        return (self.edges[0].source, *(edge.target for edge in self.edges))


Identities = tuple[str, ...] | None


class _State(NamedTuple):
    """A principal, or a session of a role.

    Attributes:
        node: who.
        identities: the source identities that the session may have: none, or empty for any; ``None`` where it
            has none. Once set it can be neither dropped nor changed (AWS page: Monitor and control actions
            taken with assumed roles).
    """

    node: Node
    identities: Identities = None


def _after(edge: Edge, carried: Identities) -> _State | None:
    """Where an edge leads for a session with these source identities; ``None`` where it keeps them out."""
    wanted = edge.source_identities
    if carried is None:
        return _State(edge.target, wanted)
    if not edge.keeps_source_identity:
        return None
    if not wanted or not carried:
        return _State(edge.target, wanted or carried)
    left = tuple(each for each in carried if each in wanted)
    return _State(edge.target, left) if left else None


def _steps(graph: Graph, state: _State) -> Iterator[tuple[Edge, _State]]:
    for edge in graph.leaving.get(state.node, ()):
        following = _after(edge, state.identities)
        if following is not None and following.node is not state.node:
            yield edge, following


def _origins(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes.values() if node.kind is not NodeKind.ROLE)


def cycles(graph: Graph) -> tuple[tuple[Node, ...], ...]:
    """Groups of roles each of which can get to every other one; the biggest first."""
    links = {node: [edge.target for edge in edges] for node, edges in graph.leaving.items()}
    groups = (group for group in strong_groups(graph.nodes.values(), lambda node: links.get(node, ())))
    found = [tuple(sorted(group, key=lambda node: node.name)) for group in groups if len(group) > 1]
    return tuple(sorted(found, key=lambda group: (-len(group), group[0].name)))


def longest_chains(graph: Graph, *, limit: int = 10) -> tuple[Chain, ...]:
    """The longest ways over two roles and more, one for each first role, the longest first.

    Roles that can all get to one another count as one step, and are crossed the shortest way: so no chain
    goes in circles, and the work grows with the edges. A chain that is the end of a longer one isn't told.

    Args:
        graph: who can assume what.
        limit: chains at most.
    """
    walk = _LongestWalk(graph)
    first: dict[_State, list[Edge]] = {}
    for origin in _origins(graph):
        for edge, state in _steps(graph, _State(origin)):
            first.setdefault(state, []).append(edge)
    ranked = sorted(first, key=lambda state: (-walk.depth(state), state.node.name))
    told: list[Chain] = []
    passed: set[_State] = set()
    for state in ranked:
        if len(told) == limit or walk.depth(state) == 0:
            break
        if state in passed:
            continue
        states, edges = walk.from_state(state)
        passed.update(states)
        told.append(Chain(edges=(first[state][0], *edges), starts=len(first[state])))
    return tuple(sorted(told, key=lambda chain: -len(chain.edges)))


class _LongestWalk:
    """Longest ways over the groups of states that can all get to one another."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        starts = (state for node in graph.nodes.values() for _, state in _steps(graph, _State(node)))
        groups = strong_groups(starts, lambda state: (following for _, following in _steps(graph, state)))
        self._group: dict[_State, int] = {}
        self._depths: list[int] = []
        self._exits: list[tuple[_State, Edge, _State] | None] = []
        for number, group in enumerate(groups):  # a group comes after all those that it leads to
            self._group.update(dict.fromkeys(group, number))
            depth, way_out = 0, None
            for state in group:
                for edge, following in _steps(graph, state):
                    other = self._group[following]
                    if other != number and self._depths[other] + 1 > depth:
                        depth, way_out = self._depths[other] + 1, (state, edge, following)
            self._depths.append(depth)
            self._exits.append(way_out)

    def depth(self, state: _State) -> int:
        """Groups that can be entered one after another from here."""
        return self._depths[self._group[state]]

    def from_state(self, state: _State) -> tuple[list[_State], list[Edge]]:
        """The way from here: the states passed, and the edges."""
        states, edges = [state], []
        while (way_out := self._exits[self._group[state]]) is not None:
            inner = _shortest(self._graph, state, way_out[0])
            states += [following for _, following in inner]
            edges += [edge for edge, _ in inner]
            edges.append(way_out[1])
            state = way_out[2]
            states.append(state)
        return states, edges


def _shortest(graph: Graph, start: _State, end: _State) -> list[tuple[Edge, _State]]:
    """The steps of a shortest way between two states of which one leads to the other."""
    came: dict[_State, tuple[_State, Edge]] = {}
    waiting = deque([start])
    while end != start and end not in came:
        state = waiting.popleft()
        for edge, following in _steps(graph, state):
            if following not in came and following != start:
                came[following] = (state, edge)
                waiting.append(following)
    steps: list[tuple[Edge, _State]] = []
    while end != start:
        before, edge = came[end]
        steps.append((edge, end))
        end = before
    return steps[::-1]


def paths_to_admin(graph: Graph) -> tuple[Chain, ...]:
    """A shortest way to an admin role for each principal that isn't an admin by itself, the shortest first.

    Principals that share all but the first step are told as one chain with their number. Roles are no
    starting points: whoever gets into them is told instead.
    """
    toward = _toward_admin(graph)
    ways: dict[tuple[Node, ...], list[tuple[Edge, ...]]] = {}
    for origin in _origins(graph):
        state = _State(origin)
        if origin.admin or state not in toward:
            continue
        edges: list[Edge] = []
        while state in toward:
            edge, state = toward[state]
            edges.append(edge)
        ways.setdefault(tuple(edge.target for edge in edges), []).append(tuple(edges))
    chains = [Chain(edges=several[0], starts=len(several)) for several in ways.values()]
    return tuple(sorted(chains, key=lambda chain: (len(chain.edges), [node.name for node in chain.nodes])))


def _toward_admin(graph: Graph) -> Mapping[_State, tuple[Edge, _State]]:
    """The next step on a shortest way to an admin role, for every state that has one."""
    before: dict[_State, list[tuple[_State, Edge]]] = {}
    waiting = deque(_State(node) for node in graph.nodes.values())
    seen = set(waiting)
    while waiting:
        state = waiting.popleft()
        for edge, following in _steps(graph, state):
            before.setdefault(following, []).append((state, edge))
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    toward: dict[_State, tuple[Edge, _State]] = {}
    ends = [state for state in seen if state.node.admin and state.node.kind is NodeKind.ROLE]
    arrived = set(ends)
    waiting = deque(sorted(ends, key=lambda state: (state.node.name, state.identities or ())))
    while waiting:
        state = waiting.popleft()
        for earlier, edge in before.get(state, ()):
            if earlier not in arrived:
                arrived.add(earlier)
                toward[earlier] = (edge, state)
                waiting.append(earlier)
    return toward
