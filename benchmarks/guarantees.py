"""How long exact answers about trust policies take: `python -m benchmarks.guarantees`."""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import in_turns, spread
from rolecall.guarantee import check, difference, external_id, mfa, only, only_repo, within_org
from rolecall.policy import Policy, parse

ROLE: Final = "arn:aws:iam::222222222222:role/deploy"
VENDORS: Final = [f"{number:012}" for number in range(300000000000, 300000000040, 7)]
GITHUB: Final = "token.actions.githubusercontent.com"
ORGANIZATION: Final = "o-a1b2c3d4e5"


def policy(*statements: Mapping[str, Any]) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: object, action: str = "sts:AssumeRole", **condition: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}


def typical(external: str = "acme-3f1c9a0e7b52") -> Policy:
    """A vendor with an external ID, and people with MFA."""
    return policy(
        allow({"AWS": VENDORS[0]}, StringEquals={"sts:ExternalId": external}),
        allow(
            {"AWS": "arn:aws:iam::111111111111:user/alice"},
            Bool={"aws:MultiFactorAuthPresent": "true"},
            NumericLessThan={"aws:MultiFactorAuthAge": "3600"},
        ),
    )


def six(external: str = "acme-*") -> Policy:
    """Six statements of all kinds: vendors, people, workflows, an organization, a service, and a Deny."""
    return policy(
        allow({"AWS": VENDORS}, StringLike={"sts:ExternalId": [external, "legacy-??-*", "*-shared"]}),
        allow(
            {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:role/ops/deploy"]},
            Bool={"aws:MultiFactorAuthPresent": "true"},
            NumericLessThan={"aws:MultiFactorAuthAge": "3600"},
            IpAddress={"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24", "2001:db8::/32"]},
        ),
        allow(
            {"Federated": f"arn:aws:iam::222222222222:oidc-provider/{GITHUB}"},
            "sts:AssumeRoleWithWebIdentity",
            StringEquals={f"{GITHUB}:aud": "sts.amazonaws.com"},
            StringLike={f"{GITHUB}:sub": ["repo:acme/infra:*", "repo:acme/web-*:ref:refs/heads/main"]},
        ),
        allow(
            {"AWS": "*"},
            StringEquals={"aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalTag/team": ["ops", "platform"]},
            ArnLike={"aws:PrincipalArn": ["arn:aws:iam::*:role/ci-*", "arn:aws:iam::*:role/*/deploy-*"]},
        ),
        allow({"Service": "ec2.amazonaws.com"}, ArnLike={"aws:SourceArn": "arn:aws:ec2:*:222222222222:*"}),
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringNotLike": {"sts:RoleSessionName": ["deploy-*", "ops-*"]},
                "DateLessThan": {"aws:CurrentTime": "2025-01-01T00:00:00Z"},
            },
        },
    )


def questions(trust: Policy) -> None:
    """All five guarantees."""
    for each in (
        external_id(own_accounts=["111111111111"]),
        mfa(),
        only([*VENDORS, "111111111111", "arn:aws:iam::*:role/ci-*", "ec2.amazonaws.com"]),
        only_repo(["acme/infra"]),
        within_org([ORGANIZATION]),
    ):
        check(trust, each, role=ROLE)


@dataclass(frozen=True, slots=True)
class Aim:
    """How long an answer may take at most, in seconds, and how many answers a case gives."""

    seconds: float
    answers: int


CASES: Final[dict[str, tuple[Callable[[], object], Aim]]] = {
    "typical policy, five guarantees": (lambda: questions(typical()), Aim(0.050, 5)),
    "typical policies, difference": (lambda: difference(typical(), typical("other-1")), Aim(0.050, 1)),
    "six statements, five guarantees": (lambda: questions(six()), Aim(1.0, 5)),
    "six statements, difference": (lambda: difference(six(), six("acme-??*")), Aim(1.0, 1)),
}


def timed(case: Callable[[], object], answers: int) -> Callable[[], float]:
    """A function that answers and returns how many seconds each answer took, parsing included."""

    def run() -> float:
        started = time.perf_counter()
        case()
        return (time.perf_counter() - started) / answers

    return run


@dataclass(frozen=True, slots=True)
class Figure:
    """What one answer took: the median in seconds, and half of the distance between the quartiles."""

    case: str
    seconds: float
    spread: float
    aim_seconds: float
    met: bool


def main() -> None:
    """Measures and prints; the exit code is 0 whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guarantees", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="runs of each case (default: 7)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    taken = in_turns({name: timed(case, aim.answers) for name, (case, aim) in CASES.items()}, options.runs)
    figures = [
        Figure(
            name,
            median(seconds),
            spread(seconds) / 2,
            CASES[name][1].seconds,
            met=median(seconds) <= CASES[name][1].seconds,
        )
        for name, seconds in taken.items()
    ]
    if options.json:
        print(json.dumps({"seconds": taken, "figures": [asdict(each) for each in figures]}, indent=2))
        return
    table = Table("", "an answer", "middle half", "aim", "", box=None)
    for each in figures:
        milliseconds, aim = f"{each.seconds * 1000:.1f} ms", f"≤ {each.aim_seconds * 1000:.0f} ms"
        verdict = "met" if each.met else "missed"
        table.add_row(each.case, milliseconds, f"± {each.spread:.0%}", aim, verdict)
    Console(highlight=False).print(table)


if __name__ == "__main__":
    main()
