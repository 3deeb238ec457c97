"""How long after a role can be assumed it is known, and after how many calls: `python -m benchmarks.waiting`.

Nothing is measured: clocks are simulated, answers take no time, and every run gives the same figures.
"""

import argparse
import json
import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, repeat
from statistics import NormalDist, mean, median, quantiles
from typing import Final

from rich.console import Console
from rich.table import Table

from rolecall.verification import Assumed, Refused, Reply, Surroundings
from rolecall.verification.waiting import AGREEING, Sign, settle

DELAYS: Final = 200
LONGEST: Final = 60.0
MEDIAN, SIGMA = 10.0, 0.4
LATE: Final = 0.5
"""The aim for the median, in seconds."""
_LET_IN: Final = Assumed(account="", role_name="", role_unique_id="", request_id="", milliseconds=0.0)
_NOT_YET: Final = Refused(code="AccessDenied", message="", request_id="", milliseconds=0.0)


@dataclass(frozen=True, slots=True)
class Waited:
    """When a role was declared ready, in seconds since it was made (``None``: never), and the calls made."""

    ready_at: float | None
    calls: int


Strategy = Callable[[float], Waited]
"""Waits for a role that can be assumed after so many seconds."""


def even() -> list[float]:
    """Delays anywhere between 0 and 60 s."""
    return [LONGEST * (number + 0.5) / DELAYS for number in range(DELAYS)]


def likely() -> list[float]:
    """Delays as they mostly are: half of them under 10 s, eight in ten between 5 and 15 s."""
    bell = NormalDist(math.log(MEDIAN), SIGMA)
    return [min(LONGEST, math.exp(bell.inv_cdf((number + 0.5) / DELAYS))) for number in range(DELAYS)]


@dataclass(slots=True)
class Clock:
    """Time that passes only when somebody sleeps."""

    seconds: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    def surroundings(self) -> Surroundings:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        return Surroundings(
            run_id="benchmark",
            now=lambda: start + timedelta(seconds=self.seconds),
            sleep=self.sleep,
            jitter=lambda ceiling: self.chance.uniform(0, ceiling),
        )

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def rolecall(delay: float) -> Waited:
    """What a verification does after a change, the answers that agree included."""
    clock = Clock()

    def ask() -> Reply:
        return _LET_IN if clock.seconds >= delay else _NOT_YET

    settled = settle(
        ask,
        sign=lambda reply: Sign.RIGHT if reply is _LET_IN else Sign.OPEN,
        timeout_seconds=120.0,
        surroundings=clock.surroundings(),
        tell=lambda _: None,
    )
    return Waited(clock.seconds if settled.reply is _LET_IN else None, settled.attempts)


def asking_at(times: Callable[[], Iterator[float]], *, agreeing: int = 1) -> Strategy:
    """Asks at these times until let in; the answers that agree come 0.1 s after each other."""

    def wait(delay: float) -> Waited:
        for number, at in enumerate(times(), start=1):
            if at >= delay:
                return Waited(at + 0.1 * (agreeing - 1), number + agreeing - 1)
        return Waited(None, number)

    return wait


def after(first: float, pauses: Callable[[], Iterator[float]]) -> Callable[[], Iterator[float]]:
    """Times with these pauses between them."""
    return lambda: accumulate(pauses(), initial=first)


def doubling() -> Iterator[float]:
    return (2.0**number for number in range(12))


def doubling_to_ten() -> Iterator[float]:
    return chain((1.0, 2.0, 4.0, 8.0), repeat(10.0))


def strategies(delays: list[float]) -> dict[str, Strategy]:
    """All that are compared, by name."""
    half = median(delays)
    often = asking_at(after(half, lambda: repeat(LATE - 0.1)), agreeing=AGREEING)
    return {
        "rolecall": rolecall,
        "ask every 2 s": asking_at(after(0, lambda: repeat(2.0))),
        "double the pause, from 1 s": asking_at(after(0, doubling)),
        "double the pause, up to 10 s": asking_at(after(0, doubling_to_ten)),
        "sleep 10 s, ask once": asking_at(lambda: iter((10.0,))),
        "sleep 30 s, ask once": asking_at(lambda: iter((30.0,))),
        f"sleep {half:.0f} s, ask every 0.4 s": often,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One strategy over all delays; times in seconds, of the roles that were declared ready."""

    strategy: str
    median_late: float
    p90_late: float
    most_late: float
    mean_calls: float
    never: int


def summarize(name: str, strategy: Strategy, delays: list[float]) -> Summary:
    waited = [(delay, strategy(delay)) for delay in delays]
    late = [each.ready_at - delay for delay, each in waited if each.ready_at is not None]
    return Summary(
        strategy=name,
        median_late=median(late),
        p90_late=quantiles(late, n=10)[-1],
        most_late=max(late),
        mean_calls=mean(each.calls for _, each in waited),
        never=len(delays) - len(late),
    )


def verdicts(summaries: list[Summary]) -> list[str]:
    """How the aims were met by rolecall."""
    ours, polling = summaries[:2]
    late = "met" if ours.median_late < LATE else "missed"
    calls = "met" if ours.mean_calls <= polling.mean_calls else "missed"
    return [
        f"median under {LATE} s late: {late} ({ours.median_late:.2f} s)",
        f"no more calls than asking every 2 s: {calls} ({ours.mean_calls:.1f} to {polling.mean_calls:.1f})",
    ]


def show(title: str, summaries: list[Summary]) -> None:
    """Prints one table, and the aims."""
    table = Table("", "median late", "p90", "most", "calls", "never", box=None, title=title)
    for each in summaries:
        table.add_row(
            each.strategy,
            f"{each.median_late:.2f} s",
            f"{each.p90_late:.2f} s",
            f"{each.most_late:.1f} s",
            f"{each.mean_calls:.1f}",
            f"{each.never} of {DELAYS}" if each.never else "",
        )
    console = Console(highlight=False)
    console.print(table)
    for line in verdicts(summaries):
        console.print(f"  {line}")


def main() -> None:
    """Simulates and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.waiting", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    cases: Mapping[str, list[float]] = {
        f"{DELAYS} delays, half of them under 10 s, eight in ten between 5 and 15 s": likely(),
        f"{DELAYS} delays, evenly between 0 and 60 s": even(),
    }
    found = {
        title: [summarize(name, strategy, delays) for name, strategy in strategies(delays).items()]
        for title, delays in cases.items()
    }
    if options.json:
        print(json.dumps({title: [asdict(each) for each in all_] for title, all_ in found.items()}, indent=2))
    else:
        for title, summaries in found.items():
            show(title, summaries)


if __name__ == "__main__":
    main()
