"""Draws a diagram as SVG; colours come from the page's style sheet, and no colour is alone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from rolecall.reports.tally import ORDER, symbol

from .diagram import Diagram, Group, Link, Node
from .facts import slug

WIDTH: Final = 960
_COLUMN: Final = 330
_TITLE: Final = 26
_NODE: Final = 30
_GAP: Final = 14
_PAD: Final = 8
_SPREAD: Final = 18
"""Units over which the ends of the links at one node are spread."""

_SIGNS: Final = (0.88, 0.8, 0.7)
"""Where on its curve a line has its sign (0 is the start, 1 the end); neighbours take turns."""

_CHARACTER: Final = 7.2
"""Width of a character at the size in which labels are written, at most."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node and the top of its box."""

    node: Node
    top: float


def to_svg(diagram: Diagram) -> str:
    """The picture as an ``<svg>`` element."""
    height = max(_height(diagram.left), _height(diagram.right))
    left, right = _place(diagram.left, height), _place(diagram.right, height)
    parts = [
        *_column(diagram.left, left, x=1),
        *_column(diagram.right, right, x=WIDTH - _COLUMN - 1),
        *_links(diagram.links, left, right),
    ]
    label = escape(f"{diagram.caption} {len(diagram.links)} lines.")
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="group" aria-label="{label}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _height(groups: Sequence[Group]) -> float:
    """How high a column is, with room for the pen."""
    inside = sum(_TITLE + len(group.nodes) * (_NODE + _PAD) for group in groups)
    return max(inside + _GAP * (len(groups) - 1), _NODE) + 2


def _place(groups: Sequence[Group], height: float) -> dict[str, _Placed]:
    """Where the nodes of a column are, by their keys; the column stands in the middle of the height."""
    placed: dict[str, _Placed] = {}
    y = 1 + (height - _height(groups)) / 2
    for group in groups:
        y += _TITLE
        for node in group.nodes:
            placed[node.key] = _Placed(node, y)
            y += _NODE + _PAD
        y += _GAP
    return placed


def _column(groups: Sequence[Group], placed: Mapping[str, _Placed], *, x: float) -> Iterator[str]:
    for group in groups:
        top = placed[group.nodes[0].key].top - _TITLE
        height = _TITLE + len(group.nodes) * (_NODE + _PAD)
        yield f'<rect class="frame" x="{x}" y="{top:g}" width="{_COLUMN}" height="{height:g}" rx="8"/>'
        yield f'<text class="title" x="{x + 10}" y="{top + 18:g}">{escape(group.title)}</text>'
        for node in group.nodes:
            yield _node(placed[node.key], x=x + _PAD)


def _node(placed: _Placed, *, x: float) -> str:
    node, top = placed.node, placed.top
    width = _COLUMN - 2 * _PAD
    word = f"{symbol(node.word)} " if node.word else ""
    room = int((width - 20) / _CHARACTER) - len(word)
    label = _cut(node.label, room)
    note = _cut(node.note, room - len(label) - 2)
    drawn = (
        f"<title>{escape(' '.join(filter(None, (node.label, node.note, node.word))))}</title>"
        f'<rect x="{x}" y="{top:g}" width="{width}" height="{_NODE}" rx="6"/>'
        f'<text x="{x + 10}" y="{top + 20:g}"><tspan class="sign">{word}</tspan>{escape(label)}</text>'
    )
    if note:
        drawn += f'<text class="note" x="{x + width - 10}" y="{top + 20:g}">{escape(note)}</text>'
    kind = f"node {slug(node.word)}".strip()
    if not node.href:
        return f'<g class="{kind}">{drawn}</g>'
    data = f' data-account="{escape(node.account)}"' if node.account else ""
    return f'<a class="{kind}" href="{escape(node.href)}"{data}>{drawn}</a>'


def _links(links: Sequence[Link], left: Mapping[str, _Placed], right: Mapping[str, _Placed]) -> Iterator[str]:
    """The lines, fanned out at both ends so that those of one node cross as little as can be."""
    ordered = sorted(links, key=lambda link: (left[link.source].top, right[link.target].top))
    starts = _ends([link.source for link in ordered], left)
    by_target = sorted(range(len(ordered)), key=lambda index: (right[ordered[index].target].top, index))
    ends_in_order = _ends([ordered[index].target for index in by_target], right)
    ends = dict(zip(by_target, ends_in_order, strict=True))
    drawn = sorted(enumerate(by_target), key=lambda each: -ORDER.index(ordered[each[1]].word))
    for place, index in drawn:  # the worst last, and so on top
        yield _link(ordered[index], starts[index], ends[index], sign=_SIGNS[place % len(_SIGNS)])


def _ends(keys: Sequence[str], placed: Mapping[str, _Placed]) -> list[float]:
    """The height at which each link touches its node, in the order of the links."""
    totals = Counter(keys)
    seen: Counter[str] = Counter()
    heights = []
    for key in keys:
        seen[key] += 1
        share = (seen[key] - 0.5) / totals[key] - 0.5
        spread = _SPREAD if totals[key] > 1 else 0
        heights.append(placed[key].top + _NODE / 2 + share * spread)
    return heights


def _link(link: Link, start: float, end: float, *, sign: float) -> str:
    x1, x2 = 1 + _COLUMN - _PAD, WIDTH - _COLUMN - 1 + _PAD
    tip = f"M{x2 - 8} {end - 4:g}L{x2 - 1} {end:g}L{x2 - 8} {end + 4:g}"
    if not link.gets_in:
        tip = f"M{x2 - 6} {end - 6:g}V{end + 6:g}"
    middle = (x1 + x2) / 2
    curve = f"M{x1} {start:g}C{middle:g} {start:g} {middle:g} {end:g} {x2 - 7} {end:g}"
    x, y = _bezier((x1, middle, middle, x2 - 7), sign), _bezier((start, start, end, end), sign)
    kind = f"link {slug(link.word)}{'' if link.gets_in else ' kept-out'}"
    return (
        f'<a class="{kind}" href="{escape(link.href)}"><title>{escape(link.title)}</title>'
        f'<path class="wide" d="{curve}"/><path class="line" d="{curve}"/><path class="tip" d="{tip}"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{symbol(link.word)}</text></a>'
    )


def _bezier(points: tuple[float, float, float, float], t: float) -> float:
    """One coordinate of a cubic curve at ``t``, from 0 to 1."""
    a, b, c, d = points
    u = 1 - t
    return a * u**3 + 3 * b * t * u**2 + 3 * c * t**2 * u + d * t**3


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return f"{text[: room - 1]}…" if room > 1 else ""
