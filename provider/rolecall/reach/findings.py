"""What an audit asks of the graph: who gets in from outside, and which third parties need no external ID."""

from rolecall.policy import Answer

from .graph import Edge, Graph


def assumable_from_outside(graph: Graph) -> tuple[Edge, ...]:
    """The edges to roles from principals of accounts that aren't ours, or of any account."""
    return tuple(edge for edge in graph.edges if edge.source.outside)


def third_party_without_external_id(graph: Graph) -> tuple[Edge, ...]:
    """Those of these edges that a call without an external ID can take, or may be able to take."""
    return tuple(
        edge for edge in assumable_from_outside(graph) if edge.without_external_id is not Answer.DENIED
    )
