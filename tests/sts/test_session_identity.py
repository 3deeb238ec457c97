"""Who a session is, asked with one client for all sessions."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from rolecall.sandbox.world import World
from rolecall.sts.credentials import Keys
from rolecall.sts.session_identity import session_identity

REGION = "us-east-1"


@pytest.fixture
def keys(world: World, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """The keys of a user who may assume every role."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.sandbox.endpoint_url)
    user = world.ci.credentials
    session = boto3.Session(
        aws_access_key_id=user.access_key_id, aws_secret_access_key=user.secret_access_key
    )
    return Keys(session, REGION)


def assumed(world: World, keys: Keys, name: str) -> Mapping[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": world.ci.arn}}
    role = world.workload.role(name, {"Version": "2012-10-17", "Statement": [statement]})
    answer = keys.sts(REGION).assume_role(RoleArn=role.arn, RoleSessionName=f"as-{name}")
    credentials: Mapping[str, Any] = answer["Credentials"]
    return credentials


def test_each_session_is_itself(world: World, keys: Keys) -> None:
    """Many threads ask at once with one client, and every one hears of its own session."""
    sessions = {name: assumed(world, keys, name) for name in ("one", "two", "three", "four")}
    names = [*sessions] * 10

    with ThreadPoolExecutor(8) as pool:
        told = pool.map(lambda name: session_identity(keys, sessions[name], region=REGION).arn, names)

    assert [arn.rpartition("/")[2] for arn in told] == [f"as-{name}" for name in names]


def test_the_callers_own_client_is_left_alone(world: World, keys: Keys) -> None:
    """After a session was asked about, the caller is still who it was."""
    session_identity(keys, assumed(world, keys, "five"), region=REGION)

    assert keys.sts(REGION).get_caller_identity()["Arn"] == world.ci.arn


def test_sessions_share_a_client(world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of its own for each session would cost as much as the call."""
    made: list[str] = []
    make = keys.session.client

    def client(service: str, **settings: Any) -> Any:
        made.append(service)
        return make(service, **settings)  # type: ignore[call-overload] # whichever service it is

    monkeypatch.setattr(keys.session, "client", client)
    for name in ("six", "seven", "eight"):
        session_identity(keys, assumed(world, keys, name), region=REGION)

    assert made == ["sts", "sts"]  # the caller's own, and that of the sessions


def test_what_is_made_once_is_made_by_one(keys: Keys) -> None:
    """Threads that ask for the same at once wait for it; what fails is tried again by the next."""
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: keys.once(("thing", REGION), make), range(50))) == {1}
    with pytest.raises(ZeroDivisionError):
        keys.once(("other", REGION), lambda: 1 // 0)
    assert keys.once(("other", REGION), make) == 2
