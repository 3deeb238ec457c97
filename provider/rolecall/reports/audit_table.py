"""Draws an audit: a table for each question on a terminal, a line for each answer in a pipe."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rolecall.policy import Answer
from rolecall.reach import Chain, Edge

from .audit import Audit, edge_conditions, node_name
from .safe import safe

SHOWN_ROWS: Final = 25
"""Rows that a table shows; the others are counted."""


def draw_audit(found: Audit, console: Console, *, rows: int = SHOWN_ROWS) -> None:
    """Prints an audit.

    Args:
        found: what to tell.
        console: where to.
        rows: of each table at most.
    """
    accounts = _count(len(found.accounts), "account")
    pairs = _count(found.edges, "pair")
    _line(console, f"{accounts}, {found.principals} users and roles, {pairs} of who can assume what")
    _edges(console, "assumable from outside", found.outside, rows, edge_conditions)
    _edges(console, "third parties without external ID", found.third_parties, rows, _without_external_id)
    _chains(console, "longest chains", found.chains, rows)
    _chains(console, "paths to admin roles", found.admin_paths, rows)
    _section(
        console,
        "roles that can all get to one another",
        [", ".join(node_name(node) for node in group) for group in found.cycles],
        rows,
    )
    _section(
        console,
        "trust that is void: sessions of roles carry no MFA",
        [f"{node_name(each.source)} -> {node_name(each.target)}" for each in found.mfa_lost],
        rows,
    )
    _section(console, "not read", [f"{each.account}: {safe(each.cause)}" for each in found.unread], rows)
    _section(console, "unknown for want of", [safe(problem) for problem in found.problems], rows)


def _edges(
    console: Console, title: str, edges: Sequence[Edge], rows: int, told: Callable[[Edge], str]
) -> None:
    if not console.is_terminal:
        ends = ((node_name(edge.source), node_name(edge.target), told(edge)) for edge in edges)
        _section(console, title, [f"{who} -> {role}: {asked}" for who, role, asked in ends], rows)
        return
    if not _headed(console, title, len(edges)):
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1))
    for column in ("who", "role", "asked of the call"):
        table.add_column(column, overflow="fold")
    for edge in edges[:rows]:
        table.add_row(Text(node_name(edge.source)), Text(node_name(edge.target)), Text(told(edge)))
    console.print(table)
    _rest(console, len(edges), rows)


def _without_external_id(edge: Edge) -> str:
    if edge.without_external_id is Answer.ALLOWED:
        return "nothing"
    return f"no external ID, but {edge_conditions(edge)}"


def _chains(console: Console, title: str, chains: Sequence[Chain], rows: int) -> None:
    lines = []
    for chain in chains:
        steps = " -> ".join(node_name(node) for node in chain.nodes)
        others = f" (and {chain.starts - 1} more that begin elsewhere)" if chain.starts > 1 else ""
        open_steps = sum(edge.answer is not Answer.ALLOWED for edge in chain.edges)
        asked = f" ({_count(open_steps, 'step')} under conditions)" if open_steps else ""
        lines.append(f"{steps}{others}{asked}")
    _section(console, title, lines, rows)


def _section(console: Console, title: str, lines: Sequence[str], rows: int) -> None:
    if not _headed(console, title, len(lines)):
        return
    for line in lines[:rows]:
        _line(console, f"  {line}")
    _rest(console, len(lines), rows)


def _headed(console: Console, title: str, count: int) -> bool:
    """Print a title with its number; whether there is anything below it."""
    console.print()
    console.print(Text.assemble((title, "bold"), f": {count or 'none'}"))
    return bool(count)


def _rest(console: Console, count: int, rows: int) -> None:
    if count > rows:
        console.print(Text(f"  and {count - rows} more; --json tells all", style="dim"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _line(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=not console.is_terminal)
