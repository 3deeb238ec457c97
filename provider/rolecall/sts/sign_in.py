"""Turns temporary credentials into a link that signs a browser in to the console.

AWS page: Enable custom identity broker access to the AWS console.
"""

import json
import os
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from rolecall.errors import Fault, ProbeError
from rolecall.policy.consoles import CONSOLES
from rolecall.policy.formats import SESSION_DURATION, range_fault_of, shown

from .credentials import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS
from .errors import sentence_of
from .temporary import Issued

LINK_MINUTES: Final = 15
"""How long a link can be opened; the session that it opens lasts longer."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is asked of a link besides whom it signs in.

    Attributes:
        region: whose console to begin at, and whose endpoint to ask; ``None`` for the partition's.
        endpoint: URL of the federation endpoint in place of AWS's.
        destination: the page to begin at: a URL, or a path of the console such as ``/s3/home``.
        issuer: URL of the page that the console offers when the session has ended.
        session_seconds: how long the console's session lasts; ``None`` for as long as the credentials.
            Not for a role that was reached by another session, nor with GetFederationToken.
    """

    region: str | None = None
    endpoint: str | None = None
    destination: str | None = None
    issuer: str | None = None
    session_seconds: int | None = None


def link_faults(link: Link, partition: str | None) -> list[Fault]:
    """What is wrong with a link that can be told beforehand.

    Args:
        link: what is asked.
        partition: whose credentials there will be, where that is known.
    """
    rules = (
        (
            link.endpoint is not None and not _keeps_secrets(link.endpoint),
            "--sign-in-endpoint",
            f"{shown(link.endpoint)} is no https URL",
            "Credentials are sent there; use https, or a port of this machine",
        ),
        (
            link.destination is not None and not link.destination.startswith(("/", "https://")),
            "--destination",
            f"{shown(link.destination)} is no page of the console",
            "Give a https URL, or a path of the console such as /s3/home",
        ),
        (
            partition is not None and partition not in CONSOLES,
            "",
            f"the address of the console of partition {partition} isn't known",
            f"Known are {', '.join(CONSOLES)}",
        ),
    )
    faults = [Fault(path, problem, remedy) for wrong, path, problem, remedy in rules if wrong]
    if link.session_seconds is not None:
        fault = range_fault_of(SESSION_DURATION, link.session_seconds, "--session-duration")
        faults += [fault] if fault is not None else []
    return faults


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a link leads: first to the federation endpoint, which sends the browser on to its destination."""

    endpoint: str
    destination: str


def addresses(partition: str, link: Link) -> Addresses:
    """The addresses of a partition, or of the link's region, with what the link has in their place.

    Raises:
        ProbeError: the partition's console isn't known.
    """
    hosts = CONSOLES.get(partition)
    if hosts is None:
        raise ProbeError(f"the address of the console of partition {partition} isn't known.")
    home, destination = f"https://{hosts.home_host(link.region)}", link.destination
    if destination is None:
        destination = f"/console/home?region={link.region}" if link.region else "/"
    return Addresses(
        endpoint=link.endpoint or f"https://{hosts.sign_in_host(link.region)}/federation",
        destination=f"{home}{destination}" if destination.startswith("/") else destination,
    )


def sign_in_url(issued: Issued, link: Link) -> str:
    """A link that signs in whoever opens it within 15 minutes: as secret as the credentials.

    The credentials travel in the body of a POST, since addresses end up in the logs of proxies.

    Args:
        issued: credentials of a role or of a federated user.
        link: what is asked besides; has no faults.

    Raises:
        ProbeError: the endpoint can't be reached, or doesn't take the credentials.
    """
    where = addresses(issued.partition, link)
    session = {
        "sessionId": issued.access_key_id,
        "sessionKey": issued.secret_access_key,
        "sessionToken": issued.session_token,
    }
    form = {"Action": "getSigninToken", "Session": json.dumps(session)}
    if link.session_seconds is not None:
        form["SessionDuration"] = str(link.session_seconds)
    query = {
        "Action": "login",
        "Destination": where.destination,
        "SigninToken": _token(where.endpoint, form),
        **({} if link.issuer is None else {"Issuer": link.issuer}),
    }
    return f"{where.endpoint}?{urlencode(query)}"


def _token(endpoint: str, form: dict[str, str]) -> str:
    make: Any = URLLib3Session  # its stubs know neither a bundle of certificates nor two timeouts
    http = make(
        verify=os.environ.get("AWS_CA_BUNDLE") or True,
        proxies=get_environ_proxies(endpoint),
        timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
    )
    request = AWSRequest(
        method="POST",
        url=endpoint,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        data=urlencode(form),
    )
    try:
        answer = http.send(request.prepare())
    except BotoCoreError as error:
        raise ProbeError(f"the sign-in endpoint can't be asked: {sentence_of(error)}") from error
    finally:
        http.close()
    if answer.status_code != HTTPStatus.OK:  # what it says beside may hold what was sent
        raise ProbeError(
            f"{endpoint} answered with HTTP status {answer.status_code}. {_remedy(answer.status_code)}"
        )
    try:
        return str(json.loads(answer.content)["SigninToken"])
    except (ValueError, KeyError, TypeError):
        raise ProbeError(f"{endpoint} gave no sign-in token. Check the endpoint and its partition.") from None


def _remedy(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Try again later."
    return (
        "It takes credentials of a role or a federated user only, of its own partition, and no session "
        "duration for a role that was reached through another session."
    )


def _keeps_secrets(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
