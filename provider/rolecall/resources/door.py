"""The door to Pulumi's partial failures, which the SDK doesn't give to dynamic providers.

A partial failure says: the resource exists, here is all that is known of it, and here is why it isn't
as it should be. The engine then stores the outputs, holds dependants back, and updates it on the next run.
On the wire it is a failed call whose status carries an ``ErrorResourceInitFailed``. The SDK's servicer
(``pulumi.dynamic.__main__``, 3.272) hands neither the call nor its context to a provider, so they are looked
up in its frame. This file can go once ``pulumi.dynamic`` has a way to say so itself.
"""

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf import any_pb2, struct_pb2
from pulumi.runtime import proto, rpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from rolecall.errors import RolecallError

PROVIDER_KEY: Final = "__provider"
_STATUS_TRAILER: Final = "grpc-status-details-bin"
_VERBS: Final = frozenset({"Check", "Diff", "Create", "Read", "Update", "Delete"})


class RoleRefuted(RolecallError):  # noqa: N818 - a finding about a role, told by the sentence
    """A role isn't as declared, and the engine couldn't be told in the way that keeps the verdicts."""


@dataclass(frozen=True, slots=True)
class EngineCall:
    """The call of the engine that this thread is answering.

    Attributes:
        request: its message: a ``CheckRequest``, ``CreateRequest`` and so on.
        context: its gRPC context.
    """

    request: Any
    context: grpc.ServicerContext

    @property
    def urn(self) -> str:
        """URN of the resource that it is about."""
        return str(self.request.urn)

    def is_live(self) -> bool:
        """Whether the engine still waits for the answer; false once it is gone or has cancelled the call."""
        return bool(self.context.is_active())


def engine_call() -> EngineCall | None:
    """The call being answered in this thread; ``None`` outside the server of dynamic providers."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name in _VERBS:
            request, context = frame.f_locals.get("request"), frame.f_locals.get("context")
            servicer = frame.f_locals.get("self")
            if isinstance(servicer, proto.ResourceProviderServicer) and isinstance(
                context, grpc.ServicerContext
            ):
                return EngineCall(request, context)
        frame = frame.f_back
    return None


def fail_partially(
    call: EngineCall | None, *, resource_id: str, outputs: Mapping[str, object], reasons: Sequence[str]
) -> None:
    """Make the call end as a partial failure; afterwards the verb returns as if all were well.

    Args:
        call: the answer of ``engine_call()`` for a Create, Update or Read.
        resource_id: id of the resource.
        outputs: everything that the state shall hold, ``__provider`` excepted: it is added here.
        reasons: one sentence for each thing that isn't as declared; at least one.

    Raises:
        RuntimeError: from a ``RoleRefuted`` with the sentences, where there is no call to answer to.
    """
    if call is None:
        message = "\n".join(reasons)
        raise RuntimeError(message) from RoleRefuted(message)
    inputs = _inputs_of(call.request)
    failure = provider_pb2.ErrorResourceInitFailed(
        id=resource_id,
        properties=_as_struct({**outputs, PROVIDER_KEY: inputs[PROVIDER_KEY]}),
        inputs=inputs,
        reasons=reasons,
    )
    detail = any_pb2.Any()
    detail.Pack(failure)
    code, number = grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNKNOWN.value[0]
    text = "; ".join(reasons)
    status = status_pb2.Status(code=number, message=text, details=[detail])
    call.context.set_code(code)
    call.context.set_details(text)
    call.context.set_trailing_metadata(((_STATUS_TRAILER, status.SerializeToString()),))


def _inputs_of(request: Any) -> struct_pb2.Struct:
    """The inputs in a request, as they came: each verb keeps them in a field of its own."""
    if isinstance(request, provider_pb2.CreateRequest):
        return request.properties
    if isinstance(request, provider_pb2.UpdateRequest):
        return request.news
    if isinstance(request, provider_pb2.ReadRequest):
        # A refresh sends both; inputs of a state written by a very old engine may lack the provider.
        return request.inputs if PROVIDER_KEY in request.inputs else request.properties
    message = f"{type(request).__name__} has no partial failure"
    raise TypeError(message)


def _as_struct(properties: Mapping[str, object]) -> struct_pb2.Struct:
    return asyncio.run(rpc.serialize_properties(dict(properties), {}))
