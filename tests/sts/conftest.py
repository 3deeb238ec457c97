"""This process's AWS settings pointing at the sandbox's accounts."""

import os
from pathlib import Path

import pytest

from rolecall.sandbox.world import World


@pytest.fixture
def world(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The default accounts; boto3 in this process sees only them."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in world.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return world
