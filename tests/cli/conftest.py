"""A sandbox served by the command itself, in a process of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

ROLECALL = [sys.executable, "-m", "rolecall.cli"]
DEADLINE_SECONDS = 120
"""When a test gives up on a process that doesn't end; nothing waits for it where all is well."""


def bare_environment() -> dict[str, str]:
    """The environment of the tests without anything of AWS or of another sandbox."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "ROLECALL_")) and name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}
    }


@contextmanager
def started(*words: str, environment: Mapping[str, str]) -> "Iterator[subprocess.Popen[str]]":
    """The command as a process that is killed where the test that uses it fails."""
    with subprocess.Popen(
        [*ROLECALL, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@dataclass(frozen=True, slots=True)
class Served:
    """A sandbox that another process serves.

    Attributes:
        environment: of a process that uses it; its default is the administrator of 222222222222.
    """

    environment: dict[str, str]

    def rolecall(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Runs the command to its end."""
        return subprocess.run(
            [*ROLECALL, *words],
            env=self.environment | changed,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )

    def role(self, name: str, principal: str, condition: dict[str, dict[str, str]] | None = None) -> str:
        """Creates a role that trusts one principal, and returns its ARN."""
        environment = self.environment
        iam = boto3.client(
            "iam",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        statement: dict[str, object] = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": principal},
        }
        if condition is not None:
            statement["Condition"] = condition
        document = {"Version": "2012-10-17", "Statement": [statement]}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        iam.close()
        return str(made["Role"]["Arn"])


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """One sandbox for all tests of the command; every test makes roles with names of its own."""
    with started("sandbox", "--json", environment=bare_environment()) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        exports = Path(told["environment_file"]).read_text(encoding="utf-8")
        settings = dict(re.findall(r"^export (\w+)=(.*)$", exports, re.MULTILINE))
        yield Served(bare_environment() | settings)
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 0
