"""The sandbox's accounts, with this process's AWS settings pointing at them."""

import os
from pathlib import Path

import pytest

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The default accounts; boto3 in this process sees only them."""
    world = build(sandbox)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in world.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return world
