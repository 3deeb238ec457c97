"""The pytest plugin: an AWS that enforces, as a fixture; loads nothing before a test asks for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rolecall.sandbox import Sandbox

__all__ = ["rolecall_sandbox", "sandbox"]


@pytest.fixture(scope="session")
def rolecall_sandbox() -> Iterator["Sandbox"]:
    """One sandbox for the whole session; what a test makes in it stays.

    Raises:
        SandboxError: the extra ``rolecall[sandbox]`` is missing, or the process runs another sandbox.
    """
    from rolecall.sandbox import Sandbox  # noqa: PLC0415 - pytest loads every plugin, also where it isn't used

    with Sandbox() as started:
        yield started


@pytest.fixture
def sandbox(rolecall_sandbox: "Sandbox") -> "Sandbox":
    """The session's sandbox as on its first day: no accounts, no calls, no faults."""
    rolecall_sandbox.reset()
    return rolecall_sandbox
