"""Temporary credentials of roles and federated users open the console; others don't."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.sandbox.helpers import TOOLS, Clock, answered, may, session, trusting

from rolecall.sandbox import Account, Credentials, Sandbox, User

CONSOLE = "https://console.aws.amazon.com/s3/"


@pytest.fixture
def assumed(sandbox: Sandbox, tools: Account, ci: User) -> Credentials:
    """A role's session, made with long-term keys."""
    role = tools.role("deploy", trusting(ci.arn), max_session_duration=43_200)
    return session(sandbox.client("sts", ci.credentials).assume_role(RoleArn=role.arn, RoleSessionName="run"))


def ask(sandbox: Sandbox, *, post: bool = False, **parameters: str) -> tuple[int, dict[str, Any]]:
    """Ask the federation endpoint; the answer's status and JSON."""
    form = urlencode(parameters)
    request = (
        urllib.request.Request(sandbox.signin_url, form.encode())
        if post
        else urllib.request.Request(f"{sandbox.signin_url}?{form}")
    )
    return answered(request)


def as_session(credentials: Credentials) -> str:
    return json.dumps({
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret_access_key,
        "sessionToken": credentials.session_token,
    })  # fmt: skip


def token(sandbox: Sandbox, credentials: Credentials, **parameters: str) -> tuple[int, dict[str, Any]]:
    return ask(sandbox, Action="getSigninToken", Session=as_session(credentials), **parameters)


def login(sandbox: Sandbox, signin_token: str, **parameters: str) -> tuple[int, dict[str, Any]]:
    sent = {"Issuer": "https://example.com", "Destination": CONSOLE} | parameters
    return ask(sandbox, Action="login", SigninToken=signin_token, **sent)


@pytest.mark.shows("getSigninToken", "enforced")
@pytest.mark.parametrize(("duration", "seconds"), [(None, 3600), ("900", 900), ("43200", 43_200)])
def test_signing_in(
    sandbox: Sandbox, assumed: Credentials, clock: Clock, duration: str | None, seconds: int
) -> None:
    """A role's session signs in until it ends, or for the duration asked for."""
    asked = {} if duration is None else {"SessionDuration": duration}
    status, answer = token(sandbox, assumed, **asked)
    assert status == 200

    status, who = login(sandbox, answer["SigninToken"])
    assert (status, who["Arn"]) == (200, f"arn:aws:sts::{TOOLS}:assumed-role/deploy/run")
    assert (who["Account"], who["Destination"], who["Issuer"]) == (TOOLS, CONSOLE, "https://example.com")
    clock.advance(seconds)
    assert who["Expiration"] == clock.now.isoformat()


def test_secrets_in_the_body(sandbox: Sandbox, assumed: Credentials) -> None:
    """The exchange works by POST too, so that keys stay out of URLs."""
    status, answer = ask(sandbox, post=True, Action="getSigninToken", Session=as_session(assumed))
    assert (status, list(answer)) == (200, ["SigninToken"])


def test_tokens_last_fifteen_minutes(sandbox: Sandbox, assumed: Credentials, clock: Clock) -> None:
    """A sign-in token is good for 15 minutes."""
    signin_token = token(sandbox, assumed)[1]["SigninToken"]

    clock.advance(899)
    assert login(sandbox, signin_token)[0] == 200
    clock.advance(1)
    assert login(sandbox, signin_token) == (400, {"error": "The sign-in token is expired."})


@pytest.mark.parametrize("duration", ["899", "43201", "an hour", "-900", "9" * 20])
def test_limits_of_the_duration(sandbox: Sandbox, assumed: Credentials, duration: str) -> None:
    """A console session lasts 15 minutes to 12 hours."""
    status, answer = token(sandbox, assumed, SessionDuration=duration)
    assert (status, "900 to 43200" in answer["error"]) == (400, True)


