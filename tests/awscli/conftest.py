"""The AWS CLI, in an environment of its own, on the embedded AWS."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rolecall.sandbox import Credentials
from rolecall.sandbox.world import World
from tools import awscli

_DEADLINE_SECONDS = 120


_OPERATIONS = """
import json, sys
from awscli.botocore.session import Session
print(json.dumps(Session().get_service_model(sys.argv[1]).operation_names))
"""


@dataclass(frozen=True)
class AwsCli:
    """Runs `aws` with the profiles of the world; unsigned where a profile is `None`."""

    program: Path
    environment: Mapping[str, str]
    home: Path

    def __call__(self, *words: str, profile: str | None = "workload") -> dict[str, Any]:
        """What a command that must succeed printed."""
        done = self._run(words, profile)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout or "{}")
        return answer

    def refused(self, *words: str, profile: str | None = "workload") -> str:
        """What a command printed that AWS must refuse."""
        done = self._run(words, profile)
        assert done.returncode != 0, done.stdout
        assert done.stderr.strip().startswith("An error occurred ("), done.stderr
        return done.stderr

    def operations(self, service: str) -> list[str]:
        """The operations of a service that this version of the CLI knows, by AWS's names."""
        python = self.program.with_name("python")
        printed = subprocess.check_output([python, "-c", _OPERATIONS, service], timeout=_DEADLINE_SECONDS)
        names: list[str] = json.loads(printed)
        return names

    def profile(self, name: str, given: Mapping[str, Any]) -> str:
        """A profile with credentials as STS answered them; returns its name."""
        credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        with Path(self.environment["AWS_SHARED_CREDENTIALS_FILE"]).open("a") as file:
            file.write(
                f"\n[{name}]\naws_access_key_id = {credentials.access_key_id}\n"
                f"aws_secret_access_key = {credentials.secret_access_key}\n"
                f"aws_session_token = {credentials.session_token}\n"
            )
        return name

    def configure(self, name: str, **settings: str) -> str:
        """A profile of the config file, as a user writes it; returns its name."""
        lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
        with Path(self.environment["AWS_CONFIG_FILE"]).open("a") as file:
            file.write(f"\n[profile {name}]\n{lines}\n")
        return name

    def _run(self, words: tuple[str, ...], profile: str | None) -> "subprocess.CompletedProcess[str]":
        whose = ("--no-sign-request",) if profile is None else ("--profile", profile)
        return subprocess.run(
            [self.program, *words, *whose, "--output", "json"],
            env={**self.environment, "HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_SECONDS,
            check=False,
        )


@pytest.fixture(scope="session")
def program() -> Path:
    """The `aws` program; a machine where it can't be had has failing tests, not skipped ones."""
    return awscli.find()


@pytest.fixture
def aws(program: Path, world: World, tmp_path: Path) -> AwsCli:
    """The AWS CLI on a fresh world; its profiles are the world's, and the default is the workload's admin."""
    environment = world.environment(tmp_path / "aws")
    ours = {name: environment.pop(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    assert all(ours.values())  # taken out: keys in the environment go before --profile's
    return AwsCli(program, environment, tmp_path)
