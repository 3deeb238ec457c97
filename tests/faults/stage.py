"""One role with its caller on the embedded AWS, and what may go wrong with them while they are verified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rolecall.sandbox import Role
from rolecall.sandbox.world import World
from rolecall.sts import Credentials
from rolecall.verification import Call, Reply, RoleReport, Surroundings, read_verify, verify_role

REGION = "us-east-1"
EXTERNAL_ID = "acme-3f1c9a0e7b52"
ROLE_NAME = "deploy"


@dataclass
class Clock:
    """The machine's clock, moved on instead of waited for."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


def trust(principal: str, condition: Mapping[str, object]) -> dict[str, Any]:
    """A trust policy of one statement."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:AssumeRole",
                "Condition": condition,
            }
        ],
    }


VENDOR_TRUST = trust("arn:aws:iam::333333333333:root", {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}})
MFA_TRUST = trust("arn:aws:iam::111111111111:root", {"Bool": {"aws:MultiFactorAuthPresent": "true"}})


@dataclass
class Meanwhile:
    """A caller to whom something happens before its calls; the first is number 1."""

    caller: Any
    events: Mapping[int, Callable[[], None]]
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.caller, name)

    def assume(self, call: Call, *, region: str) -> Reply:
        self.calls += 1
        self.events.get(self.calls, lambda: None)()
        reply: Reply = self.caller.assume(call, region=region)
        return reply


@dataclass
class Stage:
    """What a case arranges, and then verifies.

    Attributes:
        world: the embedded AWS.
        clock: its clock, which the verification shares.
        monkeypatch: sets environment variables and time limits.
        verify: the ``verify`` argument.
        trust: the role's trust policy.
        changed: the role was made this moment, so that a wrong answer may be "not yet".
        events: what happens before the n-th AssumeRole; 0 is as soon as the role is there.
    """

    world: World
    clock: Clock
    monkeypatch: pytest.MonkeyPatch
    verify: dict[str, Any] = field(default_factory=lambda: {"callers": [{"profile": "vendor"}]})
    trust: dict[str, Any] = field(default_factory=lambda: VENDOR_TRUST)
    changed: bool = False
    events: dict[int, Callable[[], None]] = field(default_factory=dict)

    def make_role(self) -> Role:
        return self.world.workload.role(ROLE_NAME, self.trust)

    def delete_role(self) -> None:
        self.world.workload.client("iam").delete_role(RoleName=ROLE_NAME)

    def mfa_caller(self, **code: object) -> None:
        """Let the caller be a person, whose codes come from such a source."""
        serial = self.world.alice.mfa_serial
        self.trust = MFA_TRUST
        self.verify = {"callers": [{"profile": "alice", "mfa_serial": serial, "mfa_code": code}]}

    def play(self, role: Role) -> RoleReport:
        """Verifies the role over real HTTP; pauses pass at once."""
        self.events.pop(0, lambda: None)()
        spec = read_verify(self.verify)
        credentials = Credentials()
        callers: dict[str, Any] = {
            name: Meanwhile(caller, self.events) for name, caller in credentials.callers(spec.callers).items()
        }
        return verify_role(
            role.arn,
            spec,
            callers=callers,
            owner=credentials.owner(),
            surroundings=Surroundings(run_id="0a1b2c3d", now=self.clock, sleep=self.clock.advance),
            default_region=REGION,
            changed=self.changed,
        )
