"""No account is asked more often than its share of the quota allows."""

import math
from dataclasses import dataclass, field

import pytest

from rolecall.sandbox.world import World
from rolecall.sts import Credentials
from rolecall.sts.pace import Pace
from rolecall.verification import Call, read_caller

TOOLS, VENDOR = "111111111111", "333333333333"


@dataclass
class Clock:
    at: float = 100.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def pace(self, calls_per_second: float) -> Pace:
        return Pace(calls_per_second=calls_per_second, now=self.now, sleep=self.sleep)


def test_a_seconds_worth_of_calls_comes_at_once() -> None:
    """A single role is never slowed down."""
    clock = Clock()
    pace = clock.pace(20)
    for _ in range(20):
        pace.wait(TOOLS, "us-east-1")
    assert clock.slept == []


def test_many_calls_keep_the_rate() -> None:
    """A hundred calls at 20 a second take four seconds beyond the first burst."""
    clock = Clock()
    pace = clock.pace(20)
    for _ in range(100):
        pace.wait(TOOLS, "us-east-1")
    assert clock.at - 100 == pytest.approx(4.0, abs=0.06)


def test_a_rate_below_one_a_second_is_kept() -> None:
    """The first call goes out at once, the others one by one."""
    clock = Clock()
    pace = clock.pace(0.5)
    for _ in range(3):
        pace.wait(TOOLS, "us-east-1")
    assert clock.slept == [2.0, 2.0]


def test_no_rate_keeps_nobody_waiting() -> None:
    """An infinite rate is none."""
    clock = Clock()
    pace = clock.pace(math.inf)
    for _ in range(1000):
        pace.wait(TOOLS, "us-east-1")
    assert clock.slept == []


def test_turns_are_given_in_the_order_of_asking() -> None:
    """Of threads that wait at once the first to ask goes first, and none of them goes twice before."""
    waits: list[float] = []
    pace = Pace(calls_per_second=1, now=lambda: 100.0, sleep=waits.append)
    for _ in range(5):
        pace.wait(TOOLS, "us-east-1")
    assert waits == [1.0, 2.0, 3.0, 4.0]


def test_accounts_and_regions_do_not_wait_for_each_other() -> None:
    """Quotas are counted by account and endpoint."""
    clock = Clock()
    pace = clock.pace(1)
    for account, region in ((TOOLS, "us-east-1"), (VENDOR, "us-east-1"), (TOOLS, "eu-west-1")):
        pace.wait(account, region)
    assert clock.slept == []


def test_a_pause_does_not_add_up_to_a_bigger_burst() -> None:
    """After an hour of silence there is one second's worth, no more."""
    clock = Clock()
    pace = clock.pace(2)
    clock.at += 3600
    for _ in range(4):
        pace.wait(TOOLS, "us-east-1")
    assert sum(clock.slept) == pytest.approx(1.0)


def test_callers_of_one_run_share_the_pace(world: World) -> None:
    """Two callers of one account count together."""
    role = world.workload.role("deploy", {"Version": "2012-10-17", "Statement": [STATEMENT]})
    clock = Clock()
    sources = [read_caller({"profile": name}, path="caller") for name in ("tools", "alice")]
    callers = Credentials(pace=clock.pace(1)).callers(sources)
    for caller in callers.values():
        caller.assume(Call(role_arn=role.arn, session_name="rolecall-test"), region="us-east-1")
    assert clock.slept == [pytest.approx(1.0)]


STATEMENT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
    "Action": "sts:AssumeRole",
}


def test_credentials_with_a_pace_of_their_own_are_the_same_credentials() -> None:
    """Another pace opens no source again: an MFA code works only once, and a session takes 40 ms."""
    shared = Credentials()
    own = shared.paced(100.0)

    assert (own.pace.calls_per_second, shared.pace.calls_per_second) == (100.0, 20.0)
    assert own.keys() is shared.keys()
