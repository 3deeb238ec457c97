"""Groups of things each of which leads to every other one, in time that grows with the links."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing", bound=Hashable)


def strong_groups(
    things: Iterable[Thing], links: Callable[[Thing], Iterable[Thing]]
) -> Iterator[tuple[Thing, ...]]:
    """Yield the strongly connected components, each after all those that it leads to (Tarjan's algorithm).

    Args:
        things: where to begin; what they lead to is found.
        links: what a thing leads to.
    """
    order: dict[Thing, int] = {}
    lowest: dict[Thing, int] = {}
    open_things: dict[Thing, None] = {}
    for start in things:
        if start in order:
            continue
        path: list[tuple[Thing, Iterator[Thing]]] = [(start, iter(links(start)))]
        order[start] = lowest[start] = len(order)
        open_things[start] = None
        while path:
            thing, following = path[-1]
            for other in following:
                if other not in order:
                    order[other] = lowest[other] = len(order)
                    open_things[other] = None
                    path.append((other, iter(links(other))))
                    break
                if other in open_things:
                    lowest[thing] = min(lowest[thing], order[other])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[thing])
                if lowest[thing] == order[thing]:
                    yield tuple(_close(open_things, thing))


def _close(open_things: dict[Thing, None], root: Thing) -> Iterator[Thing]:
    """Take the things opened last off, down to the root of their group."""
    while True:
        thing, _ = open_things.popitem()
        yield thing
        if thing == root:
            return
