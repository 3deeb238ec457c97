"""The engine, the embedded AWS and stacks for tests that run the real `pulumi`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.engine.harness import Stack
from tools.offline import engine as offline

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build

MakeStack = Callable[..., Stack]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that runs the engine."""
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def engine() -> offline.Engine:
    """An engine, found or made; a machine where that fails has failing tests, not skipped ones."""
    return offline.find()


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh embedded AWS with the accounts and users of `rolecall sandbox`."""
    with Sandbox() as sandbox:
        yield build(sandbox)


@pytest.fixture
def stack(engine: offline.Engine, world: World, tmp_path: Path) -> Iterator[MakeStack]:
    """A maker of stacks on the embedded AWS: `stack(PROGRAM)`; what they made is destroyed at the end.

    The ambient credentials are the workload account's admin; `world.profiles` are there as profiles.
    """
    made: list[Stack] = []

    def make(program: str | Path, *, environment: Mapping[str, str] | None = None, **how: Any) -> Stack:
        folder = tmp_path / f"stack-{len(made) + 1}"
        base = world.environment(tmp_path) if environment is None else environment
        whole = offline.environment(folder, engine=engine, base=base)
        made.append(Stack(folder, whole, program, **how))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()
