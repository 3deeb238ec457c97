"""How a change of roles and policies spreads over the servers of STS, each change at a pace of its own."""

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Vantage:
    """The server that answers one call.

    Attributes:
        region: of the endpoint that was asked.
        server: which of its servers; from 0.
    """

    region: str
    server: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How late the servers of an endpoint see a change.

    Attributes:
        earliest, latest: each server sees each change after a time of its own between these.
        servers: how many there are behind the endpoint; any of them may answer a call, so that answers
            flap (yes, no, yes) from the time when the first sees a change until the last does.
        seed: decides all times, and which server answers which call.
    """

    earliest: timedelta = timedelta(0)
    latest: timedelta = timedelta(0)
    servers: int = 1
    seed: int = 0

    def vantage(self, region: str, call: int) -> Vantage:
        """The server that answers the ``call``-th call of the sandbox."""
        return Vantage(region, self._chance("server", region, call).randrange(self.servers))

    def delay(self, change: str, seen_from: Vantage) -> timedelta:
        """How long a change stays unseen by a server."""
        share = self._chance("delay", change, seen_from.region, seen_from.server).random()
        return self.earliest + (self.latest - self.earliest) * share

    def _chance(self, *about: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *about))))  # noqa: S311 - the same in every run
