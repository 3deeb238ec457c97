"""``rolecall assume`` without a caller: an identity provider's token is all that a job has."""

import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, bare_environment
from tests.sts.job import job

from rolecall.sandbox.world import World


@pytest.mark.shows("AssumeRoleWithWebIdentity", "performed")
def test_a_token_is_enough(world: World, tmp_path: Path) -> None:
    """A job without keys runs a command as the role; the token shows nowhere else."""
    found = job(world)
    settings = bare_environment() | world.environment(tmp_path) | {"JOB_TOKEN": found.token}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del settings[name]
    words = ["--web-identity-env", "JOB_TOKEN", "--session-name", "job-7", "--", *ROLECALL, "whoami"]

    done = subprocess.run(
        [*ROLECALL, "assume", found.role_arn, *words],
        env=settings,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("arn:aws:sts::222222222222:assumed-role/deploy/job-7\n")
    assert found.token not in done.stdout
