"""The provider behind the SDK's own server, against the embedded AWS: what the engine sends and gets."""

import json
import pickle
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import engine_pb2, provider_pb2, provider_pb2_grpc
from tests.resources.dynamic_host import (
    URN,
    dynamic_host,
    partial_failure,
    plain,
    struct,
    with_provider,
)
from tests.resources.fakes import ListeningEngine, listening_engine, trust_policy

from rolecall.resources.fleet_verification import FleetVerificationProvider
from rolecall.resources.providing import VerificationProvider
from rolecall.resources.role_verification import RoleVerificationProvider
from rolecall.sandbox import Sandbox
from rolecall.sandbox.account import Role
from rolecall.sandbox.world import World, build

NO_ID = {"caller": "profile tools", "expect": "denied"}
VERIFY = {"callers": [{"profile": "tools"}], "allowed_timeout_seconds": 0, "denied_timeout_seconds": 0}


@dataclass(frozen=True)
class Rig:
    """A provider over gRPC with everything around it."""

    provider: provider_pb2_grpc.ResourceProviderStub
    engine: ListeningEngine
    world: World

    def role(self, document: dict[str, Any] | None = None) -> Role:
        """A role that asks for the external ID ``acme-1``, or one with this trust policy."""
        return self.world.workload.role("deploy", document or trust_policy("acme-1"))

    def open_up(self) -> None:
        """Take the condition out of the role's trust policy."""
        self.world.workload.client("iam").update_assume_role_policy(
            RoleName="deploy", PolicyDocument=json.dumps(trust_policy(None))
        )