def test_chained_roles(sandbox: Sandbox, tools: Account, assumed: Credentials) -> None:
    """A session of role chaining signs in, but for no duration of its own."""
    hop = f"arn:aws:sts::{TOOLS}:assumed-role/deploy/run"
    role = tools.role("second", trusting(hop))
    chained = session(sandbox.client("sts", assumed).assume_role(RoleArn=role.arn, RoleSessionName="run"))

    assert token(sandbox, chained)[0] == 200
    status, answer = token(sandbox, chained, SessionDuration="900")
    assert (status, "role chaining" in answer["error"]) == (400, True)


def test_federated_users(sandbox: Sandbox, tools: Account) -> None:
    """A federated user signs in, but for no duration of its own."""
    proxy = tools.user("proxy", policies=[may("sts:GetFederationToken")])
    visitor = session(sandbox.client("sts", proxy.credentials).get_federation_token(Name="visitor"))

    status, answer = token(sandbox, visitor)
    assert login(sandbox, answer["SigninToken"])[1]["UserId"] == f"{TOOLS}:visitor"
    status, answer = token(sandbox, visitor, SessionDuration="900")
    assert (status, "GetFederationToken" in answer["error"]) == (400, True)


def test_users_do_not_sign_in(sandbox: Sandbox, ci: User) -> None:
    """Session credentials of a user open no console."""
    own = session(sandbox.client("sts", ci.credentials).get_session_token())

    status, answer = token(sandbox, own)
    assert (status, "Only credentials of a role" in answer["error"]) == (400, True)


def test_expired_credentials(sandbox: Sandbox, assumed: Credentials, clock: Clock) -> None:
    """Credentials that are over open no console."""
    clock.advance(3600)

    status, answer = token(sandbox, assumed)
    assert (status, "expired" in answer["error"]) == (400, True)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"Action": "logout"},
        {"Action": "getSigninToken"},
        {"Action": "getSigninToken", "Session": "{"},
        {"Action": "getSigninToken", "Session": "[]"},
        {"Action": "getSigninToken", "Session": '{"sessionId": "AKIA", "sessionKey": "x"}'},
        {"Action": "getSigninToken", "Session": '{"sessionId": "a", "sessionKey": "b", "sessionToken": "c"}'},
        {"Action": "getSigninToken", "Session": "[" * 50_000},
        {"Action": "login", "Destination": CONSOLE},
        {"Action": "login", "Destination": CONSOLE, "SigninToken": "garbage"},
    ],
)
def test_bad_requests(sandbox: Sandbox, parameters: dict[str, str]) -> None:
    """What can't be read is refused with a sentence."""
    status, answer = ask(sandbox, post=True, **parameters)
    assert (status, list(answer)) == (400, ["error"])


@pytest.mark.parametrize("wrong", ["wrong", "wr\N{LATIN SMALL LETTER O WITH STROKE}ng", "\ud800"])
@pytest.mark.parametrize("field", ["secret_access_key", "session_token"])
def test_wrong_keys(sandbox: Sandbox, assumed: Credentials, field: str, wrong: str) -> None:
    """Secret and token must both be the session's."""
    keys = {name: getattr(assumed, name) for name in ("access_key_id", "secret_access_key", "session_token")}

    assert token(sandbox, Credentials(**(keys | {field: wrong})))[0] == 400


def test_a_destination_is_needed(sandbox: Sandbox, assumed: Credentials) -> None:
    """A link into the console says where it leads."""
    signin_token = token(sandbox, assumed)[1]["SigninToken"]
    assert login(sandbox, signin_token, Destination="") == (400, {"error": "Destination is missing."})


def test_child_processes_are_told(sandbox: Sandbox, tools: Account, tmp_path: Path) -> None:
    """The environment of a child process holds the endpoint's address."""
    environment = sandbox.environment(default=tools.admin, directory=tmp_path)
    assert environment["ROLECALL_SIGNIN_URL"] == sandbox.signin_url
