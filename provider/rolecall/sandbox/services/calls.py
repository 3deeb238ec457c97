"""What a call to any service is: its operation, its IAM action, and the resource it is done to."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from rolecall.policy.request import UNKNOWN, Unknown

from ..callers.identities import Identity
from ..door.wire import HttpRequest
from ..iam.backend import account_iam
from .tables import ACTIONS, PREFIXES, RESOURCES


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """A call as a policy sees it.

    Attributes:
        action: such as ``s3:ListAllMyBuckets``.
        resource: ARN, ``*`` where the action has no resources, ``UNKNOWN`` where the tables don't tell.
    """

    action: str
    resource: str | Unknown


def read(request: HttpRequest, service: str, region: str, identity: Identity) -> ServiceCall | None:
    """Return what a call is; ``None`` where its operation can't be told.

    Args:
        request: the call.
        service: its signing name.
        region: of its credential scope.
        identity: who makes it.
    """
    operation, parameters = request.operation, _parameters(request)
    if not operation:
        route = _route(request, service)
        if route is None:
            return None
        operation, parameters = route.operation, parameters | route.placeholders(request)
    prefix = PREFIXES.get(service, service)
    known = {
        **parameters,
        "partition": identity.partition,
        "region": region,
        "account": identity.account_id,
        "service": service,
        **(_iam_arns(parameters, identity) if service == "iam" else {}),
    }
    return ServiceCall(
        action=ACTIONS.get((service, operation), f"{prefix}:{operation}"),
        resource=_resource(service, operation, known),
    )


def answers_in_json(service: str) -> bool:
    """Return whether a service's calls and answers are JSON, whatever a call's headers say."""
    model = _model(service)
    return model is not None and model.protocol in {"json", "rest-json"}


def _resource(service: str, operation: str, known: Mapping[str, str]) -> str | Unknown:
    for pattern, template in RESOURCES.get(service, ()):
        if fnmatchcase(operation, pattern):
            names = re.findall(r"{([\w.]+)}", template)
            if all(name in known for name in names):
                named = known[names[-1]] if names else ""
                return named if named.startswith("arn:") else _filled(template, known)
    return UNKNOWN


def _filled(template: str, known: Mapping[str, str]) -> str:
    return re.sub(r"{([\w.]+)}", lambda found: known[found[1]].lstrip("/"), template)


def _parameters(request: HttpRequest) -> dict[str, str]:
    sent = request.parameters()
    if request.speaks_json and request.body:
        try:
            content = json.loads(request.body)
        except ValueError:
            return sent
        if isinstance(content, dict):
            sent |= {name: value for name, value in content.items() if isinstance(value, str)}
    if "QueueUrl" in sent:
        sent["QueueName"] = sent["QueueUrl"].rpartition("/")[2]
    return sent


def _iam_arns(parameters: Mapping[str, str], identity: Identity) -> dict[str, str]:
    """Return the ARNs, with their paths, of the users, roles and groups that a call names."""
    iam = account_iam(identity.account_id)
    stored: dict[str, Iterable[Any]] = {
        "User": iam.users.values(),
        "Role": iam.roles.values(),
        "Group": iam.groups.values(),
    }
    found = {"CallerArn": identity.entity_arn}
    for kind, entities in stored.items():
        name = parameters.get(f"{kind}Name")
        if name is not None:
            pathless = f"arn:{identity.partition}:iam::{identity.account_id}:{kind.lower()}/{name}"
            found[f"{kind}Arn"] = next((each.arn for each in entities if each.name == name), pathless)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """How an operation of a service without ``Action`` is called.

    Attributes:
        operation: its name.
        method: of HTTP.
        path: matches the path, and names its placeholders.
        query: parameters with a fixed value; ``""`` where they only have to be there.
        headers: names that have to be there, in lower case.
    """

    operation: str
    method: str
    path: re.Pattern[str]
    query: Mapping[str, str]
    headers: frozenset[str]

    def fits(self, request: HttpRequest) -> bool:
        """Whether a request is a call of this operation, or of one that asks for more."""
        query = dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))
        return (
            request.method == self.method
            and self.path.fullmatch(request.path) is not None
            and all(name in query and value in {"", query[name]} for name, value in self.query.items())
            and self.headers <= request.headers.keys()
        )

    def placeholders(self, request: HttpRequest) -> dict[str, str]:
        """Return the values that the path holds."""
        found = self.path.fullmatch(request.path)
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else {}


def _route(request: HttpRequest, service: str) -> _Route | None:
    """Return the operation that asks for most of what a request has."""
    fitting = [route for route in _routes(service) if route.fits(request)]
    return max(fitting, key=lambda route: len(route.query) + len(route.headers), default=None)


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    model = _model(service)
    if model is None or not model.protocol.startswith("rest"):
        return ()
    return tuple(_route_of(model.operation_model(name)) for name in sorted(model.operation_names))


def _route_of(operation: OperationModel) -> _Route:
    path, _, query = operation.http["requestUri"].partition("?")
    pieces = re.split(r"{(\w+)(\+?)}", path)
    pattern = re.escape(pieces[0])
    for name, greedy, literal in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        pattern += f"(?P<{name}>{'.+' if greedy else '[^/]+'}){re.escape(literal)}"
    return _Route(
        operation=operation.name,
        method=operation.http["method"],
        path=re.compile(pattern),
        query=dict(parse_qsl(query, keep_blank_values=True))
        | dict.fromkeys(_required(operation, "querystring"), ""),
        headers=frozenset(name.lower() for name in _required(operation, "header")),
    )


def _required(operation: OperationModel, location: str) -> Iterator[str]:
    shape = operation.input_shape
    if shape is None:
        return
    for name in shape.required_members:
        serialization = shape.members[name].serialization
        if serialization.get("location") == location:
            yield serialization["name"]


@cache
def _model(service: str) -> ServiceModel | None:
    try:
        return ServiceModel(
            Loader(include_default_search_paths=True).load_service_model(service, "service-2"), service
        )
    except UnknownServiceError:
        return None
