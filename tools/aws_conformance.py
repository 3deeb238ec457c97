"""Stages the conformance cases in AWS accounts, and writes down what AWS answered: `make aws-conformance`.

It needs two accounts that hold nothing else, since it makes users and roles under the names of the cases. All
that it makes it takes away again, whatever happens in between.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rolecall.policy.arn import Arn
from tools.staging import HELPER, Case, Keys, Place, Result, missing_account, named_principals, obstacle, run

ROOT: Final = Path(__file__).parents[1]
CASES: Final = ROOT / "tests" / "cases" / "trust_cases.jsonl"
SETTLE_SECONDS: Final = 20.0
"""How long AWS takes to know everywhere of what was made, with a margin."""

REGION: Final = "us-east-1"
PERMISSION: Final = "ROLECALL_AWS"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class MisuseError(Exception):
    """The command can't run like this; says why and what to do."""


def load_cases(only: Sequence[str] = ()) -> list[Case]:
    """The cases, or some of them by id.

    Raises:
        MisuseError: there is no case of that id.
    """
    cases: list[Case] = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    unknown = set(only) - {case["id"] for case in cases}
    if unknown:
        raise MisuseError(f"there is no case {', '.join(sorted(unknown))}")
    return [case for case in cases if not only or case["id"] in only]


def open_place(profiles: Mapping[str, str], *, settle_seconds: float) -> Place:
    """The accounts of some profiles as a place for cases.

    Args:
        profiles: of administrators, by the account ID that the cases write.
        settle_seconds: how long what was made may take to be known everywhere.

    Raises:
        MisuseError: a profile doesn't work, or two are of one account.
    """
    iam: dict[str, Any] = {}
    numbers: dict[str, str] = {}
    for written, profile in profiles.items():
        try:
            session = boto3.Session(profile_name=profile, region_name=REGION)
            numbers[written] = session.client("sts").get_caller_identity()["Account"]
            iam[written] = session.client("iam")
        except (ClientError, BotoCoreError) as error:
            raise MisuseError(f'profile "{profile}" can\'t be used: {error}') from error
    if len(set(numbers.values())) < len(numbers):
        raise MisuseError("two profiles are of the same account; the cases need accounts of their own")
    unsigned = boto3.Session(region_name=REGION)
    return Place(
        iam=iam,
        numbers=numbers,
        sts=lambda keys: _sts(unsigned, keys),
        now=lambda: datetime.now(UTC),
        sleep=time.sleep,
        settle_seconds=settle_seconds,
    )


def _sts(session: boto3.Session, keys: Keys) -> Any:
    return session.client(
        "sts",
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
        config=Config(retries={"mode": "standard"}),
    )


def occupied(place: Place, cases: Sequence[Case]) -> list[str]:
    """ARNs of users and roles that are there already under names that the cases use."""
    wanted = {arn for case in cases if obstacle(case) is None for arn in named_principals(place.placed(case))}
    names = {(arn.account, arn.resource_type, arn.name) for arn in wanted}
    names |= {(number, "user", HELPER) for number in place.numbers.values()}
    found = (Arn.parse(each) for iam in place.iam.values() for each in _present(iam))
    return sorted(str(arn) for arn in found if (arn.account, arn.resource_type, arn.name) in names)


def _present(iam: Any) -> Iterator[str]:
    for operation, name in (("list_users", "Users"), ("list_roles", "Roles")):
        for page in iam.get_paginator(operation).paginate():
            yield from (each["Arn"] for each in page[name])


def stage_all(cases: Sequence[Case], place: Place) -> tuple[list[Result], dict[str, str]]:
    """Stage every case that can be; the results, and by id why the others can't be."""
    results: list[Result] = []
    reasons: dict[str, str] = {}
    for case in cases:
        why = obstacle(case) or missing_account(case, place)
        if why is not None:
            reasons[case["id"]] = why
            continue
        result = run(case, place)
        results.append(result)
        mark = "agrees" if result.agrees else f"DISAGREES: expected {case['expect']}"
        print(f"{result.id}: {result.answer}, {mark}", file=sys.stderr, flush=True)
    return results, reasons


def record(results: Sequence[Result], reasons: Mapping[str, str], *, endpoint: str, at: datetime) -> str:
    """What is written down, as JSON."""
    return json.dumps(
        {
            "format": 1,
            "at": at.isoformat(timespec="seconds"),
            "endpoint": endpoint,
            "counts": {
                "agree": sum(result.agrees for result in results),
                "disagree": sum(not result.agrees for result in results),
                "not_staged": len(reasons),
            },
            "results": [asdict(result) | {"agrees": result.agrees} for result in results],
            "not_staged": [{"id": case, "why": why} for case, why in reasons.items()],
        },
        indent=2,
    )


def _accounts(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not pairs or not all(account.isdecimal() and profile for account, _, profile in pairs):
        raise MisuseError("say which profile stands for which account: --account 111111111111=PROFILE")
    return {account: profile for account, _, profile in pairs}


def _endpoint() -> str:
    return os.environ.get("AWS_ENDPOINT_URL", "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Stages and writes; 0 where all agree and nothing was left, 1 where not, 2 on misuse."""
    parser = argparse.ArgumentParser(prog="python -m tools.aws_conformance", description=__doc__)
    parser.add_argument(
        "--account",
        action="append",
        default=[],
        metavar="ID=PROFILE",
        help="administrator of the account that the cases call ID: 111111111111, 222222222222, …",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="CASE", help="ids of cases")
    parser.add_argument("--settle", type=float, metavar="SECONDS", help="time until all is known everywhere")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="DIR", help="where to write")
    parser.add_argument(
        "--list", action="store_true", help="say which cases can't be staged, and why; no call"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a stopped run cleans up, too
    try:
        cases = load_cases(options.only)
        if options.list:
            for case in cases:
                print(f"{case['id']}: {obstacle(case) or 'can be staged'}")
            return 0
        place = _place(options.account, options.settle, cases)
    except MisuseError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return _stage_and_write(cases, place, options.output)


def _place(accounts: Sequence[str], settle: float | None, cases: Sequence[Case]) -> Place:
    """The place that the command line names, once it is known that nothing there can be harmed."""
    local = urlsplit(_endpoint()).hostname in LOOPBACK
    if not local and os.environ.get(PERMISSION) != "1":
        raise MisuseError(f"this makes users and roles in real accounts. Set {PERMISSION}=1 to allow it.")
    usual = 0.0 if local else SETTLE_SECONDS
    place = open_place(_accounts(accounts), settle_seconds=usual if settle is None else settle)
    present = occupied(place, cases)
    if present:
        raise MisuseError(f"use accounts that hold nothing else; there is {', '.join(present)}")
    return place


def _stage_and_write(cases: Sequence[Case], place: Place, folder: Path) -> int:
    at = datetime.now(UTC)
    results, reasons = stage_all(cases, place)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"aws-conformance-{at:%Y-%m-%dT%H%M%SZ}.json"
    file.write_text(record(results, reasons, endpoint=_endpoint() or "AWS", at=at) + "\n", encoding="utf-8")
    for result in results:
        for each in result.left:
            print(f"{result.id} left behind: {each}", file=sys.stderr)
    agreed = sum(result.agrees for result in results)
    print(f"{agreed} of {len(results)} agree, {len(reasons)} can't be staged; written to {file}")
    return 0 if agreed == len(results) and not any(result.left for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
