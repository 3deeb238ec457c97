"""The SDK's server of dynamic providers as the engine starts it, spoken to with the engine's own messages."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from rolecall.resources.providing import VerificationProvider
from rolecall.resources.role_verification import RoleVerificationProvider

URN = "urn:pulumi:dev::rolecall-test::pulumi-python:dynamic/rolecall:RoleVerification::deploy"


@contextmanager
def dynamic_host(
    engine: str, environment: Mapping[str, str], folder: Path
) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """A running server, and what talks to it.

    Args:
        engine: address of the engine.
        environment: the whole environment of the server.
        folder: where it runs.
    """
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.dynamic", engine],
        env=dict(environment),
        cwd=folder,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        process.kill()
        process.communicate()


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Properties as the engine sends them."""
    made = struct_pb2.Struct()
    made.update(dict(properties))
    return made


def plain(properties: struct_pb2.Struct) -> dict[str, Any]:
    """Properties as Python sees them; numbers are floats."""
    return json_format.MessageToDict(properties)


def with_provider(
    properties: Mapping[str, Any], kind: type[VerificationProvider] = RoleVerificationProvider
) -> dict[str, Any]:
    """Properties with a provider's pickle, as a program registers them."""
    return {**properties, "__provider": serialize_provider(kind())}


def partial_failure(error: grpc.RpcError) -> tuple[status_pb2.Status, provider_pb2.ErrorResourceInitFailed]:
    """What the engine reads out of a call that ended as a partial failure."""
    trailer = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailer["grpc-status-details-bin"])
    failed = provider_pb2.ErrorResourceInitFailed()
    [detail] = status.details
    assert detail.Unpack(failed)
    return status, failed
