"""A stage for each case, on a clock that moves on by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.retries.standard import ExponentialBackoff
from tests.faults.stage import Clock, Stage

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import build


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """This process's AWS settings point at an embedded AWS of its own."""
    clock = Clock()
    with Sandbox(clock=clock) as sandbox:
        world = build(sandbox)
        for name, value in world.environment(tmp_path).items():
            monkeypatch.setenv(name, value)
        # boto3 tries again by itself, too; its pauses, which nothing here depends on, would take minutes.
        monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
        yield Stage(world, clock, monkeypatch)
