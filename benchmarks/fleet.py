"""What it costs to verify 1,000 roles, beside plain boto3: `python -m benchmarks.fleet`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.engine.harness import Stack
from tools.offline import engine as offline

from benchmarks.measuring import say
from benchmarks.processes import Cost, cost_of
from benchmarks.stub_aws import Stub, role_arn, stub

LATENCY_SECONDS: Final = 0.05
CONCURRENCY: Final = 50
HOST_WORKERS: Final = 4
"""Resources of one dynamic provider that the SDK's host works on at the same time (pulumi 3.272)."""
SIZES: Final = (250, 1000, 4000)
"""Numbers of roles at which memory and the cost of one more call are measured."""
UNLIMITED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """One way to ask about a number of roles, and what it cost.

    Attributes:
        way: which one.
        roles: how many.
        concurrency: calls at the same time, at most.
        calls: calls that the stub answered.
        calling_seconds: from the first of them to the last.
        cost: of the whole command.
    """

    way: str
    roles: int
    concurrency: int
    calls: int
    calling_seconds: float
    cost: Cost

    @property
    def ideal_seconds(self) -> float:
        """How long the calls take at least."""
        return self.calls * LATENCY_SECONDS / self.concurrency


@dataclass(frozen=True, slots=True)
class Bench:
    """What all ways have in common.

    Attributes:
        aws: the stub.
        root: a folder for everything.
        engine: runs the Pulumi programs.
        numbers: names folders.
    """

    aws: Stub
    root: Path
    engine: offline.Engine
    numbers: Iterator[int]

    @property
    def environment(self) -> dict[str, str]:
        """Credentials and endpoint, and nothing else of AWS."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return clean | {
            "AWS_ENDPOINT_URL": self.aws.endpoint_url,
            "AWS_ACCESS_KEY_ID": "AKIAQAAAAAAAAAAAAAAA",
            "AWS_SECRET_ACCESS_KEY": "stub",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def folder(self) -> Path:
        """A new one."""
        made = self.root / str(next(self.numbers))
        made.mkdir()
        return made


Way = Callable[[Bench, int], Cost]


def peer(name: str) -> Way:
    """Plain boto3, without rolecall."""

    def run(bench: Bench, roles: int) -> Cost:
        arguments = [name, "--roles", str(roles), "--concurrency", str(CONCURRENCY)]
        environment = bench.environment | {"PYTHONPATH": str(Path(__file__).parents[1])}
        command = [sys.executable, "-m", "benchmarks.peers", *arguments]
        return cost_of(command, environment=environment, folder=bench.folder())

    return run


def command(denied_probes: str) -> Way:
    """`rolecall verify` with a fleet file."""

    def run(bench: Bench, roles: int) -> Cost:
        folder = bench.folder()
        fleet = {
            "callers": {"ci": {"ambient": True}},
            "defaults": {"denied_probes": denied_probes},
            "roles": [{"arn": role_arn(number)} for number in range(roles)],
        }
        (folder / "fleet.yaml").write_text(json.dumps(fleet))  # JSON is YAML too
        options = ["--concurrency", str(CONCURRENCY), "--rate", "unlimited", "--format", "json"]
        line = [sys.executable, "-m", "rolecall.cli", "verify", "--file", "fleet.yaml", *options]
        return cost_of(line, environment=bench.environment, folder=folder)

    return run


def deployed(program: str) -> Way:
    """`pulumi up` on a stack that wasn't there before."""

    def run(bench: Bench, roles: int) -> Cost:
        folder = bench.folder()
        environment = offline.environment(folder, engine=bench.engine, base=bench.environment)
        stack = Stack(folder, environment, program.format(arns=[role_arn(each) for each in range(roles)]))
        up = ["pulumi", "--non-interactive", "--color", "never", "up", "--yes", "--skip-preview"]
        try:
            return cost_of(up, environment=stack.environment, folder=stack.project)
        finally:
            stack.close()

    return run


