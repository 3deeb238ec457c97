"""How many requests a second are decided on one core, in its own time: `python -m benchmarks.decisions`."""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from moto.iam.access_control import IAMPolicy
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import in_turns, spread
from rolecall.policy import (
    Policy,
    Principal,
    Request,
    build_trust_policy,
    decide,
    parse,
    presets,
    read_trusts,
    to_json,
)

CASES: Final = Path(__file__).parents[1] / "tests" / "cases" / "trust_cases.jsonl"
ROLE: Final = "arn:aws:iam::222222222222:role/deploy"
GITHUB: Final = "token.actions.githubusercontent.com"
PROVIDER: Final = f"arn:aws:iam::222222222222:oidc-provider/{GITHUB}"
VENDOR: Final = {"accounts": ["333333333333"], "external_ids": ["acme-3f1c9a0e7b52"]}
ALICE: Final = {"users": ["arn:aws:iam::111111111111:user/alice"], "requires_mfa": True, "mfa_age": 3600}


@dataclass(frozen=True, slots=True)
class Aim:
    """How long one decision may take, in microseconds."""

    what: str
    at_most: float


AIMS: Final = (
    Aim("one statement, warm", 5.0),
    Aim("one statement, cold", 50.0),
    Aim("three statements, warm", 5.0),
    Aim("three statements, cold", 50.0),
)


def text_of(*trusts: Any) -> str:
    return to_json(build_trust_policy(read_trusts(trusts)))


ONE: Final = text_of(VENDOR)
THREE: Final = text_of(
    VENDOR, ALICE, presets.github(repository="acme/infra", environment="prod", provider_arn=PROVIDER)
)


def asked(kind: Any, who: str, action: str = "sts:AssumeRole", **context: str) -> Request:
    return Request(role=ROLE, principal=Principal(kind, who), action=action, context=context)


SCANNER: Final = "arn:aws:iam::333333333333:user/scanner"
REQUESTS: Final = (
    asked("AWS", SCANNER, **{"sts:ExternalId": "acme-3f1c9a0e7b52"}),
    asked("AWS", SCANNER),
    asked("AWS", "arn:aws:iam::444444444444:user/stranger", **{"sts:ExternalId": "acme-3f1c9a0e7b52"}),
)


def conformance() -> list[tuple[Request, Policy]]:
    """The published requests whose trust policy AWS would store, on the trust policy alone."""
    found = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["expect"] != "malformed":
            request = dict(case["request"])
            ((kind, value),) = request.pop("principal").items()
            found.append((Request(principal=Principal(kind, value), **request), parse(case["trust_policy"])))
    return found


def warm(pairs: Sequence[tuple[Request, Policy]], times: int) -> Callable[[], float]:
    """Microseconds a decision, with policies that were read before."""

    def run() -> float:
        started = time.process_time()
        for _ in range(times):
            for request, policy in pairs:
                decide(request, policy)
        return (time.process_time() - started) * 1e6 / (times * len(pairs))

    return run


def cold(text: str, times: int) -> Callable[[], float]:
    """Microseconds to read a policy from its JSON text and decide one request."""

    def run() -> float:
        started = time.process_time()
        for number in range(times):
            decide(REQUESTS[number % len(REQUESTS)], parse(text))
        return (time.process_time() - started) * 1e6 / times

    return run


def moto_cold(text: str, times: int) -> Callable[[], float]:
    """The same for moto's reading of policies, which looks at effect, action and resource only."""

    def run() -> float:
        started = time.process_time()
        for _ in range(times):
            IAMPolicy(text).is_action_permitted("sts:AssumeRole", ROLE)
        return (time.process_time() - started) * 1e6 / times

    return run


def moto_warm(text: str, times: int) -> Callable[[], float]:
    """The same for a policy that moto has read before."""
    policy = IAMPolicy(text)

    def run() -> float:
        started = time.process_time()
        for _ in range(times):
            policy.is_action_permitted("sts:AssumeRole", ROLE)
        return (time.process_time() - started) * 1e6 / times

    return run


def show(taken: dict[str, list[float]]) -> None:
    """Prints one table."""
    aims = {aim.what: aim.at_most for aim in AIMS}
    table = Table("", "a decision", "a second", "middle half", "aim", "", box=None)
    for name, microseconds in taken.items():
        middle = median(microseconds)
        at_most = aims.get(name)
        table.add_row(
            name,
            f"{middle:.1f} µs",
            f"{1e6 / middle:,.0f}",
            f"± {spread(microseconds) / 2:.0%}",
            f"≤ {at_most:.0f} µs" if at_most else "",
            ("met" if middle <= at_most else "missed") if at_most else "",
        )
    Console(highlight=False).print(table)


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=__doc__)
    parser.add_argument("--runs", type=int, default=11, metavar="N", help="runs of each (default: 11)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    one, three, cases = parse(ONE), parse(THREE), conformance()
    taken = in_turns(
        {
            "one statement, warm": warm([(request, one) for request in REQUESTS], 2000),
            "one statement, cold": cold(ONE, 1000),
            "three statements, warm": warm([(request, three) for request in REQUESTS], 2000),
            "three statements, cold": cold(THREE, 1000),
            f"{len(cases)} conformance cases, warm": warm(cases, 40),
            "moto, three statements, warm, without principals and conditions": moto_warm(THREE, 2000),
            "moto, three statements, cold, without principals and conditions": moto_cold(THREE, 500),
        },
        options.runs,
    )
    if options.json:
        print(json.dumps({"microseconds": taken, "aims": [asdict(aim) for aim in AIMS]}, indent=2))
    else:
        show(taken)


if __name__ == "__main__":
    main()
