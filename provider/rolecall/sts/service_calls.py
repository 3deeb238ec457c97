"""Calls to services other than STS, with a role's session: checked against boto3's models, then made."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from rolecall.errors import Fault
from rolecall.verification import CanDo, Done, Fleet, Refused, Reply, ServiceCall, Unanswered

from .credentials import Keys
from .errors import reply_of, unanswered

_NEAREST = 3


def faults_of(entries: Sequence[CanDo], *, path: str = "verify") -> tuple[Fault, ...]:
    """What boto3 wouldn't send of the entries of ``can_do``: services, operations and parameters it lacks.

    Args:
        entries: the entries, in their order.
        path: where ``can_do`` stands.
    """
    prefix = f"{path}." if path else ""
    return tuple(
        fault
        for index, entry in enumerate(entries)
        for fault in _faults(entry.what, f"{prefix}can_do[{index}]")
    )


def faults_of_fleet(fleet: Fleet) -> tuple[Fault, ...]:
    """The same for every role of a fleet; many roles share their entries, which are looked at once."""
    asked = {role.spec.can_do: role.role_arn for role in fleet.roles}
    return tuple(fault for entries, role_arn in asked.items() for fault in faults_of(entries, path=role_arn))


def done(keys: Keys, what: ServiceCall, region: str) -> Reply:
    """Makes a call; what it answers is looked at by nobody.

    Args:
        keys: a session's credentials.
        what: the call.
        region: where to.
    """
    client = keys.client(what.service, region)
    endpoint = client.meta.endpoint_url
    started = time.perf_counter()
    try:
        answer: Any = getattr(client, what.operation)(**what.parameters)
    except ClientError as error:
        return _reply(error, (time.perf_counter() - started) * 1000, endpoint)
    except BotoCoreError as error:
        return replace(unanswered(error), endpoint=endpoint)
    milliseconds = (time.perf_counter() - started) * 1000
    for each in answer.values():
        if hasattr(each, "close"):  # a stream, which would keep its connection
            each.close()
    return Done(
        request_id=answer["ResponseMetadata"].get("RequestId", ""),
        milliseconds=milliseconds,
        endpoint=endpoint,
    )


def _reply(error: ClientError, milliseconds: float, endpoint: str) -> Refused | Unanswered:
    """What an error of a service means; only that it is busy is the same everywhere as it is in STS."""
    reply = reply_of(error, milliseconds)
    if isinstance(reply, Unanswered) and not reply.retryable:
        told = error.response["Error"]
        about: Any = error.response.get("ResponseMetadata", {})
        reply = Refused(
            code=str(told.get("Code", "")),
            message=str(told.get("Message", "")),
            request_id=str(about.get("RequestId", "")),
            milliseconds=milliseconds,
        )
    return replace(reply, endpoint=endpoint)


def _faults(what: ServiceCall, path: str) -> Iterator[Fault]:
    try:
        model = botocore.session.get_session().get_service_model(what.service)
    except UnknownServiceError:
        yield Fault(
            f"{path}.service", f"boto3 has no service {what.service!r}", _names(what.service, _services())
        )
        return
    names = {xform_name(name): name for name in model.operation_names}
    if what.operation not in names:
        problem = f"{what.service} has no operation {what.operation!r}"
        yield Fault(f"{path}.operation", problem, _names(what.operation, names))
        return
    yield from _wrong_parameters(model.operation_model(names[what.operation]), what, path)


def _wrong_parameters(operation: OperationModel, what: ServiceCall, path: str) -> Iterator[Fault]:
    if operation.input_shape is None:
        if what.parameters:
            yield Fault(f"{path}.parameters", f"{what} takes none", "Leave them out.")
        return
    report = ParamValidator().validate(dict(what.parameters), operation.input_shape)
    if report.has_errors():
        problem = f"boto3 doesn't take them: {report.generate_report()}".replace(chr(10), "; ")
        yield Fault(f"{path}.parameters", problem, f"Correct the parameters of {what}.")


def _services() -> Sequence[str]:
    known: list[str] = botocore.session.get_session().get_available_services()
    return known


def _names(wrong: str, known: Iterable[str]) -> str:
    near = get_close_matches(wrong, list(known), n=_NEAREST)
    return f"Perhaps {' or '.join(near)} is meant." if near else "Use the name that boto3 has for it."
