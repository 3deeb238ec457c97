"""Short ways to write policies and to read refusals."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rolecall.sandbox import Credentials, Sandbox

TOOLS, WORKLOAD, STRANGER = "111111111111", "222222222222", "444444444444"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Refused:
    """How a call was refused."""

    code: str
    status: int
    message: str


def refused(call: Callable[..., object], **arguments: object) -> Refused:
    """Make a call that must be refused, and return how it was."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error, metadata = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    return Refused(error["Code"], metadata["HTTPStatusCode"], error["Message"])


def answered(request: urllib.request.Request) -> tuple[int, Any]:
    """Return status and JSON of an answer of the sandbox itself, be it an error or not."""
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def policy(*statements: dict[str, object]) -> dict[str, object]:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def may(*actions: str, resource: str = "*", effect: str = "Allow") -> dict[str, object]:
    """Return an identity policy of one statement."""
    return policy({"Effect": effect, "Action": list(actions), "Resource": resource})


def trusting(principal: object, *actions: str, **condition: object) -> dict[str, object]:
    """Return a trust policy of one statement; ``condition`` maps operators to keys and values."""
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": list(actions) or "sts:AssumeRole",
    }
    return policy(statement | ({"Condition": condition} if condition else {}))


def root(account_id: str) -> str:
    """Return the ARN that names a whole account."""
    return f"arn:aws:iam::{account_id}:root"


def session(answer: Mapping[str, Mapping[str, str]]) -> Credentials:
    """Return the credentials of an STS answer."""
    issued = answer["Credentials"]
    return Credentials(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])


def unchecked_sts(sandbox: Sandbox, credentials: Credentials) -> Any:
    """Return an STS client that leaves it to AWS to check parameters; botocore checks the least of each."""
    return boto3.client(
        "sts",
        endpoint_url=sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=Config(parameter_validation=False),
    )
