"""Many roles at once: each comes out with its report, callers are shared, and nothing holds up the end."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tests.verification.fakes import Clock, FakeCaller, FakeOwner, assumed, like_aws, trust

from rolecall.errors import DeclarationError, ProbeError, RolecallError
from rolecall.verification import (
    Call,
    Caller,
    CallerSource,
    FleetRole,
    Reaction,
    Reply,
    RoleReport,
    Surroundings,
    Team,
    Verdict,
    read_fleet,
    read_verify,
    verify_fleet,
)

DOCUMENT = trust({"StringEquals": {"sts:ExternalId": "acme-1"}})
SPEC = read_verify({"callers": [{"profile": "tools"}]})
LET_IN = like_aws(DOCUMENT)
ACCOUNT = "arn:aws:iam::222222222222:role/"


@dataclass
class FakeAccess:
    """Opens callers whose answers come from a function of the call, and counts what it opens."""

    answer: Callable[[Call], Reply]
    opened: list[CallerSource] = field(default_factory=list)
    owners: list[CallerSource | None] = field(default_factory=list)

    def callers(self, sources: Sequence[CallerSource]) -> Mapping[str, Caller]:
        self.opened.extend(sources)
        return {source.name: FakeCaller(self.answer, name=source.name) for source in sources}

    def owner(self, source: CallerSource | None) -> FakeOwner:
        self.owners.append(source)
        return FakeOwner(DOCUMENT)


def deploy() -> FleetRole:
    return FleetRole(role_arn=f"{ACCOUNT}deploy", spec=SPEC)


def verified(
    roles: Sequence[FleetRole] | Iterator[FleetRole],
    answer: Callable[[Call], Reply] = LET_IN,
    *,
    concurrency: int = 4,
) -> list[tuple[FleetRole, RoleReport | RolecallError]]:
    return list(
        verify_fleet(
            roles,
            access=FakeAccess(answer),
            surroundings=Clock().surroundings(),
            default_region="eu-west-1",
            concurrency=concurrency,
        )
    )


def test_every_role_comes_out_with_its_report() -> None:
    """Each role is yielded once, with what its own calls came to."""
    roles = [replace(deploy(), role_arn=f"{ACCOUNT}deploy-{number}") for number in range(30)]

    done = verified(roles)

    assert sorted(role.role_arn for role, _ in done) == sorted(role.role_arn for role in roles)
    assert all(isinstance(found, RoleReport) and found.role_arn == role.role_arn for role, found in done)


def test_an_error_of_one_role_is_its_result() -> None:
    """A role that could not even be asked about spoils no other."""

    def answer(call: Call) -> Reply:
        if call.role_arn.endswith("bad"):
            raise ProbeError("the credentials ran out")
        return LET_IN(call)

    done = {
        role.role_arn: found
        for role, found in verified([deploy(), replace(deploy(), role_arn=f"{ACCOUNT}bad")], answer)
    }

    assert isinstance(done[f"{ACCOUNT}bad"], ProbeError)
    found = done[f"{ACCOUNT}deploy"]
    assert isinstance(found, RoleReport)
    assert found.verdict is Verdict.PROVED


def test_a_defect_comes_to_the_surface() -> None:
    """What nobody foresaw is raised where the results are taken."""

    def answer(_call: Call) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verified([deploy()], answer)


def test_roles_are_drawn_as_they_are_needed() -> None:
    """A fleet of any size is never held: a few roles ahead of the workers are all that is drawn."""
    drawn = 0

    def endless() -> Iterator[FleetRole]:
        nonlocal drawn
        while True:
            drawn += 1
            yield deploy()

    results = verify_fleet(
        endless(),
        access=FakeAccess(LET_IN),
        surroundings=Clock().surroundings(),
        default_region="eu-west-1",
        concurrency=3,
    )
    taken = [next(results) for _ in range(10)]
    results.close()  # type: ignore[attr-defined] # a generator

    assert len(taken) == 10
    assert drawn <= 10 + 2 * 3


def test_closing_ends_what_waits() -> None:
    """A verification that waits for propagation ends at once when its result isn't wanted any more."""
    team = Team()
    waiting = threading.Event()
    stopped = threading.Event()

    def sleep(seconds: float) -> None:
        waiting.set()
        try:
            team.sleep(seconds + 3600)
        finally:
            stopped.set()

    def idle() -> None:
        if waiting.is_set():
            raise KeyboardInterrupt

    results = verify_fleet(
        [replace(deploy(), changed=True)],
        access=FakeAccess(lambda _call: assumed()),
        surroundings=Surroundings(run_id="0a1b2c3d", sleep=sleep),
        default_region="eu-west-1",
        team=team,
        idle=idle,
        idle_seconds=0.01,
    )
    with pytest.raises(KeyboardInterrupt):
        list(results)

    assert stopped.wait(10)


def test_as_many_as_asked_for_work_at_once() -> None:
    """With a concurrency of five, five roles are in the middle of a call, and no more."""
    together = threading.Barrier(5, timeout=10)
    busy, most, lock = 0, 0, threading.Lock()

    def answer(_call: Call) -> Reply:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        together.wait()
        with lock:
            busy -= 1
        return assumed()

    spec = replace(SPEC, denied_probes="off")  # type: ignore[arg-type] # a StrEnum's value
    verified(
        [FleetRole(role_arn=f"{ACCOUNT}{number}", spec=spec) for number in range(20)], answer, concurrency=5
    )

    assert most == 5


