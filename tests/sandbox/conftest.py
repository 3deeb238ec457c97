"""A sandbox of its own for every test, on a clock that the test moves."""

from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest
from joserfc.jwk import KeyParameters, RSAKey
from tests.sandbox.helpers import TOOLS, WORKLOAD, Clock, may

from rolecall.sandbox import Account, Sandbox, User

_generate = RSAKey.generate_key


@cache
def _rsa_key(number: int) -> Any:
    """Return a key that all tests share, because keys take long to make."""
    return _generate(2048).as_dict(private=True)


@pytest.fixture(autouse=True)
def shared_rsa_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issuers get keys that other tests' issuers had; in one test, no two are the same."""
    numbers = count()

    def known(_bits: int, parameters: KeyParameters) -> RSAKey:
        return RSAKey.import_key(_rsa_key(next(numbers)), parameters)

    monkeypatch.setattr(RSAKey, "generate_key", known)


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