EACH: Final = """
import rolecall

for arn in {arns}:
    rolecall.verify(arn, callers=[{{"ambient": True}}], denied_probes="off")
"""
FLEET: Final = f"""
import rolecall

rolecall.FleetVerification(
    "fleet",
    roles={{arns}},
    callers={{{{"ci": {{{{"ambient": True}}}}}}}},
    defaults={{{{"denied_probes": "DENIED"}}}},
    concurrency={CONCURRENCY},
    calls_per_second={UNLIMITED},
)
"""
LOOP, SHARED, SESSIONS = "boto3, a loop", "boto3, threads, one client", "boto3, threads, a Session a call"
COMMAND, EACH_UP, FLEET_UP = "rolecall verify", "RoleVerification each", "FleetVerification"
ALL: Final = ", all probes"
WAYS: Final[Mapping[str, tuple[int, Way]]] = {
    LOOP: (1, peer("loop")),
    SHARED: (CONCURRENCY, peer("shared")),
    SESSIONS: (CONCURRENCY, peer("sessions")),
    COMMAND: (CONCURRENCY, command("off")),
    COMMAND + ALL: (CONCURRENCY, command("live")),
    EACH_UP: (HOST_WORKERS, deployed(EACH)),
    FLEET_UP: (CONCURRENCY, deployed(FLEET.replace("DENIED", "off"))),
    FLEET_UP + ALL: (CONCURRENCY, deployed(FLEET.replace("DENIED", "live"))),
}
"""What is compared: how much at a time, and how it is run."""
GROWING: Final = (SHARED, COMMAND, FLEET_UP)
"""What is measured at several sizes."""


def measure(bench: Bench, way: str, roles: int) -> Run:
    """Runs one way once."""
    concurrency, run = WAYS[way]
    bench.aws.served()
    cost = run(bench, roles)
    served = bench.aws.served()
    say(f"  {way}, {roles} roles: {served.calls} calls, {cost.seconds:.1f} s, {cost.megabytes:.0f} MB")
    return Run(way, roles, concurrency, served.calls, served.seconds, cost)


def show(runs: Sequence[Run], growing: Sequence[Run]) -> None:
    """Prints what every way cost, and what more roles cost."""
    console = Console(highlight=False, width=120)
    columns = ("calls", "wall", "calling", "of ideal", "CPU", "CPU a call", "memory")
    table = Table(f"{runs[0].roles} roles", *columns, box=None)
    for each in runs:
        table.add_row(
            each.way,
            f"{each.calls:,}",
            f"{each.cost.seconds:.1f} s",
            f"{each.calling_seconds:.1f} s",
            f"{each.calling_seconds / each.ideal_seconds:.2f}",
            f"{each.cost.cpu_seconds:.1f} s",
            f"{each.cost.cpu_seconds / each.calls * 1000:.2f} ms",
            f"{each.cost.megabytes:.0f} MB",
        )
    console.print(table)
    if not growing:
        return
    sizes = list(dict.fromkeys(each.roles for each in growing))
    memory = Table("memory", *(f"{size:,} roles" for size in sizes), "CPU of one more call", box=None)
    for way in GROWING:
        ours = [each for each in growing if each.way == way]
        more = more_calls(ours[0], ours[-1])
        memory.add_row(way, *(f"{each.cost.megabytes:.0f} MB" for each in ours), f"{more * 1000:.2f} ms")
    console.print()
    console.print(memory)


def more_calls(few: Run, many: Run) -> float:
    """Processor time of one more call, in seconds: what starting costs is in both runs."""
    return (many.cost.cpu_seconds - few.cost.cpu_seconds) / (many.calls - few.calls)


@contextmanager
def bench() -> Iterator[Bench]:
    """A stub, a folder and an engine."""
    engine = offline.find()
    with TemporaryDirectory(prefix="rolecall-benchmark-") as root, stub(LATENCY_SECONDS) as aws:
        yield Bench(aws, Path(root), engine, count())


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--roles", type=int, default=1000, metavar="N", help="how many (default: 1000)")
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=SIZES, metavar="N", help="for memory (default: 250 1000 4000)"
    )
    parser.add_argument("--ways", nargs="*", default=list(WAYS), metavar="WAY", help="only these")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    with bench() as made:
        runs = [measure(made, way, options.roles) for way in options.ways]
        growing = [measure(made, way, size) for way in GROWING for size in options.sizes]
    if options.json:
        print(
            json.dumps(
                {"runs": [asdict(each) for each in runs], "growing": [asdict(each) for each in growing]}
            )
        )
    else:
        show(runs, growing)


if __name__ == "__main__":
    main()