def question(role: FleetRole, region: str = "eu-west-1") -> str:
    return role.question(default_region=region, salt=b"salt")


CALLER = {"profile": "tools", "external_id": "acme-1"}


@pytest.mark.parametrize(
    "other",
    [
        FleetRole(role_arn=f"{ACCOUNT}other", spec=SPEC),
        FleetRole(role_arn=f"{ACCOUNT}deploy", spec=read_verify({"callers": [CALLER]})),
        FleetRole(
            role_arn=f"{ACCOUNT}deploy", spec=read_verify({"callers": [{**CALLER, "external_id": "acme-2"}]})
        ),
        FleetRole(
            role_arn=f"{ACCOUNT}deploy",
            spec=read_verify({"callers": [{"profile": "tools"}], "regions": ["us-east-1"]}),
        ),
        FleetRole(role_arn=f"{ACCOUNT}deploy", spec=SPEC, declared_trust=DOCUMENT),
    ],
)
def test_another_question_has_another_fingerprint(other: FleetRole) -> None:
    """Role, callers, what they send, endpoints and the declared trust policy make the question."""
    assert question(other) != question(deploy())


def test_what_is_done_about_answers_is_no_question() -> None:
    """Patience and gates don't change what was found out; the default endpoint does."""
    patient = replace(SPEC, allowed_timeout_seconds=1.0, on_pending=Reaction.FAIL, max_age_seconds=60.0)

    assert question(FleetRole(role_arn=f"{ACCOUNT}deploy", spec=patient, changed=True)) == question(deploy())
    assert question(deploy(), "us-east-1") != question(deploy())
    assert question(deploy()) != deploy().question(default_region="eu-west-1", salt=b"other")


FLEET = {
    "callers": {"tools": {"profile": "tools"}, "other": {"profile": "o", "expect": "denied"}},
    "owners": {"222222222222": {"profile": "workload"}},
    "defaults": {"callers": ["tools"], "on_pending": "fail", "regions": ["eu-west-1"]},
    "roles": [
        {"arn": f"{ACCOUNT}deploy"},
        {"arn": "arn:aws:iam::333333333333:role/a"},
        {
            "arn": "arn:aws:iam::333333333333:role/b",
            "callers": ["tools", "other"],
            "external_id": "zeta-2",
            "denied_probes": "evaluate",
            "trust_policy": DOCUMENT,
        },
    ],
}


def test_a_fleet_is_read() -> None:
    """Defaults hold for all roles; a role's own words go before them; owners go by account."""
    fleet = read_fleet(FLEET)
    deploys, plain, special = fleet.roles

    assert [source.name for source in plain.spec.callers] == ["tools"]
    assert plain.spec is fleet.gates
    assert deploys.spec.owner is not None
    assert (deploys.spec.owner.profile, plain.spec.owner) == ("workload", None)
    assert [(source.name, source.external_id) for source in special.spec.callers] == [
        ("tools", "zeta-2"),
        ("other", "zeta-2"),
    ]
    assert (special.spec.denied_probes, special.spec.regions) == ("evaluate", ("eu-west-1",))
    assert special.declared_trust == DOCUMENT
    assert fleet.gates.on_pending is Reaction.FAIL


def test_all_callers_try_unless_it_is_said_otherwise() -> None:
    """Without ``callers`` anywhere, every role is tried by everyone."""
    fleet = read_fleet({**FLEET, "defaults": {}})

    assert [source.name for source in fleet.roles[1].spec.callers] == ["tools", "other"]


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        ([], ["isn't allowed"]),
        ({}, ["roles: is missing"]),
        (
            {"callers": {"t": {"profil": "x"}}, "owners": {222222222222: {"ambient": True}}, "roles": [{}]},
            [
                "callers.t.profil",
                "callers.t: names no source",
                "owners.222222222222: an account",
                "roles[0].arn",
            ],
        ),
        (
            {
                "roles": [{"arn": f"{ACCOUNT}a", "callers": ["tools"]}, {"arn": f"{ACCOUNT}b"}],
                "defaults": {"callers": ["t"]},
            },
            [
                "defaults.callers[0]: there is no caller 't'",
                "roles[0].callers[0]: there is no caller 'tools'",
            ],
        ),
        ({"callers": {"t": {"ambient": True, "name": "x"}}, "roles": []}, ["callers.t.name: its key"]),
        (
            {"roles": [{"arn": f"{ACCOUNT}a"}, {"arn": f"{ACCOUNT}a"}]},
            [f"roles[1].arn: {ACCOUNT}a is roles[0] too"],
        ),
        (
            {
                "roles": [
                    {"arn": f"{ACCOUNT}a", "external_id": "x", "trust_policy": {"Version": "2012-10-17"}}
                ]
            },
            ["roles[0].external_id", "roles[0].trust_policy"],
        ),
    ],
)
def test_faults_are_told_all_at_once(raw: object, faults: list[str]) -> None:
    """Each fault is told with its place."""
    with pytest.raises(DeclarationError) as caught:
        read_fleet(raw)

    told = [str(fault) for fault in caught.value.faults]
    assert len(told) >= len(faults)
    for fault in faults:
        assert any(fault in each for each in told), told


def test_roles_without_an_arn_are_not_the_same() -> None:
    """Each is told to lack one, and nothing else."""
    with pytest.raises(DeclarationError) as caught:
        read_fleet({"roles": [{}, {}]})

    told = [(fault.path, fault.problem) for fault in caught.value.faults]
    assert told == [("roles[0].arn", "is missing"), ("roles[1].arn", "is missing")]
