"""What verification adds to `pulumi up`, and where the time goes: `python -m benchmarks.up`."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from tests.engine.harness import Stack
from tools.offline import engine as offline

from benchmarks.measuring import in_turns, paired_ratio, say, spread

PLAIN, DYNAMIC, VERIFIED = "unverified", "with a dynamic resource", "verified"
KINDS: Final[Mapping[str, str]] = {
    PLAIN: "roles(verify=False)",
    # What any resource written in Python costs: a process with a Python of its own. It does nothing.
    DYNAMIC: "roles(verify=False, beside=Nothing)",
    VERIFIED: 'roles(verify={"callers": [{"profile": "tools"}]})',
}
"""What is deployed, by name: the same roles, with different company."""

PROGRAM: Final = """
import pulumi
import rolecall
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("nothing", props)

class Nothing(Resource):
    def __init__(self, name, role):
        super().__init__(Provider(), name, {{"arn": role.arn}})

def roles(verify, beside=None):
    for number in range({roles}):
        role = rolecall.CrossAccountRole(
            f"benchmark-{{number}}",
            trusts=[{{
                "users": ["arn:aws:iam::111111111111:user/ci"],
                "external_ids": ["acme-3f1c9a0e7b52"],
            }}],
            policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            verify=verify,
        )
        if beside is not None:
            beside(f"beside-{{number}}", role)

{call}
"""

WORKERS: Final = 4
"""Resources of one dynamic provider that the SDK's host works on at the same time (pulumi 3.272)."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One `pulumi up`; all times in seconds.

    Attributes:
        seconds: how long the command took.
        sts_seconds: spent on AssumeRole by verifications, each with the question who one is then, added up
            over all roles.
        waited_seconds: spent between those calls until the answers settled, added up likewise.
        calls: number of those calls.
    """

    seconds: float
    sts_seconds: float = 0.0
    waited_seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """Many deployments of the same kind; medians, in seconds.

    Attributes:
        spread: how far the middle half of the runs reaches, as a share of the median.
        ratio: to the unverified deployment of the same round.
    """

    roles: int
    kind: str
    seconds: float
    spread: float
    ratio: float
    sts_seconds: float
    waited_seconds: float
    calls: float


@contextmanager
def served_sandbox(folder: Path) -> Iterator[dict[str, str]]:
    """An embedded AWS in a process of its own, as the environment of whoever uses it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ROLECALL_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "rolecall.cli", "sandbox", "--json"],
        env=clean,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SystemExit("the sandbox did not start; `rolecall sandbox` says why")
            exports = Path(json.loads(line)["environment_file"]).read_text(encoding="utf-8")
            yield clean | dict(re.findall(r"^export (\w+)=(.*)$", exports, re.MULTILINE))
        finally:
            process.terminate()


def deploy(
    roles: int,
    kind: str,
    *,
    folder: Callable[[], Path],
    engine: offline.Engine,
    environment: Mapping[str, str],
) -> Deployment:
    """Deploys a stack that wasn't there before, looks at its state, and destroys it."""
    where = folder()
    program = PROGRAM.format(roles=roles, call=KINDS[kind])
    stack = Stack(where, offline.environment(where, engine=engine, base=environment), program)
    try:
        started = time.perf_counter()
        stack.up().ok()
        seconds = time.perf_counter() - started
        reports = list(reports_in(stack.export()))
    finally:
        stack.close()
    if len(reports) != (roles if kind == VERIFIED else 0):
        raise SystemExit(f"{len(reports)} verifications in the state of {roles} roles, {kind}")
    say(f"  {roles:>2} roles, {kind}: {seconds:.2f} s")
    return Deployment(
        seconds,
        *(sum(each[key] for each in reports) for key in ("sts_seconds", "waited_seconds", "calls")),
    )


def reports_in(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The reports of a state's verifications, each of which must have proved its role."""
    for resource in state["deployment"]["resources"]:
        if resource["type"].endswith(":RoleVerification"):
            outputs = resource["outputs"]
            if outputs["verdict"] != "proved":
                raise SystemExit(f"{resource['urn']} is {outputs['verdict']}")
            yield outputs["report"]


def summarize(roles: int, kind: str, runs: list[Deployment], unverified: list[Deployment]) -> Summary:
    """The medians of many runs."""
    seconds = [each.seconds for each in runs]
    return Summary(
        roles=roles,
        kind=kind,
        seconds=median(seconds),
        spread=spread(seconds),
        ratio=paired_ratio(seconds, [each.seconds for each in unverified]),
        sts_seconds=median(each.sts_seconds for each in runs),
        waited_seconds=median(each.waited_seconds for each in runs),
        calls=median(each.calls for each in runs),
    )


def show(summaries: list[Summary]) -> None:
    """Prints the medians, and where the time of the verified deployments goes."""
    console = Console(highlight=False)
    times = Table("roles", "deployed", "median", "middle half", "ratio", box=None)
    for each in summaries:
        times.add_row(
            str(each.roles),
            each.kind,
            f"{each.seconds:.2f} s",
            f"± {each.spread / 2:.0%}",
            f"{each.ratio:.2f}",
        )
    console.print(times)
    by_kind = {(each.roles, each.kind): each for each in summaries}
    for roles in dict.fromkeys(each.roles for each in summaries):
        shares = shares_of(*(by_kind[roles, kind] for kind in KINDS))
        table = Table(f"{roles} verified", "seconds", "share", box=None)
        whole = by_kind[roles, VERIFIED].seconds
        for what, seconds in shares.items():
            table.add_row(what, f"{seconds:.2f}", f"{seconds / whole:.0%}")
        console.print()
        console.print(table)


def shares_of(plain: Summary, dynamic: Summary, verified: Summary) -> dict[str, float]:
    """Where the time of a verified deployment goes, in seconds that add up to all of it.

    Verifications run side by side, so what they spend is divided by how many do so at once: the least that
    it can have cost.
    """
    at_once = min(WORKERS, verified.roles)
    known = {
        "engine, program and roles, without verification": plain.seconds,
        "having a resource written in Python at all": dynamic.seconds - plain.seconds,
        f"answers of STS to {verified.calls:.0f} AssumeRole calls": verified.sts_seconds / at_once,
        "waiting between calls for answers to settle": verified.waited_seconds / at_once,
    }
    return {
        **known,
        "the rest: loading boto3, reading roles, deciding": verified.seconds - sum(known.values()),
    }


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.up", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each case (default: 5)")
    parser.add_argument(
        "--roles", type=int, nargs="+", default=[1, 20], metavar="N", help="sizes of stacks (default: 1 20)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    engine = offline.find()
    numbers = count()
    with TemporaryDirectory(prefix="rolecall-benchmark-") as root, served_sandbox(Path(root)) as environment:
        measure = partial(
            deploy, folder=lambda: Path(root) / str(next(numbers)), engine=engine, environment=environment
        )
        say("warming up")
        for kind in KINDS:
            measure(1, kind)
        cases = {(roles, kind): partial(measure, roles, kind) for roles in options.roles for kind in KINDS}
        taken = in_turns(cases, options.runs)
    summaries = [summarize(*case, runs, taken[case[0], PLAIN]) for case, runs in taken.items()]
    if options.json:
        runs = [
            {"roles": roles, "kind": kind, **asdict(run)}
            for (roles, kind), each in taken.items()
            for run in each
        ]
        print(json.dumps({"summaries": [asdict(each) for each in summaries], "runs": runs}, indent=2))
    else:
        show(summaries)


if __name__ == "__main__":
    main()
