"""Faults come when they are asked for, and only then."""

import json
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from tests.sandbox.helpers import TOOLS, WORKLOAD, Clock, may, refused, root, trusting

from rolecall.sandbox import Account, Faults, Role, Sandbox, User

_RUN = {"RoleSessionName": "run"}


def test_new_role_is_seen_late(sandbox: Sandbox, workload: Account, ci: User, clock: Clock) -> None:
    """A new role is refused until it has spread, as in AWS."""
    sts = sandbox.client("sts", ci.credentials)
    clock.advance(60)
    sandbox.faults.propagation(10)
    role = workload.role("deploy", trusting(ci.arn))

    assert refused(sts.assume_role, RoleArn=role.arn, **_RUN).code == "AccessDenied"
    clock.advance(9)
    assert refused(sts.assume_role, RoleArn=role.arn, **_RUN).code == "AccessDenied"
    clock.advance(1)
    assert sts.assume_role(RoleArn=role.arn, **_RUN)


def test_changed_trust_policy_is_seen_late(
    sandbox: Sandbox, workload: Account, ci: User, clock: Clock
) -> None:
    """A tightened trust policy takes time to bite: until then the one before decides."""
    role = workload.role("deploy", trusting(ci.arn))
    sts = sandbox.client("sts", ci.credentials)
    clock.advance(60)
    sandbox.faults.propagation(10)
    tight = trusting(ci.arn, StringEquals={"sts:ExternalId": "blue-heron"})
    workload.client("iam").update_assume_role_policy(RoleName="deploy", PolicyDocument=json.dumps(tight))

    assert sts.assume_role(RoleArn=role.arn, **_RUN)
    clock.advance(10)
    assert refused(sts.assume_role, RoleArn=role.arn, **_RUN).code == "AccessDenied"


def test_changed_identity_policy_is_seen_late(
    sandbox: Sandbox, tools: Account, workload: Account, clock: Clock
) -> None:
    """A permission given to a caller spreads as slowly."""
    user = tools.user("someone")
    role = workload.role("deploy", trusting(user.arn))
    sts = sandbox.client("sts", user.credentials)
    clock.advance(60)
    sandbox.faults.propagation(10)
    tools.client("iam").put_user_policy(
        UserName="someone", PolicyName="may", PolicyDocument=json.dumps(may("sts:AssumeRole"))
    )

    assert refused(sts.assume_role, RoleArn=role.arn, **_RUN).code == "AccessDenied"
    clock.advance(10)
    assert sts.assume_role(RoleArn=role.arn, **_RUN)


def test_deleted_role_is_seen_late(sandbox: Sandbox, workload: Account, ci: User, clock: Clock) -> None:
    """A deleted role can be assumed for a while."""
    role = workload.role("deploy", trusting(ci.arn))
    sts = sandbox.client("sts", ci.credentials)
    clock.advance(60)
    sandbox.faults.propagation(10)
    workload.client("iam").delete_role(RoleName="deploy")

    assert sts.assume_role(RoleArn=role.arn, **_RUN)
    clock.advance(10)
    assert refused(sts.assume_role, RoleArn=role.arn, **_RUN).code == "AccessDenied"


def test_role_that_never_spreads(sandbox: Sandbox, workload: Account, ci: User, clock: Clock) -> None:
    """One role can be hidden from STS for good, others are not."""
    hidden, other = (workload.role(name, trusting(ci.arn)) for name in ("hidden", "other"))
    sts = sandbox.client("sts", ci.credentials)
    sandbox.faults.never_propagate(hidden.arn)
    clock.advance(10_000)

    assert refused(sts.assume_role, RoleArn=hidden.arn, **_RUN).code == "AccessDenied"
    assert sts.assume_role(RoleArn=other.arn, **_RUN)
    sandbox.faults.clear()
    assert sts.assume_role(RoleArn=hidden.arn, **_RUN)


def lets_in(sandbox: Sandbox, ci: User, role: Role, region: str = "us-east-1") -> bool:
    """Whether the endpoint of a region lets the user into the role now."""
    sts = sandbox.client("sts", ci.credentials, region=region)
    try:
        return bool(sts.assume_role(RoleArn=role.arn, **_RUN))
    except sts.exceptions.ClientError:
        return False


