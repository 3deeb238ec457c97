"""What proving a fleet adds to `pulumi up` where new roles take a while: `python -m benchmarks.fleet_up`."""

import argparse
import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.engine.harness import Stack
from tools.offline import engine as offline

from benchmarks.measuring import in_turns, say
from benchmarks.up import served_sandbox

LATENCY_SECONDS: Final = 0.05
PROPAGATION_SECONDS: Final = 8
PATIENCE_SECONDS: Final = 900
PLAIN, PACED, UNPACED = "unverified", "20 calls a second", "unlimited"
KINDS: Final[Mapping[str, str]] = {
    PLAIN: "",
    PACED: "prove()",
    UNPACED: "prove(concurrency=50, calls_per_second=10_000)",
}
"""What follows the roles, by name."""

PROGRAM: Final = """
import rolecall

roles = [
    rolecall.CrossAccountRole(
        f"benchmark-{{number}}",
        trusts=[{{
            "users": ["arn:aws:iam::111111111111:user/ci"],
            "external_ids": ["acme-3f1c9a0e7b52"],
        }}],
        policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        verify=False,
    )
    for number in range({roles})
]

def prove(**how):
    rolecall.FleetVerification("fleet", roles=roles, callers={{"ci": {{"profile": "tools"}}}}, **how)

{call}
"""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One `pulumi up`.

    Attributes:
        seconds: how long it took.
        calls: calls to STS that the sandbox answered for it.
    """

    seconds: float
    calls: int


@dataclass(frozen=True, slots=True)
class Aws:
    """A sandbox in a process of its own."""

    environment: Mapping[str, str]

    def slow_down(self) -> None:
        """Let STS answer late, and see changes later still."""
        faults = {
            "latency": {"seconds": LATENCY_SECONDS},
            "propagation": {"seconds": PROPAGATION_SECONDS},
        }
        self._ask("faults", json.dumps(faults).encode())

    def calls(self) -> int:
        """How many calls to STS there were up to now."""
        return len(json.loads(self._ask("calls")))

    def _ask(self, what: str, body: bytes | None = None) -> bytes:
        url = f"{self.environment['AWS_ENDPOINT_URL']}/_rolecall/{what}"
        with urllib.request.urlopen(url, data=body, timeout=60) as answer:
            return bytes(answer.read())


def deploy(
    roles: int, kind: str, *, aws: Aws, folder: Callable[[], Path], engine: offline.Engine
) -> Deployment:
    """Deploys a stack that wasn't there before, sees that its roles are proved, and destroys it."""
    where = folder()
    program = PROGRAM.format(roles=roles, call=KINDS[kind])
    stack = Stack(where, offline.environment(where, engine=engine, base=aws.environment), program)
    before = aws.calls()
    try:
        started = time.perf_counter()
        stack.start("up", "--yes", "--skip-preview").finish(seconds=PATIENCE_SECONDS).ok()
        seconds = time.perf_counter() - started
        calls = aws.calls() - before
        if (
            kind != PLAIN
            and (verdict := stack.resource(":FleetVerification")["outputs"]["verdict"]) != "proved"
        ):
            raise SystemExit(f"the fleet is {verdict}")
    finally:
        stack.close()
    say(f"  {roles} roles, {kind}: {seconds:.1f} s, {calls} calls to STS")
    return Deployment(seconds, calls)


def show(roles: int, taken: Mapping[str, list[Deployment]]) -> None:
    """Prints the medians."""
    table = Table(f"{roles} roles", "median", "more than unverified", "calls to STS", box=None)
    plain = median(each.seconds for each in taken[PLAIN])
    for kind, runs in taken.items():
        seconds = median(each.seconds for each in runs)
        calls = median(each.calls for each in runs)
        table.add_row(kind, f"{seconds:.1f} s", f"{seconds - plain:.1f} s", f"{calls:.0f}")
    Console(highlight=False).print(table)


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet_up", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each case (default: 3)")
    parser.add_argument("--roles", type=int, default=200, metavar="N", help="how many (default: 200)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    engine = offline.find()
    numbers = count()
    with TemporaryDirectory(prefix="rolecall-benchmark-") as root, served_sandbox(Path(root)) as environment:
        aws = Aws(environment)
        aws.slow_down()
        cases = {
            kind: partial(
                deploy,
                options.roles,
                kind,
                aws=aws,
                folder=lambda: Path(root) / str(next(numbers)),
                engine=engine,
            )
            for kind in KINDS
        }
        taken = in_turns(cases, options.runs)
    if options.json:
        print(json.dumps({kind: [asdict(each) for each in runs] for kind, runs in taken.items()}, indent=2))
    else:
        show(options.roles, taken)


if __name__ == "__main__":
    main()
