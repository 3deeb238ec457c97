"""Very many probes at once."""

import random
import threading
from dataclasses import dataclass, field

from tests.verification.fakes import Clock, FakeCaller, FakeOwner, like_aws, trust

from rolecall.verification import (
    Call,
    Cause,
    Reply,
    RoleReport,
    Unanswered,
    Verdict,
    read_verify,
    verify_role,
)
from rolecall.verification.many import Team

ROLES = 2_000
LIVE = trust({"StringEquals": {"sts:ExternalId": "acme-3f1c9a0e7b52"}})
BUSY = Unanswered(cause="AWS asked to slow down", code="Throttling", retryable=True)


@dataclass
class Throttled(FakeCaller):
    """A caller that all threads share, and that is asked to slow down in one answer of ten."""

    chance: random.Random = field(default_factory=lambda: random.Random(0))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def assume(self, call: Call, *, region: str) -> Reply:
        with self.lock:
            self.calls.append(call)
            busy = self.chance.random() < 0.1
        return BUSY if busy else self.answer(call)


def test_ten_thousand_probes_at_once() -> None:
    """None ends in a wrong verdict; only throttling three times in a row leaves one open."""
    caller = Throttled(like_aws(LIVE))
    spec = read_verify({"callers": [{"profile": "tools"}]})

    def verify(number: int) -> RoleReport:
        return verify_role(
            f"arn:aws:iam::222222222222:role/{number}/deploy",
            spec,
            callers={"profile tools": caller},
            owner=FakeOwner(LIVE),
            surroundings=Clock().surroundings(),
            default_region="us-east-1",
        )

    reports = dict(Team().each(verify, range(ROLES), workers=50))

    assert len(caller.calls) >= 10_000
    assert set(reports) == set(range(ROLES))
    for number, report in reports.items():
        assert isinstance(report, RoleReport), report
        assert report.role_arn.endswith(f"role/{number}/deploy")
        unproved = {result.cause for result in report.results if result.verdict is not Verdict.PROVED}
        assert unproved <= {Cause.NO_ANSWER, Cause.CONTROL_REFUSED}
    proved = sum(isinstance(each, RoleReport) and each.verdict is Verdict.PROVED for each in reports.values())
    assert proved > 0.95 * ROLES
