"""How long loading takes, beside what a user loads anyway: `python -m benchmarks.start_up`."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import in_turns, paired_ratio, spread

PYTHON: Final = (sys.executable, "-c")
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "import rolecall": (*PYTHON, "import rolecall"),
    "rolecall.CrossAccountRole": (*PYTHON, "import rolecall; rolecall.CrossAccountRole"),
    "import pulumi, pulumi_aws": (*PYTHON, "import pulumi, pulumi_aws"),
    "pulumi_aws.iam.Role": (*PYTHON, "import pulumi, pulumi_aws; pulumi_aws.iam.Role"),
    "rolecall --help": (str(Path(sys.executable).with_name("rolecall")), "--help"),
    "import boto3": (*PYTHON, "import boto3"),
    "python": (*PYTHON, "pass"),
}


@dataclass(frozen=True, slots=True)
class Aim:
    """How much longer one thing may take than another."""

    what: str
    than: str
    at_most: float


AIMS: Final = (
    Aim("import rolecall", "import pulumi, pulumi_aws", 1.10),
    Aim("rolecall.CrossAccountRole", "import pulumi, pulumi_aws", 1.10),
    Aim("rolecall.CrossAccountRole", "pulumi_aws.iam.Role", 1.10),
    Aim("rolecall --help", "import boto3", 2.0),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An aim, and what was measured: medians in seconds, and the median ratio of neighbouring runs."""

    aim: Aim
    seconds: float
    baseline_seconds: float
    ratio: float
    met: bool


def timed(command: tuple[str, ...]) -> Callable[[], float]:
    """A function that runs a command and returns how many seconds that took."""

    def run() -> float:
        started = time.perf_counter()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started

    return run


def compare(taken: dict[str, list[float]]) -> list[Comparison]:
    """Holds what was measured against the aims."""
    found = []
    for aim in AIMS:
        ratio = paired_ratio(taken[aim.what], taken[aim.than])
        found.append(
            Comparison(aim, median(taken[aim.what]), median(taken[aim.than]), ratio, met=ratio <= aim.at_most)
        )
    return found


def show(taken: dict[str, list[float]], comparisons: list[Comparison]) -> None:
    """Prints two small tables."""
    console = Console(highlight=False)
    times = Table("", "median", "middle half", box=None)
    for name, seconds in taken.items():
        times.add_row(name, f"{median(seconds) * 1000:.0f} ms", f"± {spread(seconds) / 2:.0%}")
    console.print(times)
    console.print()
    aims = Table("", "ratio", "aim", "", box=None)
    for each in comparisons:
        verdict = "met" if each.met else "missed"
        aims.add_row(
            f"{each.aim.what} / {each.aim.than}", f"{each.ratio:.2f}", f"≤ {each.aim.at_most}", verdict
        )
    console.print(aims)


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start_up", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=11, metavar="N", help="runs of each command (default: 11)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    cases = {name: timed(command) for name, command in COMMANDS.items()}
    for run in cases.values():
        run()  # the first run of each compiles and fills the disk's cache
    taken = in_turns(cases, options.runs)
    comparisons = compare(taken)
    if options.json:
        print(json.dumps({"seconds": taken, "comparisons": [asdict(each) for each in comparisons]}, indent=2))
    else:
        show(taken, comparisons)


if __name__ == "__main__":
    main()
