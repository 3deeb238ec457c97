"""Requests and answers as they travel: WSGI in, AWS's XML or JSON out."""

import io
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from .refusals import JSON_CODES, Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

STS_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 can hold, not even escaped: messages repeat what callers sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request, read to its end.

    Attributes:
        method: such as ``POST``.
        target: path and query as they were sent, still percent-encoded.
        headers: names in lower case; values of repeated headers joined by a comma.
        body: the whole body.
        source_ip: where it came from.
    """

    method: str
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    source_ip: str

    @property
    def path(self) -> str:
        """The path as it was sent."""
        return urlsplit(self.target).path

    def parameters(self) -> dict[str, str]:
        """Return the parameters of a call in AWS's query protocol, from the query string and the form."""
        query = parse_qsl(urlsplit(self.target).query, keep_blank_values=True)
        form = (
            parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True) if self._is_form else []
        )
        return dict(query + form)

    @property
    def operation(self) -> str:
        """The operation asked for, as AWS's query and JSON protocols name it; ``""`` where neither does."""
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        return target or self.parameters().get("Action", "")

    @property
    def _is_form(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")

    @property
    def speaks_json(self) -> bool:
        """Whether the caller expects JSON."""
        return "x-amz-target" in self.headers or "json" in self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One HTTP answer, ready to be sent."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()


def read(environ: "WSGIEnvironment") -> HttpRequest:
    """Read a WSGI request to its end, and leave its body readable once more in ``environ``.

    A ``Content-Length`` that is no number counts as none.
    """
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
        # The body is whole now, so what is behind must not look for chunks again.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("wsgi.input_terminated")
    else:
        stated = environ.get("CONTENT_LENGTH", "")
        body = stream.read(int(stated) if re.fullmatch(r"\d+", stated, re.ASCII) else 0)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        target=environ["RAW_URI"],
        headers=headers,
        body=body,
        source_ip=environ["REMOTE_ADDR"],
    )


def new_request_id() -> str:
    """Return an id for one request."""
    return str(uuid.uuid4())


def sts_answer(operation: str, result: Mapping[str, object], request_id: str) -> HttpAnswer:
    """Return STS's answer to a call that succeeded."""
    body = (
        f'<{operation}Response xmlns="{STS_NAMESPACE}">'
        f"<{operation}Result>{_xml(result)}</{operation}Result>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return HttpAnswer(200, "text/xml", body.encode(), (("x-amzn-RequestId", request_id),))


def refused(refusal: Refusal, request_id: str, *, service: str = "", speaks_json: bool = False) -> HttpAnswer:
    """Return an error answer in the protocol that the caller of ``service`` expects."""
    headers = (("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", refusal.code))
    if speaks_json:
        error = {"__type": JSON_CODES.get(refusal.code, refusal.code), "message": refusal.message}
        return HttpAnswer(
            refusal.status, "application/x-amz-json-1.1", json.dumps(error).encode(), headers[:1]
        )
    error = {"Code": refusal.code, "Message": refusal.message}
    identified = f"<RequestId>{request_id}</RequestId>"
    if service == "s3":
        body = f"<Error>{_xml(error)}{identified}</Error>"
    elif service == "ec2":
        told = f"<Errors><Error>{_xml(error)}</Error></Errors><RequestID>{request_id}</RequestID>"
        body = f"<Response>{told}</Response>"
    else:
        side = "Sender" if refusal.status < 500 else "Receiver"  # noqa: PLR2004 - 5xx is the server's fault
        body = (
            f'<ErrorResponse xmlns="{STS_NAMESPACE}"><Error><Type>{side}</Type>{_xml(error)}</Error>'
            f"{identified}</ErrorResponse>"
        )
    return HttpAnswer(refusal.status, "text/xml", body.encode(), headers)


def compact_json(value: object) -> str:
    """Return JSON without white space, as AWS writes it into texts."""
    return json.dumps(value, separators=(",", ":"))


def json_answer(value: object, *, status: int = 200) -> HttpAnswer:
    """Return a JSON answer of the sandbox itself."""
    return HttpAnswer(status, "application/json", json.dumps(value).encode())


def _xml(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_xml(inner)}</{name}>" for name, inner in value.items())
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", str(value)))
