"""While a change spreads, servers of one endpoint answer differently; no verdict may rest on one of them."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from tests.verification.fakes import ROLE, Clock, FakeCaller, FakeOwner, assumed, like_aws, refused, trust

from rolecall.verification import Call, Cause, ProbeKind, Reply, RoleReport, Verdict, read_verify, verify_role

Answer = Callable[[Call], Reply]
REGIONS = ("eu-west-1", "us-east-1")
VALUE = {"sts:ExternalId": "acme-3f1c9a0e7b52"}
LOCKED, AJAR, OPEN = trust({"StringEquals": VALUE}), trust({"StringEqualsIfExists": VALUE}), trust()
ELSEWHERE = trust(principal="999999999999")


@dataclass
class Endpoint(FakeCaller):
    """A caller whose every call reaches any of an endpoint's servers, which see a change at different times.

    Attributes:
        clock: when it is.
        before: how a server answers that hasn't seen the change; ``answer`` is how one does that has.
        delays: for each region, when its servers see the change, in seconds.
        chance: which server a call reaches.
    """

    clock: Clock = field(default_factory=Clock)
    before: Answer = lambda _: refused()
    delays: Mapping[str, list[float]] = field(default_factory=dict)
    chance: random.Random = field(default_factory=random.Random)

    def assume(self, call: Call, *, region: str) -> Reply:
        self.calls.append(call)
        seen = self.clock.elapsed >= self.chance.choice(self.delays[region])
        return (self.answer if seen else self.before)(call)


def verified(
    before: Answer, live: Mapping[str, object], delays: Mapping[str, list[float]], *, seed: int = 0
) -> RoleReport:
    """The report on a role that was changed this moment."""
    clock = Clock()
    caller = Endpoint(like_aws(live), clock=clock, before=before, delays=delays, chance=random.Random(seed))
    spec = read_verify({"callers": [{"profile": "tools", "external_id": VALUE["sts:ExternalId"]}]} | {
        "regions": list(delays), "allowed_timeout_seconds": 90, "denied_timeout_seconds": 90
    })  # fmt: skip
    return verify_role(
        ROLE,
        spec,
        callers={"profile tools": caller},
        owner=FakeOwner(live),
        surroundings=clock.surroundings(),
        default_region=REGIONS[0],
        changed=True,
    )


def spread(seed: int, *, servers: int = 3) -> dict[str, list[float]]:
    """Delays of up to 40 s, of each server in each region."""
    chance = random.Random(seed)
    return {region: [chance.uniform(0, 40) for _ in range(servers)] for region in REGIONS}


SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("before", "live", "verdict", "cause"),
    [
        pytest.param(lambda _: refused(), LOCKED, Verdict.PROVED, None, id="made"),
        pytest.param(like_aws(OPEN), LOCKED, Verdict.PROVED, None, id="tightened"),
        pytest.param(like_aws(LOCKED), AJAR, Verdict.REFUTED, Cause.GOT_IN, id="loosened"),
        pytest.param(like_aws(OPEN), ELSEWHERE, Verdict.REFUTED, Cause.TRUST_REFUSES, id="caller shut out"),
    ],
)
def test_the_verdict_is_that_of_the_change_whatever_servers_answer(
    before: Answer, live: Mapping[str, object], verdict: Verdict, cause: Cause | None, seed: int
) -> None:
    """Delays that differ between servers and regions, and answers that flap, end in the right verdict."""
    report = verified(before, live, spread(seed), seed=seed)

    assert report.verdict is verdict
    assert {result.region for result in report.results} == set(REGIONS)
    assert cause is None or cause in {result.cause for result in report.results}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_role_that_some_servers_never_see_is_not_refuted(seed: int) -> None:
    """Let in by some, refused by others until the time is over: inconclusive, and the reason is told."""
    report = verified(lambda _: refused(), LOCKED, {REGIONS[0]: [5, 5, 1e9, 1e9]}, seed=seed)

    declared = next(result for result in report.results if result.kind is ProbeKind.AS_DECLARED)
    assert Verdict.REFUTED not in {result.verdict for result in report.results}
    assert declared.cause in {None, Cause.UNSETTLED}
    assert (declared.verdict is Verdict.PROVED) is (declared.cause is None)


def test_denied_probes_are_made_again_where_the_declared_call_flaps() -> None:
    """A refusal by a server that didn't see the role shows nothing about its trust policy."""
    declared = iter([True, False, *[True] * 9])

    def answer(call: Call) -> Reply:
        return assumed() if call.external_id == VALUE["sts:ExternalId"] and next(declared) else refused()

    report = verified(answer, LOCKED, {REGIONS[0]: [1e9]})

    attempts = {result.kind: result.attempts for result in report.results}
    assert attempts == {
        ProbeKind.AS_DECLARED: 1 + 1 + 5 + 1,
        ProbeKind.EXTERNAL_ID_ABSENT: 2 + 2,
        ProbeKind.EXTERNAL_ID_SUFFIXED: 2 + 2,
        ProbeKind.EXTERNAL_ID_UNRELATED: 2 + 2,
    }
    assert report.verdict is Verdict.PROVED


def test_all_endpoints_share_the_time_for_waiting() -> None:
    """A change spreads everywhere at once, so one that never comes is waited for once."""
    report = verified(lambda _: refused(), LOCKED, {"eu-west-1": [1e9], "us-east-1": [1e9]})

    assert report.waited_seconds == pytest.approx(90, abs=1)
    assert [result.attempts > 1 for result in report.results if result.kind is ProbeKind.AS_DECLARED] == [
        True,
        False,
    ]
