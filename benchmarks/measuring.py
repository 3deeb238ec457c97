"""Takes measurements in turns, so that a machine's good and bad moments fall on all of them alike."""

import sys
from collections.abc import Callable, Hashable, Mapping
from statistics import median, quantiles
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def say(text: str) -> None:
    """A line about how far it is, on standard error."""
    print(text, file=sys.stderr, flush=True)


def in_turns(cases: Mapping[K, Callable[[], T]], rounds: int) -> dict[K, list[T]]:
    """What each case gave in each round.

    Every other round runs the cases the other way round: what comes second is not always the same.

    Args:
        cases: what to measure, by name.
        rounds: how often each is measured.
    """
    taken: dict[K, list[T]] = {name: [] for name in cases}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for name in reversed(list(cases)) if number % 2 else cases:
            taken[name].append(cases[name]())
    return taken


def spread(values: list[float]) -> float:
    """How far the middle half of the values reaches, as a share of their median."""
    if len(values) < 2:
        return 0.0
    first, _, third = quantiles(values, n=4, method="inclusive")
    return (third - first) / median(values)


def paired_ratio(values: list[float], baseline: list[float]) -> float:
    """The median of the ratios of each round: neighbours in time had the same machine."""
    return median(value / base for value, base in zip(values, baseline, strict=True))
