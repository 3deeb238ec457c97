"""Stages the conformance cases in ministack, an imitation of AWS by others, and lists where they differ."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import boto3

from tools.aws_conformance import CASES, REGION
from tools.staging import Case, Keys, Place, Result, obstacle, run

ACCOUNTS: Final = ("111111111111", "222222222222", "333333333333", "666677778888")
START_SECONDS: Final = 60
DIFFERENCES: Final = Path(__file__).with_name("ministack_differences.json")
"""Cases, by id, in which ministack is known to answer otherwise, with what it leaves out."""


@contextmanager
def ministack() -> Iterator[str]:
    """A server of its own on a free port of this machine; gives its address.

    Raises:
        RuntimeError: it doesn't start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    endpoint = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="rolecall-ministack-") as name:
        folder = Path(name)
        settings = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",  # else it takes port 8883 as well
            "TMPDIR": name,
        }
        bare = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                cwd=folder,
                env=bare | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            try:
                _wait_until_ready(endpoint, process, folder / "log")
                yield endpoint
            finally:
                process.terminate()
                try:
                    process.wait(START_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


def _wait_until_ready(endpoint: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{endpoint}/_ministack/health", timeout=START_SECONDS):  # noqa: S310 - our own http
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    message = f"ministack doesn't answer:\n{log.read_text(encoding='utf-8', errors='replace')}"
    raise RuntimeError(message)


def place(endpoint: str) -> Place:
    """The accounts of a server; a key of 12 digits is an account's root there."""
    session = boto3.Session(region_name=REGION)

    def client(service: str, keys: Keys) -> Any:
        make: Any = session.client
        return make(
            service,
            endpoint_url=endpoint,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.session_token,
        )

    return Place(
        iam={number: client("iam", Keys(number, "unchecked")) for number in ACCOUNTS},
        numbers={number: number for number in ACCOUNTS},
        sts=lambda keys: client("sts", keys),
        now=lambda: datetime.now(UTC),
        sleep=lambda _seconds: None,  # everything is known everywhere at once, and no MFA code is looked at
    )


def imitated(case: Case) -> bool:
    """Whether ministack has what a case is about: it gives MFA devices no seed and sessions no MFA."""
    return case["request"]["context"].get("aws:MultiFactorAuthPresent") != "true"


def check() -> tuple[list[Case], list[Result]]:
    """Stage every case that can be; the cases and what came of them."""
    cases: list[Case] = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    stageable = [case for case in cases if obstacle(case) is None and imitated(case)]
    with ministack() as endpoint:
        there = place(endpoint)
        return stageable, [run(case, there) for case in stageable]


def known_differences() -> Mapping[str, str]:
    """What is known about disagreements, by the cases' ids."""
    known: dict[str, str] = json.loads(DIFFERENCES.read_text(encoding="utf-8"))
    return known


def report(cases: Sequence[Case], results: Sequence[Result], known: Mapping[str, str]) -> tuple[str, bool]:
    """The disagreements in lines, and whether these are exactly the known ones."""
    lines = []
    differing = {result.id: result for result in results if not result.agrees}
    sources = {case["id"]: case["source"] for case in cases}
    for name, result in differing.items():
        told = known.get(name, "NOT KNOWN YET")
        lines.append(
            f"{name}: documented {result.expect} ({sources[name]}), ministack {result.answer}: {told}"
        )
    gone = sorted(known.keys() - differing.keys())
    lines += [f"{name}: no longer differs; take it out of {DIFFERENCES.name}" for name in gone]
    lines.append(f"{len(results) - len(differing)} of {len(results)} staged cases agree")
    return "\n".join(lines), differing.keys() == known.keys()


def main() -> int:
    """Prints the disagreements; 0 where they are the known ones, 1 where not."""
    text, as_known = report(*check(), known_differences())
    print(text)
    return 0 if as_known else 1


if __name__ == "__main__":
    sys.exit(main())
