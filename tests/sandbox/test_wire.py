"""What comes over the wire is answered, whatever it is: no secret is shown, and nothing is printed."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from tests.sandbox.helpers import refused, unchecked_sts

from rolecall.sandbox import Sandbox, User
from rolecall.sandbox.door.wire import HttpRequest
from rolecall.sandbox.sts.operations import OPERATIONS
from rolecall.sandbox.sts.parameters import read


def raw(sandbox: Sandbox, sent: bytes) -> bytes:
    """Send bytes, and return the first line of what comes back."""
    port = urlsplit(sandbox.endpoint_url).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as answer:
            return answer.readline().strip()


def test_control_characters_come_back_in_readable_xml(sandbox: Sandbox, ci: User) -> None:
    """XML has no place for them, so AWS's sentence shows another character where one was sent."""
    sts = unchecked_sts(sandbox, ci.credentials)

    refusal = refused(sts.assume_role, RoleArn="arn:aws:iam::222222222222:role/x", RoleSessionName="a\x01<b")

    assert refusal.code == "ValidationError"
    assert "a\N{REPLACEMENT CHARACTER}<b" in refusal.message


def _signed(key: str, moment: str, signature: str) -> bytes:
    scope = f"{key}/{moment[:8]}/us-east-1/sts/aws4_request"
    header = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={signature}"
    return f"X-Amz-Date: {moment}\r\nAuthorization: {header}\r\n".encode("latin-1")


@pytest.mark.parametrize(
    "odd",
    [
        lambda _key, _now: b"Content-Length: many\r\n",
        lambda _key, _now: b"Content-Length: -5\r\n",
        lambda key, _now: _signed(key, "99991231T235959Z", "00"),
        lambda key, now: _signed(key, now, "\xe9"),
    ],
    ids=["length-of-letters", "negative-length", "signed-at-the-end-of-time", "signature-beyond-ascii"],
)
def test_headers_that_no_client_sends(
    sandbox: Sandbox, ci: User, odd: Callable[[str, str], bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    """The call is refused, and not because the sandbox fails; the terminal stays clean."""
    headers = odd(ci.credentials.access_key_id, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")

    answer = raw(sandbox, b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 403 ")
    assert capfd.readouterr() == ("", "")


def test_tls_is_no_news(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """A client that begins with TLS is told that this is no HTTP; the terminal stays clean."""
    assert b"<!DOCTYPE HTML>" in raw(sandbox, b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
    assert capfd.readouterr() == ("", "")


def test_no_secret_is_in_the_repr_of_a_call() -> None:
    """Neither of what came over the wire, nor of what was read out of it."""
    sent = {"RoleArn": "arn:aws:iam::222222222222:role/x", "RoleSessionName": "run"}
    token = {"WebIdentityToken": "the-secret"}
    request = HttpRequest(
        method="GET", target="/?WebIdentityToken=the-secret", headers={}, body=b"", source_ip="127.0.0.1"
    )
    read_out = read(OPERATIONS["AssumeRoleWithWebIdentity"], sent | token)

    assert read_out.get("WebIdentityToken") == "the-secret"
    assert "the-secret" not in f"{request!r} {read_out!r}"