def test_each_change_spreads_at_a_pace_of_its_own(
    sandbox: Sandbox, workload: Account, ci: User, clock: Clock
) -> None:
    """Between the two times given, roles appear one after the other, and the same way in every run."""
    clock.advance(60)
    sandbox.faults.propagation(10, 20, seed=3)
    roles = [workload.role(f"deploy-{number}", trusting(ci.arn)) for number in range(6)]

    def seen_after(seconds: float) -> list[bool]:
        clock.advance(seconds)
        return [lets_in(sandbox, ci, role) for role in roles]

    assert seen_after(9.9) == [False] * 6
    assert seen_after(5.1) == [False, True, True, True, True, False]
    assert seen_after(5) == [True] * 6


def test_regions_differ(sandbox: Sandbox, workload: Account, ci: User, clock: Clock) -> None:
    """What one endpoint sees already, another may not."""
    clock.advance(60)
    sandbox.faults.propagation(5)
    sandbox.faults.propagation(30, region="eu-west-1")
    role = workload.role("deploy", trusting(ci.arn))
    clock.advance(10)

    assert [lets_in(sandbox, ci, role, region) for region in ("us-east-1", "eu-west-1")] == [True, False]
    clock.advance(20)
    assert lets_in(sandbox, ci, role, "eu-west-1")


def test_answers_flap_while_servers_differ(
    sandbox: Sandbox, workload: Account, ci: User, clock: Clock
) -> None:
    """Yes, no, yes: any server of an endpoint may answer, and they see a change at different times."""
    clock.advance(60)
    sandbox.faults.propagation(0, 20, servers=3, seed=1)
    role = workload.role("deploy", trusting(ci.arn))
    clock.advance(10)

    answers = [lets_in(sandbox, ci, role) for _ in range(12)]
    assert {(True, False), (False, True)} <= set(pairwise(answers))
    clock.advance(10)
    assert all(lets_in(sandbox, ci, role) for _ in range(12))


def test_the_same_seed_gives_the_same_answers_after_a_reset(sandbox: Sandbox, clock: Clock) -> None:
    """A reset starts the count of calls anew, by which the server that answers is chosen."""

    def answers() -> list[bool]:
        sandbox.faults.propagation(0, 20, servers=3, seed=1)
        account = sandbox.account(WORKLOAD)
        ci = account.user("ci", policies=[may("sts:AssumeRole")])
        clock.advance(60)
        role = account.role("deploy", trusting(ci.arn))
        clock.advance(10)
        return [lets_in(sandbox, ci, role) for _ in range(7)]

    before = answers()
    sandbox.reset()
    assert answers() == before


def test_half_of_an_answer(sandbox: Sandbox, ci: User) -> None:
    """The next answer stops in its middle."""
    sts = sandbox.client("sts", ci.credentials)
    sandbox.faults.cut(1)

    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        sts.get_caller_identity()
    assert sts.get_caller_identity()["Arn"] == ci.arn


