"""A stub of STS and IAM that answers everything after the same time; its Server header says what it is.

It checks no signature and holds one role a name: whoever sends `EXTERNAL_ID` gets in. What a benchmark
measures beside it is the client's own doing.
"""

import asyncio
import json
import multiprocessing
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from multiprocessing.connection import Connection
from typing import Final
from urllib.parse import parse_qsl, quote

ACCOUNT: Final = "222222222222"
CALLER: Final = "arn:aws:iam::111111111111:user/ci"
EXTERNAL_ID: Final = "acme-3f1c9a0e7b52"
_TRUST: Final = quote(
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": CALLER},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
                }
            ],
        }
    )
)


@dataclass(frozen=True, slots=True)
class Stub:
    """A stub that serves.

    Attributes:
        endpoint_url: where.
        questions: to its process; answers what it has served so far.
    """

    endpoint_url: str
    questions: Connection

    def served(self) -> "Served":
        """What it has served since this was last asked."""
        self.questions.send("served")
        return Served(*self.questions.recv())


@dataclass(frozen=True, slots=True)
class Served:
    """What a stub has served in a time.

    Attributes:
        calls: how many calls.
        seconds: from the arrival of the first to the answer of the last.
    """

    calls: int
    seconds: float


@contextmanager
def stub(latency_seconds: float) -> Iterator[Stub]:
    """A stub in a process of its own, so that its work isn't counted as the client's."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(latency_seconds, theirs), daemon=True
    )
    process.start()
    try:
        yield Stub(f"http://127.0.0.1:{ours.recv()}", ours)
    finally:
        process.terminate()
        process.join()


def role_arn(number: int) -> str:
    """ARN of a role that the stub has; it has them all."""
    return f"arn:aws:iam::{ACCOUNT}:role/benchmark-{number}"


def _serve(latency_seconds: float, questions: Connection) -> None:
    asyncio.run(_main(latency_seconds, questions))


async def _main(latency_seconds: float, questions: Connection) -> None:
    answered: list[float] = []
    loop = asyncio.get_running_loop()

    def count() -> None:
        answered.append(loop.time())

    def asked() -> None:
        questions.recv()
        seconds = answered[-1] - answered[0] + latency_seconds if answered else 0.0
        questions.send((len(answered), seconds))
        answered.clear()

    server = await loop.create_server(lambda: _Http(latency_seconds, count), "127.0.0.1", 0, backlog=1024)
    questions.send(server.sockets[0].getsockname()[1])
    loop.add_reader(questions.fileno(), asked)
    await server.serve_forever()


class _Http(asyncio.Protocol):
    """One connection; requests come one after the other, each with a length."""

    def __init__(self, latency_seconds: float, count: Callable[[], None]) -> None:
        self._latency_seconds = latency_seconds
        self._count = count
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._next()) is not None:
            head, body = request
            asyncio.get_running_loop().call_later(self._latency_seconds, self._answer, head, body)

    def _next(self) -> tuple[str, str] | None:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return head.decode(), rest[:length].decode()

    def _answer(self, head: str, body: str) -> None:
        status, text = _reply(dict(parse_qsl(body)), head)
        self._count()
        content = text.encode()
        about = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nServer: benchmark-stub\r\n"
        about += f"Content-Type: text/xml\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(about.encode() + content)  # type: ignore[attr-defined]


def _reply(sent: dict[str, str], head: str) -> tuple[int, str]:
    action = sent.get("Action", "")
    if action == "AssumeRole":
        return _assume_role(sent)
    if action == "GetCallerIdentity":
        return 200, _ok(action, "sts.amazonaws.com/doc/2011-06-15", _identity(head))
    name = sent.get("RoleName", "")
    role = f"<Role><Path>/</Path><RoleName>{name}</RoleName><RoleId>{_role_id(name)}</RoleId>"
    role += f"<Arn>arn:aws:iam::{ACCOUNT}:role/{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
    role += f"<AssumeRolePolicyDocument>{_TRUST}</AssumeRolePolicyDocument>"
    role += "<MaxSessionDuration>3600</MaxSessionDuration></Role>"
    return 200, _ok(action, "iam.amazonaws.com/doc/2010-05-08", role)


def _assume_role(sent: dict[str, str]) -> tuple[int, str]:
    name = sent["RoleArn"].rsplit("/", 1)[-1]
    if sent.get("ExternalId") != EXTERNAL_ID:
        refusal = "<Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message>"
        return 403, (
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<Error>{refusal}</Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
        )
    session = f"{ACCOUNT}:assumed-role/{name}/{sent['RoleSessionName']}"
    given = "<Credentials><AccessKeyId>ASIAQAAAAAAAAAAAAAAA</AccessKeyId>"
    given += f"<SecretAccessKey>stub</SecretAccessKey><SessionToken>stub-{name}</SessionToken>"
    given += "<Expiration>2036-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>"
    given += f"<AssumedRoleId>{_role_id(name)}:{sent['RoleSessionName']}</AssumedRoleId>"
    given += f"<Arn>arn:aws:sts::{session}</Arn></AssumedRoleUser>"
    return 200, _ok("AssumeRole", "sts.amazonaws.com/doc/2011-06-15", given)


def _identity(head: str) -> str:
    """Who holds the session token; a call without one is the user's."""
    lines = head.split("\r\n")
    token = next((line for line in lines if line.lower().startswith("x-amz-security-token:")), "")
    name = token.partition("stub-")[2]
    if not name:
        return f"<Arn>{CALLER}</Arn><UserId>AIDAQAAAAAAAAAAAAAAA</UserId><Account>111111111111</Account>"
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session"
    return f"<Arn>{arn}</Arn><UserId>{_role_id(name)}:session</UserId><Account>{ACCOUNT}</Account>"


def _role_id(name: str) -> str:
    return "AROA" + name.upper().replace("-", "").encode().hex().upper()[:16].ljust(16, "A")


def _ok(action: str, namespace: str, result: str) -> str:
    return (
        f'<{action}Response xmlns="https://{namespace}/"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )
