"""How long it takes to tell who can assume what over many accounts: `python -m benchmarks.reach`."""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import say
from rolecall.inventory.authorization_details import read_authorization_details
from rolecall.reach import build
from rolecall.reports.audit import audit

SIZES: Final = (1_000, 3_000, 10_000)
ACCOUNTS: Final = 40
SEED: Final = 20_240
AIM_SECONDS: Final = 30.0
AIM_MEGABYTES: Final = 1_000.0
LARGEST: Final = max(SIZES)

Document = dict[str, Any]


def policy(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object, resource: object = "*", **condition: object) -> Document:
    base = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**base, "Condition": condition} if condition else base


def trust(principal: Document, action: object = "sts:AssumeRole", **condition: object) -> Document:
    base = {"Effect": "Allow", "Principal": principal, "Action": action}
    return policy({**base, "Condition": condition} if condition else base)


@dataclass(frozen=True, slots=True)
class World:
    """A synthetic estate: a few big accounts and many small ones, a few popular roles and many that few use.

    Attributes:
        numbers: the account IDs; the first is the one of shared tools.
        roles: ARNs of each account's roles.
        users: ARNs of each account's users.
        chance: where all randomness comes from.
    """

    numbers: Sequence[str]
    roles: Mapping[str, Sequence[str]]
    users: Mapping[str, Sequence[str]]
    chance: random.Random

    @property
    def tools(self) -> str:
        return self.numbers[0]

    def popular(self, things: Sequence[str]) -> str:
        """One of several, the first much more often than the last (about one over its place)."""
        return things[min(int(len(things) ** self.chance.random()) - 1, len(things) - 1)]

    def any_role(self) -> str:
        return self.popular(self.roles[self.popular([n for n in self.numbers if self.roles[n]])])


def world(size: int) -> World:
    chance = random.Random(SEED)
    numbers = [f"{chance.randrange(10**11, 10**12)}" for _ in range(ACCOUNTS)]
    weights = list(accumulate(1 / (place + 2) for place in range(ACCOUNTS)))

    def spread(kind: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {number: [] for number in numbers}
        for place, number in enumerate(chance.choices(numbers, cum_weights=weights, k=size)):
            found[number].append(f"arn:aws:iam::{number}:{kind}/{kind}-{place}")
        return found

    return World(numbers, spread("role"), spread("user"), chance)


MANAGED: Final = {
    "AdministratorAccess": policy(allow("*")),
    "PowerUserAccess": policy(
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}
    ),
    "ReadOnlyAccess": policy(*(allow([f"s{number}:Get*", f"s{number}:List*"]) for number in range(40))),
    "Everyday": policy(allow(["s3:*", "logs:*"]), allow("kms:Decrypt", "arn:aws:kms:*:*:key/*")),
    "ForceMfa": policy(
        {
            "Effect": "Deny",
            "NotAction": "iam:*",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }
    ),
}


def weighted(estate: World, *rows: tuple[int, Callable[[], Any]]) -> Any:
    """What one of several makes, chosen by weight."""
    return estate.chance.choices([make for _, make in rows], weights=[weight for weight, _ in rows])[0]()


def user_policies(estate: World, number: str) -> tuple[list[str], list[Document]]:
    """Names of managed policies, and inline policies."""
    return weighted(
        estate,
        (3, lambda: (["AdministratorAccess", "ForceMfa"], [])),
        (5, lambda: (["Everyday"], [policy(allow("sts:AssumeRole"))])),
        (10, lambda: (["Everyday"], [policy(allow("sts:AssumeRole", f"arn:aws:iam::{number}:role/*"))])),
        (10, lambda: (["Everyday"], [policy(allow("sts:AssumeRole", f"{estate.any_role()[:-1]}*"))])),
        (32, lambda: (["ReadOnlyAccess"], [policy(allow("sts:AssumeRole", several(estate)))])),
        (40, lambda: (["ReadOnlyAccess", "Everyday"], [])),
    )


def several(estate: World) -> list[str]:
    return [estate.any_role() for _ in range(estate.chance.randint(1, 5))]


def role_policies(estate: World) -> tuple[list[str], list[Document]]:
    return weighted(
        estate,
        (4, lambda: (["AdministratorAccess"], [])),
        (6, lambda: (["PowerUserAccess"], [])),
        (15, lambda: (["Everyday"], [policy(allow("sts:AssumeRole", several(estate)))])),
        (75, lambda: (["ReadOnlyAccess", "Everyday"], [])),
    )


def trust_policy(estate: World, number: str) -> Document:
    chance = estate.chance
    own = {"AWS": f"arn:aws:iam::{number}:root"}
    vendor = {"AWS": f"arn:aws:iam::{99_000_000_000_0 + chance.randrange(30)}:root"}
    return weighted(
        estate,
        (35, lambda: trust({"Service": chance.choice(["ec2", "lambda", "ecs-tasks"]) + ".amazonaws.com"})),
        (
            12,
            lambda: trust(
                {"Federated": f"arn:aws:iam::{number}:oidc-provider/token.actions.githubusercontent.com"},
                "sts:AssumeRoleWithWebIdentity",
                StringLike={
                    "token.actions.githubusercontent.com:sub": f"repo:acme/r{chance.randrange(500)}:*"
                },
            ),
        ),
        (15, lambda: trust(own)),
        (8, lambda: trust(own, Bool={"aws:MultiFactorAuthPresent": "true"})),
        (12, lambda: trust({"AWS": several(estate)})),
        (
            12,
            lambda: trust(
                {"AWS": f"arn:aws:iam::{estate.tools}:root"}, StringEquals={"sts:ExternalId": "acme-3f1c9a0e"}
            ),
        ),
        (4, lambda: trust(vendor, StringEquals={"sts:ExternalId": f"id-{chance.randrange(10**9)}"})),
        (1, lambda: trust(vendor)),
        (1, lambda: trust({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})),
    )


def documents(size: int) -> Iterator[str]:
    """The estate as `aws iam get-account-authorization-details` would print it, an account at a time."""
    estate = world(size)
    for number in estate.numbers:
        yield json.dumps(
            {
                "UserDetailList": [
                    record(number, arn, "User", *user_policies(estate, number))
                    for arn in estate.users[number]
                ],
                "GroupDetailList": [],
                "RoleDetailList": [
                    record(number, arn, "Role", *role_policies(estate))
                    | {"AssumeRolePolicyDocument": trust_policy(estate, number)}
                    for arn in estate.roles[number]
                ],
                "Policies": [
                    {
                        "PolicyName": name,
                        "Arn": f"arn:aws:iam::{number}:policy/{name}",
                        "PolicyVersionList": [
                            {"VersionId": "v1", "IsDefaultVersion": True, "Document": document}
                        ],
                    }
                    for name, document in MANAGED.items()
                ],
            }
        )


def record(number: str, arn: str, kind: str, managed: Sequence[str], inline: Sequence[Document]) -> Document:
    return {
        "Arn": arn,
        f"{kind}Name": arn.rpartition("/")[2],
        f"{kind}Id": f"A{kind.upper()}{arn.rpartition('-')[2]}",
        f"{kind}PolicyList": [
            {"PolicyName": f"p{place}", "PolicyDocument": document} for place, document in enumerate(inline)
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{number}:policy/{name}"} for name in managed
        ],
    }


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: roles and as many users, edges, seconds of each step, and the most memory in megabytes."""

    size: int
    edges: int
    read_seconds: float
    build_seconds: float
    ask_seconds: float
    megabytes: float

    @property
    def seconds(self) -> float:
        return self.read_seconds + self.build_seconds + self.ask_seconds


def measure(size: int) -> Measured:
    """Measure one size in this process, from JSON text to the answers of an audit."""
    texts = list(documents(size))
    moments = [time.perf_counter()]

    def passed() -> float:
        moments.append(time.perf_counter())
        return moments[-1] - moments[-2]

    accounts = [
        read_authorization_details(json.loads(text), account=number)
        for number, text in zip(world(size).numbers, texts, strict=True)
    ]
    read = passed()
    graph = build(accounts)
    built = passed()
    found = audit(graph)
    asked = passed()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(size, found.edges, read, built, asked, peak)


def in_a_process_of_its_own(size: int) -> Measured:
    """The most memory is of a whole process, so that each size gets one."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reach", "--one", str(size)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def show(taken: Sequence[Measured]) -> None:
    console = Console(highlight=False)
    table = Table(
        "roles, and as many users", "edges", "read", "build", "ask", "in all", "per edge", "memory", box=None
    )
    for each in taken:
        table.add_row(
            f"{each.size:,}",
            f"{each.edges:,}",
            *(f"{seconds:.2f} s" for seconds in (each.read_seconds, each.build_seconds, each.ask_seconds)),
            f"{each.seconds:.2f} s",
            f"{each.seconds / each.edges * 1e6:.0f} µs",
            f"{each.megabytes:.0f} MB",
        )
    console.print(table)
    for each in taken:
        if each.size == LARGEST:
            met = each.seconds < AIM_SECONDS and each.megabytes < AIM_MEGABYTES
            aim = f"below {AIM_SECONDS:.0f} s and {AIM_MEGABYTES:.0f} MB at {LARGEST:,}"
            console.print(f"\naim: {aim}: {'met' if met else 'missed'}")


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reach", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="numbers of roles")
    parser.add_argument("--one", type=int, metavar="N", help="measure one size here, and print JSON")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(asdict(measure(options.one))))
        return
    taken = []
    for size in options.sizes:
        say(f"{size:,} roles and users")
        taken.append(in_a_process_of_its_own(size))
    if options.json:
        print(json.dumps([asdict(each) for each in taken], indent=2))
    else:
        show(taken)


if __name__ == "__main__":
    main()
