"""Who can assume what, over many roles and accounts, directly and through chains; standard library only."""

from .build import build
from .chains import Chain, cycles, longest_chains, paths_to_admin
from .findings import assumable_from_outside, third_party_without_external_id
from .graph import Ask, Broken, Edge, Graph, Node, NodeKind
from .model import AccountDetails, Identity, Organization, Role, User

__all__ = [
    "AccountDetails",
    "Ask",
    "Broken",
    "Chain",
    "Edge",
    "Graph",
    "Identity",
    "Node",
    "NodeKind",
    "Organization",
    "Role",
    "User",
    "assumable_from_outside",
    "build",
    "cycles",
    "longest_chains",
    "paths_to_admin",
    "third_party_without_external_id",
]