@pytest.mark.parametrize(("seconds", "words"), [(1200, "expired"), (-1200, "not yet current")])
def test_a_machine_whose_clock_is_off(sandbox: Sandbox, ci: User, seconds: float, words: str) -> None:
    """An AWS whose clock is 20 minutes off says so in its Date header, and refuses signatures."""
    sts = sandbox.client("sts", ci.credentials)
    sandbox.faults.skew(seconds)

    with pytest.raises(ClientError, match=words) as caught:
        sts.get_caller_identity()
    told = parsedate_to_datetime(caught.value.response["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert abs((told - datetime.now(UTC)).total_seconds() - seconds) < 60
    sandbox.faults.skew(seconds / 2)
    assert sts.get_caller_identity()["Arn"] == ci.arn


def test_throttling(sandbox: Sandbox, ci: User) -> None:
    """The next calls are throttled, as many as asked for."""
    sts = sandbox.client("sts", ci.credentials)
    sandbox.faults.throttle(2)

    for _ in range(2):
        refusal = refused(sts.get_caller_identity)
        assert (refusal.code, refusal.status) == ("Throttling", 400)
    assert sts.get_caller_identity()["Arn"] == ci.arn


def test_one_operation_only(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """A fault for one operation spares the others, and can be for another service."""
    sts, iam = sandbox.client("sts", ci.credentials), workload.client("iam")
    sandbox.faults.throttle(1, "AssumeRole")
    sandbox.faults.throttle(1, "ListRoles")

    assert sts.get_caller_identity()["Arn"] == ci.arn
    role = workload.role("deploy", trusting(root(TOOLS)))
    assert refused(sts.assume_role, RoleArn=role.arn, **_RUN).code == "Throttling"
    assert refused(iam.list_roles).code == "Throttling"
    assert iam.list_roles()["Roles"]
    assert sts.assume_role(RoleArn=role.arn, **_RUN)


@pytest.mark.parametrize(
    ("status", "code"), [(500, "InternalFailure"), (503, "ServiceUnavailable"), (599, "ServiceUnavailable")]
)
def test_failing(sandbox: Sandbox, ci: User, status: int, code: str) -> None:
    """The next call fails with the HTTP status asked for."""
    sts = sandbox.client("sts", ci.credentials)
    sandbox.faults.fail(status, 1)

    refusal = refused(sts.get_caller_identity)
    assert (refusal.code, refusal.status) == (code, status)
    assert sts.get_caller_identity()["Arn"] == ci.arn


def test_dropping(sandbox: Sandbox, ci: User) -> None:
    """The next connection is closed without an answer."""
    sts = sandbox.client("sts", ci.credentials)
    sandbox.faults.drop(1)

    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        sts.get_caller_identity()
    assert sts.get_caller_identity()["Arn"] == ci.arn


def test_latency_ends_with_the_sandbox(sandbox: Sandbox, ci: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is held back for an hour does not hold back the end of the sandbox."""
    sts = sandbox.client("sts", ci.credentials)
    assert sts.get_caller_identity()
    began = threading.Event()

    def an_hour(_: Faults) -> float:
        began.set()
        return 3600.0

    monkeypatch.setattr(Faults, "latency_seconds", property(an_hour))

    def call() -> None:
        with pytest.raises(HTTPClientError):
            sts.get_caller_identity()

    held = threading.Thread(target=call)
    held.start()
    assert began.wait(10)
    sandbox.stop()
    held.join(10)
    assert not held.is_alive()


def test_latency(sandbox: Sandbox, ci: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """STS calls are held back for the time asked for, other services are not."""
    waited: list[float] = []
    monkeypatch.setattr(
        "rolecall.sandbox.door.gateway.Gateway._hold", lambda _self, seconds: waited.append(seconds)
    )
    sandbox.faults.latency(2.5)

    assert sandbox.client("sts", ci.credentials).get_caller_identity()
    assert sandbox.client("dynamodb", ci.credentials).list_tables()["TableNames"] == []
    assert waited == [2.5]


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("propagation", [-1]),
        ("propagation", [9, 8]),
        ("latency", [-1]),
        ("fail", [404, 1]),
        ("throttle", [0]),
        ("drop", [0]),
        ("cut", [0]),
    ],
)
def test_impossible_fault(sandbox: Sandbox, fault: str, arguments: list[int]) -> None:
    """A fault that can't be is a ValueError, not a fault that never comes."""
    with pytest.raises(ValueError, match=r"possible|no failure"):
        getattr(sandbox.faults, fault)(*arguments)


def test_a_call_that_moto_does_not_have(workload: Account) -> None:
    """What nobody imitates is refused as such, by name."""
    refusal = refused(
        workload.client("iam").simulate_custom_policy,
        PolicyInputList=["{}"],
        ActionNames=["sts:AssumeRole"],
    )
    assert (refusal.code, refusal.status) == ("NotImplemented", 501)
    assert "SimulateCustomPolicy" in refusal.message


def test_a_fault_of_the_sandbox_itself(
    sandbox: Sandbox, ci: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in the sandbox is an InternalFailure that says so, and stands in the log."""

    def broken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("rolecall.sandbox.iam.view.IamView.role", broken)
    sts = sandbox.client("sts", ci.credentials)

    refusal = refused(sts.assume_role, RoleArn="arn:aws:iam::222222222222:role/any", **_RUN)
    assert (refusal.code, refusal.status) == ("InternalFailure", 500)
    assert "a mistake" in caplog.text
