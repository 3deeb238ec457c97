"""An AWS of plain functions, an engine that only listens, and mocks of the resource monitor."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from rolecall.policy import CallerSide
from rolecall.resources.outside import Outside
from rolecall.verification import (
    Assumed,
    Call,
    CallerSource,
    Identity,
    LiveRole,
    Refused,
    Reply,
    Unreadable,
)

ROLE = "arn:aws:iam::222222222222:role/deploy"
CALLER = "arn:aws:iam::111111111111:user/ci"
EXTERNAL_ID = "acme-3f1c9a0e7b52"


def trust_policy(external_id: str | None = EXTERNAL_ID) -> dict[str, Any]:
    """A trust policy for the caller's account."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
    }
    if external_id is not None:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def let_in(_call: Call) -> Reply:
    """STS lets everyone in."""
    return Assumed(
        account="222222222222",
        role_name="deploy",
        role_unique_id="AROAEXAMPLE",
        request_id="r-1",
        milliseconds=1.0,
    )


def keep_out(_call: Call) -> Reply:
    """STS lets nobody in."""
    return Refused(code="AccessDenied", message="not authorized", request_id="r-2", milliseconds=1.0)


def by_external_id(call: Call) -> Reply:
    """STS lets in who sends the external ID."""
    return let_in(call) if call.external_id == EXTERNAL_ID else keep_out(call)


@dataclass
class FakeAws:
    """Credentials and a role whose answers a test chooses; time passes only when something sleeps.

    Attributes:
        answer: what STS says to a call.
        live: what IAM says the role is.
        now: the time.
        naps: what was slept, in seconds.
        calls: the AssumeRole calls that were made.
        opening_fails: raised instead of opening callers.
        paces: the paces that were asked for, in calls a second.
    """

    answer: Callable[[Call], Reply] = by_external_id
    live: LiveRole | Unreadable = field(default_factory=lambda: role_with(trust_policy()))
    now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    naps: list[float] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    opening_fails: Exception | None = None
    paces: list[float] = field(default_factory=list)

    def outside(self) -> Outside:
        """The world of a provider that is to see this AWS."""
        return Outside(
            credentials=self,
            region=lambda: "eu-west-1",
            now=lambda: self.now,
            sleep=self._sleep,
            run_id="test",
        )

    def callers(self, sources: Sequence[CallerSource]) -> Mapping[str, "FakeCaller"]:
        """All callers are the same user."""
        if self.opening_fails is not None:
            raise self.opening_fails
        return {source.name: FakeCaller(source.name, self) for source in sources}

    def owner(self, _source: object) -> "FakeAws":
        """Whoever reads the role."""
        return self

    def paced(self, calls_per_second: float) -> Self:
        """The same credentials."""
        self.paces.append(calls_per_second)
        return self

    def role(self, _role_arn: str) -> LiveRole | Unreadable:
        """The role."""
        return self.live

    def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeCaller:
    """A user of account 111111111111 whose own policies allow everything."""

    name: str
    aws: FakeAws
    has_mfa: bool = False

    def identity(self, *, region: str) -> Identity:
        """Always the same user."""
        return Identity(arn=CALLER, account="111111111111", user_id="AIDAEXAMPLE")

    def assume(self, call: Call, *, region: str) -> Reply:
        """What the test says."""
        self.aws.calls.append(call)
        return self.aws.answer(call)

    def role_arn(self) -> None:
        """It is no session of a role."""

    def own_side(self) -> CallerSide:
        """Allows everything."""
        return CallerSide(identity_policies=None)


def role_with(document: Mapping[str, Any]) -> LiveRole:
    """The role with this trust policy, as IAM has it."""
    return LiveRole(
        arn=ROLE, unique_id="AROAEXAMPLE", trust_policy=document, max_session_duration_seconds=3600
    )


class ListeningEngine(engine_pb2_grpc.EngineServicer):
    """Hears what providers have to say."""

    def __init__(self) -> None:
        self.heard: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """One message."""
        self.heard.append(request)
        return empty_pb2.Empty()


@contextmanager
def listening_engine() -> Iterator[tuple[str, ListeningEngine]]:
    """An engine on loopback; its address, and what it hears."""
    engine = ListeningEngine()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", engine
    finally:
        server.stop(0).wait()


class Monitor(pulumi.runtime.Mocks):
    """Makes every resource as it was declared, and remembers it."""

    def __init__(self) -> None:
        self.made: list[pulumi.runtime.MockResourceArgs] = []
        self.invoked: list[str] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """A resource with what AWS would add."""
        self.made.append(args)
        outputs = dict(args.inputs)
        if args.typ == "aws:iam/role:Role":
            outputs |= {"arn": ROLE, "uniqueId": "AROAEXAMPLE"}
        if args.typ == "aws:iam/policy:Policy":
            outputs |= {"arn": f"arn:aws:iam::222222222222:policy/{args.name}"}
        return f"{args.name}-id", outputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        """Functions of the aws provider."""
        self.invoked.append(args.token)
        return {"partition": "aws", "accountId": "222222222222"}

    def of(self, kind: str) -> list[pulumi.runtime.MockResourceArgs]:
        """What was made of a type whose token ends so."""
        return [each for each in self.made if each.typ.endswith(kind)]
