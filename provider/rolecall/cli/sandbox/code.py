"""``rolecall sandbox code``: an unused MFA code of a sandbox user, for a prompt or a pipe."""

import http.client
import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import click

from rolecall.errors import DeclarationError, Fault, SandboxError

EXAMPLES = """\b
Examples:
  rolecall sandbox code
  rolecall sandbox code arn:aws:iam::111111111111:mfa/alice
  rolecall verify ROLE_ARN --caller alice --mfa-serial arn:aws:iam::111111111111:mfa/alice \\
      --mfa-code-command 'rolecall sandbox code alice'
"""
VARIABLE = "ROLECALL_SANDBOX"
_TIMEOUT_SECONDS = 10


@click.command(name="code", epilog=EXAMPLES)
@click.argument("who", metavar="[USER|SERIAL]", default="alice")
def command(who: str) -> None:
    """Print a code that works now and that nobody used; waits for the next one where need be.

    USER is a user of the account 111111111111; a device elsewhere is named by its serial number.
    """
    from rolecall.sandbox.world import TOOLS_ACCOUNT  # noqa: PLC0415 - help loads none of it

    url = os.environ.get(VARIABLE)
    if not url:
        fault = Fault(
            VARIABLE, "it is not set", "Run this inside of `rolecall sandbox run`, or source its file"
        )
        raise DeclarationError([fault])
    serial = who if who.startswith("arn:") else f"arn:aws:iam::{TOOLS_ACCOUNT}:mfa/{who}"
    click.echo(fresh_code(lambda: ask(url, serial), sleep=_wait))


def fresh_code(question: Callable[[], tuple[int, dict[str, Any]]], *, sleep: Callable[[float], None]) -> str:
    """Asks until there is a code that nobody used.

    Args:
        question: asks the sandbox; answers with the HTTP status and the decoded body.
        sleep: waits for so many seconds.

    Raises:
        SandboxError: the sandbox has no such device.
    """
    while True:
        status, body = question()
        if status == HTTPStatus.OK:
            return str(body["code"])
        if status != HTTPStatus.CONFLICT:
            message = f"the sandbox gives no code: {body.get('error', status)}"
            raise SandboxError(message)
        sleep(float(body["wait_seconds"]))


def ask(url: str, serial: str) -> tuple[int, dict[str, Any]]:
    """Asks a sandbox for a code of a device.

    Args:
        url: the sandbox's own address, as in ROLECALL_SANDBOX.
        serial: ARN of the MFA device.

    Raises:
        SandboxError: there is no sandbox at that address.
    """
    try:
        parts = urlsplit(url)
        open_connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS
        )
        with closing(open_connection) as connection:
            connection.request("GET", f"{parts.path}/totp?serial={quote(serial, safe='')}")
            answer = connection.getresponse()
            body = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        message = f"no sandbox answers at {url} ({VARIABLE}): {error}. Is it still running?"
        raise SandboxError(message) from error
    if not isinstance(body, dict):
        message = f"what answers at {url} ({VARIABLE}) is no sandbox"
        raise SandboxError(message)
    return answer.status, body


def _wait(seconds: float) -> None:
    click.echo(f"every current code was used; the next one comes in {seconds:.0f} s", err=True)
    time.sleep(seconds)
