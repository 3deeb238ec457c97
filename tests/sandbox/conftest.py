"""A sandbox of its own for every test, on a clock that the test moves."""

from collections.abc import Iterator

import pytest
from tests.sandbox.helpers import TOOLS, WORKLOAD, Clock, may

from rolecall.sandbox import Account, Sandbox, User


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as started:
        yield started


@pytest.fixture
def tools(sandbox: Sandbox) -> Account:
    return sandbox.account(TOOLS)


@pytest.fixture
def workload(sandbox: Sandbox) -> Account:
    return sandbox.account(WORKLOAD)


@pytest.fixture
def ci(tools: Account) -> User:
    """A user of the tools account that may assume every role."""
    return tools.user("ci", policies=[may("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")])


@pytest.fixture
def alice(tools: Account) -> User:
    """A user like ``ci``, with an MFA device."""
    return tools.user("alice", policies=[may("sts:AssumeRole")], mfa=True)
