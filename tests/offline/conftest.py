"""The same engine, embedded AWS and stacks as in tests/engine."""

from tests.engine.conftest import engine, pytest_collection_modifyitems, stack, world

__all__ = ["engine", "pytest_collection_modifyitems", "stack", "world"]
