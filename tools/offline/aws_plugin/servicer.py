"""Translates the engine's gRPC calls into the verbs of a row, and errors into sentences."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tools.offline.aws_plugin import lifecycle, session
from tools.offline.aws_plugin.catalog import RESOURCES
from tools.offline.aws_plugin.functions import FUNCTIONS
from tools.offline.aws_plugin.lifecycle import Change
from tools.offline.aws_plugin.resource import Resource

STAND_IN = (
    "This is the stand-in aws plugin for machines without internet, not the official one:"
    " it serves only what is in its tables."
)

GONE = frozenset({"NoSuchEntity", "NoSuchBucket", "ResourceNotFoundException", "404"})
"""Error codes that say: there is no such thing (any more)."""

_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""How the engine marks a value as secret."""

_KINDS = {
    ("ADD", False): provider_pb2.PropertyDiff.ADD,
    ("ADD", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("DELETE", False): provider_pb2.PropertyDiff.DELETE,
    ("DELETE", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("UPDATE", False): provider_pb2.PropertyDiff.UPDATE,
    ("UPDATE", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class AwsPlugin(provider_pb2_grpc.ResourceProviderServicer):
    """`ResourceProvider` over the tables; `version` is the one that the SDK asked the engine for."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._aws: session.Aws | None = None

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Take no secrets: the engine then marks outputs as secret by the inputs of the same name."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=False)

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """The version, marked as the stand-in's."""
        return plugin_pb2.PluginInfo(version=f"{self._version}+stand-in")

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Nothing to show: the schema belongs to the official plugin."""
        _fail(context, f"{STAND_IN} It has no schema.", grpc.StatusCode.UNIMPLEMENTED)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Refuse settings that the stand-in would silently ignore."""
        known = session.USED | session.WITHOUT_EFFECT
        failures = [
            provider_pb2.CheckFailure(reason=f"the provider setting {name!r} is not supported. {STAND_IN}")
            for name, value in _plain(request.news).items()
            if name not in known and value not in (None, "", "[]", "{}", "null")
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Other settings are never a reason to replace the provider, and with it all its resources."""
        changed = request.olds != request.news
        answer = provider_pb2.DiffResponse
        return answer(changes=answer.DIFF_SOME if changed else answer.DIFF_NONE)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Make the sessions; the first client is made on first use."""
        with _sentences(context, "configuring the aws provider"):
            self._aws = session.Aws(_plain(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptSecrets=False)

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Call a function of the table."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            _fail(context, f"There is no function {request.tok}. {STAND_IN}")
        with _sentences(context, f"calling {request.tok.rsplit(':', 1)[-1]}"):
            results = function(self._configured, _plain(request.args))
        answer: dict[str, Any] = {"return": _struct(results)}
        return provider_pb2.InvokeResponse(**answer)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Complete the inputs; list what is wrong without showing any value."""
        row = _row(request, context)
        inputs, faults = lifecycle.check(
            row, request.name, _plain(request.olds), _plain(request.news), request.randomSeed
        )
        failures = [provider_pb2.CheckFailure(reason=fault) for fault in faults]
        return provider_pb2.CheckResponse(inputs=_struct(inputs), failures=failures)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Compare the last known state with the new inputs."""
        row = _row(request, context)
        state, news = _plain(request.olds), _plain(request.news)
        changes = [
            change
            for change in lifecycle.diff(row, state, news, self._configured.default_tags)
            if change.path.split("[")[0] not in request.ignoreChanges
        ]
        replaces = [change.path for change in changes if change.replaces]
        answer = provider_pb2.DiffResponse
        return answer(
            changes=answer.DIFF_SOME if changes else answer.DIFF_NONE,
            replaces=replaces,
            diffs=sorted({change.path.split("[")[0] for change in changes}),
            detailedDiff={change.path: _detail(change) for change in changes},
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and lifecycle.deletes_first(row, state, news),
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Create, then read back; in a preview only foresee."""
        row, aws, inputs = _row(request, context), self._configured, _plain(request.properties)
        if request.preview:
            outputs = lifecycle.foreseen(row, inputs, None, aws.default_tags)
            return provider_pb2.CreateResponse(properties=_outputs(row, outputs))
        with _sentences(context, f"creating the {row.noun} {request.name!r}"):
            created = row.create(aws, inputs)
            outputs = _read_back(row, aws, created.id, {**inputs, **created.told_once}, inputs)
        return provider_pb2.CreateResponse(id=created.id, properties=_outputs(row, outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The live state, and the inputs that would lead to it; an empty answer when it is gone."""
        row, aws = _row(request, context), self._configured
        state, inputs = _plain(request.properties), _plain(request.inputs)
        live = None
        with _sentences(context, f"reading the {row.noun} {request.id!r}"), _gone_is_fine():
            live = row.read(aws, request.id, state)
        if live is None:
            return provider_pb2.ReadResponse()
        refreshed = lifecycle.refreshed_inputs(row, inputs, live, aws.default_tags)
        outputs = lifecycle.outputs(row, refreshed, live, aws.default_tags)
        return provider_pb2.ReadResponse(
            id=request.id, properties=_outputs(row, outputs), inputs=_struct(refreshed)
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Bring AWS to the new inputs, then read back; in a preview only foresee."""
        row, aws = _row(request, context), self._configured
        state, news = _plain(request.olds), _plain(request.news)
        if request.preview:
            outputs = lifecycle.foreseen(row, news, state, aws.default_tags)
            return provider_pb2.UpdateResponse(properties=_outputs(row, outputs))
        with _sentences(context, f"updating the {row.noun} {request.id!r}"):
            if row.update is not None:
                row.update(aws, request.id, state, news)
            outputs = _read_back(row, aws, request.id, {**state, **news}, news)
        return provider_pb2.UpdateResponse(properties=_outputs(row, outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Delete; what is gone already is fine."""
        row = _row(request, context)
        with _sentences(context, f"deleting the {row.noun} {request.id!r}"), _gone_is_fine():
            row.delete(self._configured, request.id, _plain(request.properties))
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Nothing to stop: every verb is a few short calls."""
        return empty_pb2.Empty()

    @property
    def _configured(self) -> session.Aws:
        if self._aws is None:
            raise RuntimeError("the engine configures a provider before it uses it")
        return self._aws


def _row(request: Any, context: grpc.ServicerContext) -> Resource:
    token = request.type or request.urn.split("::")[2].rsplit("$", 1)[-1]
    row = RESOURCES.get(token)
    if row is None:
        _fail(context, f"There is no resource type {token}. {STAND_IN}")
    return row


def _read_back(
    row: Resource, aws: session.Aws, id_: str, known: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    live = row.read(aws, id_, known)
    return lifecycle.outputs(row, inputs, live or {}, aws.default_tags)


def _detail(change: Change) -> provider_pb2.PropertyDiff:
    return provider_pb2.PropertyDiff(kind=_KINDS[change.kind, change.replaces])


def _fail(
    context: grpc.ServicerContext, sentence: str, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN
) -> NoReturn:
    """End the call; the engine shows the sentence."""
    context.abort(code, sentence)
    raise AssertionError("abort() always raises")


@contextlib.contextmanager
def _sentences(context: grpc.ServicerContext, doing: str) -> Iterator[None]:
    """Show what AWS or boto3 refuses as one sentence."""
    try:
        yield
    except ClientError as error:
        told = error.response["Error"]
        _fail(context, f"{doing}: {told['Code']}: {told['Message']}")
    except (BotoCoreError, session.ConfigError) as error:
        _fail(context, f"{doing}: {error}")


@contextlib.contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise


def _plain(message: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(message)


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(dict(values))
    return message


def _outputs(row: Resource, values: Mapping[str, Any]) -> struct_pb2.Struct:
    hidden = {name: {**_SECRET, "value": values[name]} for name in row.secrets if values.get(name)}
    return _struct({**values, **hidden})
