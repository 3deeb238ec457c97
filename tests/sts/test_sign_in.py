"""Links that sign in to the console: which addresses, what is sent where, and who is taken."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from rolecall.errors import ProbeError
from rolecall.sts import Issued, Keys, Link, link_faults, sign_in_url
from rolecall.sts.sign_in import Addresses, addresses

SECRET, TOKEN = "the+secret/key", "the&session=token"


def issued(partition: str = "aws") -> Issued:
    return Issued(
        access_key_id="ASIAIOSFODNN7EXAMPLE",
        secret_access_key=SECRET,
        session_token=TOKEN,
        expires_at=datetime(2031, 5, 6, tzinfo=UTC),
        about={"AssumedRoleUser": {"Arn": f"arn:{partition}:sts::222222222222:assumed-role/deploy/alice"}},
        keys=Keys(boto3.Session(), "us-east-1"),
    )


@dataclass
class Endpoint:
    """A federation endpoint that says what it is told to, and writes down what it is asked."""

    url: str = ""
    status: int = 200
    body: str = '{"SigninToken": "sign-me-in"}'
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def form(self) -> dict[str, list[str]]:
        """The form of the only request."""
        ((_, _, body),) = self.asked
        return parse_qs(body, strict_parsing=True)


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            endpoint.asked.append((self.command, self.path, body))
            self.send_response(endpoint.status)
            self.end_headers()
            self.wfile.write(endpoint.body.encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        endpoint.url = f"http://127.0.0.1:{server.server_port}/federation"
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, strict_parsing=True)


@pytest.mark.shows("getSigninToken", "performed")
def test_credentials_travel_in_a_body_only() -> None:
    """One POST whose address says nothing; the link holds the token, and none of the credentials."""
    with serving(Endpoint()) as endpoint:
        url = sign_in_url(
            issued(), Link(endpoint=endpoint.url, session_seconds=1800, issuer="https://x.test")
        )

    assert [(method, path) for method, path, _ in endpoint.asked] == [("POST", "/federation")]
    assert endpoint.form["Action"] == ["getSigninToken"]
    assert endpoint.form["SessionDuration"] == ["1800"]
    assert json.loads(endpoint.form["Session"][0]) == {
        "sessionId": "ASIAIOSFODNN7EXAMPLE",
        "sessionKey": SECRET,
        "sessionToken": TOKEN,
    }
    assert url.startswith(f"{endpoint.url}?")
    assert query(url) == {
        "Action": ["login"],
        "Issuer": ["https://x.test"],
        "Destination": ["https://console.aws.amazon.com/"],
        "SigninToken": ["sign-me-in"],
    }


def test_what_is_not_asked_is_not_sent() -> None:
    """No session duration, which some credentials mustn't have, and no issuer."""
    with serving(Endpoint()) as endpoint:
        url = sign_in_url(issued(), Link(endpoint=endpoint.url))

    assert set(endpoint.form) == {"Action", "Session"}
    assert set(query(url)) == {"Action", "Destination", "SigninToken"}


@pytest.mark.parametrize(
    ("partition", "region", "endpoint", "destination"),
    [
        ("aws", None, "https://signin.aws.amazon.com", "https://console.aws.amazon.com/"),
        (
            "aws",
            "me-south-1",
            "https://me-south-1.signin.aws.amazon.com",
            "https://me-south-1.console.aws.amazon.com/console/home?region=me-south-1",
        ),
        ("aws-cn", None, "https://signin.amazonaws.cn", "https://console.amazonaws.cn/"),
        (
            "aws-us-gov",
            "us-gov-west-1",
            "https://signin.amazonaws-us-gov.com",
            "https://console.amazonaws-us-gov.com/console/home?region=us-gov-west-1",
        ),
        (
            "aws-us-gov",
            "us-gov-east-1",
            "https://us-gov-east-1.signin.amazonaws-us-gov.com",
            "https://us-gov-east-1.console.amazonaws-us-gov.com/console/home?region=us-gov-east-1",
        ),
    ],
)
def test_each_partition_has_its_own_addresses(
    partition: str, region: str | None, endpoint: str, destination: str
) -> None:
    """Of the partition where no region is given, else of the region."""
    assert addresses(partition, Link(region=region)) == Addresses(f"{endpoint}/federation", destination)


@pytest.mark.parametrize(
    ("given", "destination"),
    [
        ("/s3/home?region=eu-west-1", "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1"),
        ("https://example.awsapps.test/start", "https://example.awsapps.test/start"),
    ],
)
def test_the_destination_is_a_path_or_a_url(given: str, destination: str) -> None:
    """A path is one of the region's console."""
    assert addresses("aws", Link(region="eu-west-1", destination=given)).destination == destination


@pytest.mark.parametrize(
    ("endpoint", "part"),
    [
        (Endpoint(status=400, body=f"no {SECRET}"), "HTTP status 400. It takes credentials of a role"),
        (Endpoint(status=503, body="{}"), "HTTP status 503. Try again later"),
        (Endpoint(body="<html>"), "gave no sign-in token"),
        (Endpoint(body='["SigninToken"]'), "gave no sign-in token"),
        (Endpoint(status=302, body=""), "HTTP status 302"),
    ],
)
def test_a_failed_exchange_is_told_without_its_secrets(endpoint: Endpoint, part: str) -> None:
    """The status and a way out; never what was sent, nor what an endpoint made of it."""
    with serving(replace(endpoint, asked=[])) as served, pytest.raises(ProbeError, match=part) as caught:
        sign_in_url(issued(), Link(endpoint=served.url))

    told = repr(caught.value) + repr(caught.value.__cause__)
    assert not any(secret in told for secret in (SECRET, TOKEN))


def test_an_endpoint_out_of_reach_is_told() -> None:
    """Nobody listens there."""
    with pytest.raises(ProbeError, match=r"the sign-in endpoint can't be asked.*127.0.0.1:9"):
        sign_in_url(issued(), Link(endpoint="http://127.0.0.1:9/federation"))


def test_a_partition_without_a_known_console_is_told() -> None:
    """Its addresses aren't guessed."""
    with pytest.raises(ProbeError, match="aws-iso"):
        sign_in_url(issued("aws-iso"), Link())


@pytest.mark.parametrize(
    ("link", "partition", "paths"),
    [
        (Link(), "aws", []),
        (Link(endpoint="http://127.0.0.1:5000/federation"), None, []),
        (Link(endpoint="http://signin.example.test/federation"), None, ["--sign-in-endpoint"]),
        (Link(endpoint="ftp://127.0.0.1/"), None, ["--sign-in-endpoint"]),
        (Link(destination="s3"), None, ["--destination"]),
        (Link(destination="http://console.aws.amazon.com/"), None, ["--destination"]),
        (Link(session_seconds=899), None, ["--session-duration"]),
        (Link(session_seconds=43_201), None, ["--session-duration"]),
        (Link(session_seconds=43_200), "aws-cn", []),
        (Link(), "aws-iso", [""]),
        (Link(endpoint="x", destination="y", session_seconds=1), "z", 4),
    ],
)
def test_faults_are_told_beforehand(link: Link, partition: str | None, paths: Any) -> None:
    """All at once, before anything secret is sent anywhere."""
    found = [fault.path for fault in link_faults(link, partition)]

    assert (len(found) if isinstance(paths, int) else found) == paths