@pytest.fixture(scope="module")
def outer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One server for all tests of this file; it takes a second to start."""
    folder = tmp_path_factory.mktemp("provider")
    with Sandbox() as sandbox, listening_engine() as (address, engine):
        world = build(sandbox)
        with dynamic_host(address, world.environment(folder), folder) as provider:
            provider.Configure(provider_pb2.ConfigureRequest(args=struct({"aws:region": "eu-west-1"})))
            yield Rig(provider, engine, world)


@pytest.fixture
def rig(outer: Rig) -> Iterator[Rig]:
    """The server, an engine that has heard nothing yet, and an account without the role."""
    outer.engine.heard.clear()
    yield outer
    iam = outer.world.workload.client("iam")
    for role in iam.list_roles()["Roles"]:
        if role["RoleName"] == "deploy":
            iam.delete_role(RoleName="deploy")


def inputs(role: Role, **changes: Any) -> dict[str, Any]:
    """Inputs as the engine sends them."""
    return with_provider(
        {
            "role_arn": role.arn,
            "verified_arn": role.arn,
            "trust_policy": json.dumps(trust_policy("acme-1")),
            "verify": VERIFY,
            "nonce": role.unique_id,
            **changes,
        }
    )


def create(rig: Rig, properties: dict[str, Any]) -> provider_pb2.CreateResponse:
    """One Create."""
    return rig.provider.Create(provider_pb2.CreateRequest(urn=URN, properties=struct(properties)))


def test_life_of_a_proof(rig: Rig) -> None:
    """Check, create, diff, read and delete, as the engine does them one after another."""
    role = rig.role()
    checked = rig.provider.Check(provider_pb2.CheckRequest(urn=URN, news=struct(inputs(role))))
    assert not checked.failures
    created = create(rig, plain(checked.inputs))
    state = plain(created.properties)
    assert (created.id, state["verdict"], state["level"]) == (role.arn, "proved", "live")
    assert state["regions"] == ["eu-west-1"], "aws:region of the stack counts"

    diff = rig.provider.Diff(
        provider_pb2.DiffRequest(id=created.id, urn=URN, olds=created.properties, news=checked.inputs)
    )
    assert diff.changes == provider_pb2.DiffResponse.DIFF_NONE
    read = rig.provider.Read(
        provider_pb2.ReadRequest(id=created.id, urn=URN, properties=created.properties, inputs=checked.inputs)
    )
    assert plain(read.properties) == state
    rig.provider.Delete(provider_pb2.DeleteRequest(id=created.id, urn=URN, properties=created.properties))


def test_refuted_create_is_a_partial_failure(rig: Rig) -> None:
    """The engine gets id, all outputs with the provider, the inputs as they came, and a sentence a reason."""
    leaky = trust_policy("acme-1")
    leaky["Statement"][0]["Condition"] = {"StringEqualsIfExists": {"sts:ExternalId": "acme-1"}}
    role = rig.role(leaky)
    sent = inputs(role, trust_policy=json.dumps(leaky))
    with pytest.raises(grpc.RpcError) as caught:
        create(rig, sent)
    status, failed = partial_failure(caught.value)

    assert caught.value.code() is grpc.StatusCode.UNKNOWN
    assert status.code == grpc.StatusCode.UNKNOWN.value[0]
    assert failed.id == role.arn
    outputs = plain(failed.properties)
    assert outputs["verdict"] == "refuted"
    assert outputs["__provider"] == sent["__provider"]
    assert {probe["verdict"] for probe in outputs["probes"]} >= {"proved", "refuted"}
    assert plain(failed.inputs) == json.loads(json.dumps(sent))
    assert failed.reasons
    assert any("got in without an external ID" in reason for reason in failed.reasons)
    assert "Traceback" not in caught.value.details()
    assert "acme-1" not in caught.value.details()


def test_refuted_update_replaces_the_old_proof(rig: Rig) -> None:
    """After an update that is refuted the state must not say "proved" any more."""
    role = rig.role()
    sent = inputs(role)
    created = create(rig, sent)
    rig.open_up()
    with pytest.raises(grpc.RpcError) as caught:
        rig.provider.Update(
            provider_pb2.UpdateRequest(id=created.id, urn=URN, olds=created.properties, news=struct(sent))
        )
    _, failed = partial_failure(caught.value)

    assert plain(failed.properties)["verdict"] == "refuted"
    assert failed.id == role.arn


def test_drift_found_by_read_is_a_partial_failure(rig: Rig) -> None:
    """A refresh stores what it found, with the inputs as they were, and marks the resource unhealthy."""
    role = rig.role()
    sent = inputs(role)
    created = create(rig, sent)
    rig.open_up()
    calls = len(rig.world.sandbox.calls)
    with pytest.raises(grpc.RpcError) as caught:
        rig.provider.Read(
            provider_pb2.ReadRequest(
                id=created.id, urn=URN, properties=created.properties, inputs=struct(sent)
            )
        )
    _, failed = partial_failure(caught.value)

    assert plain(failed.properties)["verdict"] == "refuted"
    assert plain(failed.inputs)["__provider"] == sent["__provider"]
    assert len(rig.world.sandbox.calls) == calls, "a refresh makes no STS call"


def test_missing_credentials_are_a_partial_failure(rig: Rig) -> None:
    """A caller without credentials ends in a sentence, not in a traceback."""
    verify = {**VERIFY, "callers": [{"profile": "nobody"}]}
    with pytest.raises(grpc.RpcError) as caught:
        create(rig, inputs(rig.role(), verify=verify))
    _, failed = partial_failure(caught.value)

    assert plain(failed.properties)["verdict"] == "inconclusive"
    assert "nobody" in failed.reasons[0]
    assert "Traceback" not in caught.value.details()


def test_words_reach_the_engine_with_the_urn(rig: Rig) -> None:
    """Status lines are ephemeral, reasons stay, and both stand beside the resource."""
    role = rig.role()
    sent = inputs(role, verify={**VERIFY, "max_age_seconds": 0})
    created = create(rig, sent)
    request = provider_pb2.DiffRequest(id=created.id, urn=URN, olds=created.properties, news=struct(sent))

    assert rig.provider.Diff(request).changes == provider_pb2.DiffResponse.DIFF_SOME
    [said] = [each for each in rig.engine.heard if not each.ephemeral]
    assert (said.urn, said.severity) == (URN, engine_pb2.INFO)
    assert "max_age_seconds is 0: the role will be probed again" in said.message


def test_a_refuted_role_of_a_fleet_is_a_partial_failure(rig: Rig) -> None:
    """The state holds the verdicts of all roles; lines that tell how far it is are ephemeral."""
    role = rig.role()
    rig.open_up()
    gone = role.arn.replace("deploy", "gone")
    sent = with_provider(
        {
            "roles": [{"arn": role.arn, "external_id": "acme-1", "expect": [NO_ID]}, {"arn": gone}],
            "verified_arns": [role.arn, gone],
            "callers": {"profile tools": {"profile": "tools"}},
            "defaults": {"allowed_timeout_seconds": 0, "denied_timeout_seconds": 0},
        },
        FleetVerificationProvider,
    )
    with pytest.raises(grpc.RpcError) as caught:
        create(rig, sent)
    _, failed = partial_failure(caught.value)

    outputs = plain(failed.properties)
    assert failed.id.startswith("fleet-")
    assert outputs["__provider"] == sent["__provider"]
    assert [each["verdict"] for each in outputs["verdicts"]] == ["refuted", "refuted"]
    assert any("got in without an external ID" in reason for reason in failed.reasons)
    assert {each.message for each in rig.engine.heard if each.ephemeral} >= {"0 of 2 roles proved"}
    assert "acme-1" not in caught.value.details()


@pytest.mark.parametrize("kind", [RoleVerificationProvider, FleetVerificationProvider])
def test_provider_is_the_same_in_every_process(kind: type[VerificationProvider]) -> None:
    """The pickle in users' state never changes: it names the class, and holds nothing of an instance."""
    here = serialize_provider(kind())
    program = (
        "from pulumi.dynamic.dynamic import serialize_provider as s;"
        "from rolecall import resources;"
        f"from {kind.__module__} import {kind.__name__} as P;"
        "print(s(P()), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == here


def test_provider_of_an_old_state_still_loads() -> None:
    """A state holds this very path: who moves or renames the class breaks users' refresh and destroy."""
    stored = b"crolecall.resources.role_verification\nRoleVerificationProvider\n(tR."

    assert isinstance(pickle.loads(stored), RoleVerificationProvider)
    assert b"rolecall.resources.role_verification" in b64decode(
        serialize_provider(RoleVerificationProvider())
    )
