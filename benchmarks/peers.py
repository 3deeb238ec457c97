"""What one writes without rolecall: AssumeRole for many roles with plain boto3, in three ways.

`python -m benchmarks.peers WAY --roles N --concurrency N`; the benchmark of fleets runs it.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import boto3
from botocore.config import Config

from benchmarks.stub_aws import EXTERNAL_ID, role_arn


def _assume(sts: Any, number: int) -> None:
    sts.assume_role(RoleArn=role_arn(number), RoleSessionName="benchmark", ExternalId=EXTERNAL_ID)


def loop(numbers: Iterable[int], concurrency: int) -> None:  # noqa: ARG001 - one after the other
    """One client, one role after the other."""
    sts = boto3.client("sts")
    for number in numbers:
        _assume(sts, number)


def shared(numbers: Iterable[int], concurrency: int) -> None:
    """One client shared by many threads."""
    sts = boto3.client("sts", config=Config(max_pool_connections=concurrency))
    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(lambda number: _assume(sts, number), numbers))


def sessions(numbers: Iterable[int], concurrency: int) -> None:
    """Many threads, and for each call a Session of its own, since Sessions aren't safe to share."""

    def one(number: int) -> None:
        _assume(boto3.Session().client("sts"), number)

    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(one, numbers))


WAYS: Final[Mapping[str, Callable[[Iterable[int], int], None]]] = {
    "loop": loop,
    "shared": shared,
    "sessions": sessions,
}


def main() -> None:
    """Runs one way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--roles", type=int, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    options = parser.parse_args()
    WAYS[options.way](range(options.roles), options.concurrency)


if __name__ == "__main__":
    main()
