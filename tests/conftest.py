"""The embedded AWS, the engine and stacks, for tests of every room."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.engine.harness import MakeStack, Stack
from tools.offline import engine as offline

from rolecall.sandbox import Sandbox
from rolecall.sandbox.world import World, build


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that runs the engine."""
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.engine)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of its own; the plugin's lasts a session, and a process has room for one."""
    with Sandbox() as started:
        yield started


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    """A fresh embedded AWS with the accounts and users of `rolecall sandbox`."""
    return build(sandbox)


@pytest.fixture(scope="session")
def engine() -> offline.Engine:
    """An engine, found or made; a machine where that fails has failing tests, not skipped ones."""
    return offline.find()


@pytest.fixture
def stack(engine: offline.Engine, world: World, tmp_path: Path) -> Iterator[MakeStack]:
    """A maker of stacks on the embedded AWS: `stack(PROGRAM)`; what they made is destroyed at the end.

    Fails a test whose stacks wrote or printed a secret key, a session token or an MFA seed in clear.

    The ambient credentials are the workload account's admin; `world.profiles` are there as profiles.
    """
    made: list[Stack] = []

    def make(program: str | Path, *, environment: Mapping[str, str] | None = None, **how: object) -> Stack:
        folder = tmp_path / f"stack-{len(made) + 1}"
        base = world.environment(tmp_path) if environment is None else environment
        whole = offline.environment(folder, engine=engine, base=base)
        made.append(Stack(folder, whole, program, **how))  # type: ignore[arg-type] # a test's own arguments
        return made[-1]

    yield make
    secrets = world.sandbox.secrets
    for each in reversed(made):
        each.close()
    assert [leak for each in made for leak in each.leaks(secrets)] == []
