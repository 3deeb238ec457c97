"""Words to the user from a dynamic provider, sent to the engine, which shows them beside the resource.

What such a provider prints ends up under the stack, without saying which resource it is about.
"""

import re
import sys
from enum import Enum
from functools import cache
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_ADDRESS: Final = re.compile(r"[\w.\-]+:\d{1,5}", re.ASCII)
_TIMEOUT_SECONDS: Final = 5.0


class Severity(Enum):
    """How loud a message is; an error doesn't fail the run by itself."""

    INFO = engine_pb2.INFO
    WARNING = engine_pb2.WARNING
    ERROR = engine_pb2.ERROR


def log(message: str, *, urn: str = "", severity: Severity = Severity.INFO) -> None:
    """Show a message that stays; on stderr where there is no engine to take it.

    Args:
        message: one sentence or a few lines, without secrets.
        urn: the resource that it is about; ``""`` for the stack.
        severity: how loud.
    """
    request = engine_pb2.LogRequest(severity=severity.value, message=message, urn=urn)
    if not _sent(request):
        sys.stderr.write(f"{severity.name.lower()}: {message}\n")


class StatusLine:
    """Shows what is going on with a resource, a line at a time; nowhere where there is no engine."""

    def __init__(self, urn: str) -> None:
        self._urn = urn
        self._shown = ""

    def __call__(self, line: str) -> None:
        """Show a line; the one that is shown already isn't sent again."""
        if line != self._shown:
            self._shown = line
            severity = engine_pb2.INFO
            _sent(engine_pb2.LogRequest(severity=severity, message=line, urn=self._urn, ephemeral=True))


def _sent(request: engine_pb2.LogRequest) -> bool:
    address = engine_address(sys.argv)
    if address is None:
        return False
    try:
        _stub(address).Log(request, timeout=_TIMEOUT_SECONDS)
    except grpc.RpcError:
        # A verification mustn't fail because nobody could be told how it goes; its result says it all.
        return False
    return True


def engine_address(argv: list[str]) -> str | None:
    """Where the engine listens: the last argument of the process, after flags such as ``-v=9``."""
    last = argv[-1] if len(argv) > 1 else ""
    return last if _ADDRESS.fullmatch(last) else None


@cache
def _stub(address: str) -> engine_pb2_grpc.EngineStub:
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
