"""One call that assumes a role: asked, timed, and followed into the session that it gives."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.policy import Arn
from rolecall.verification import Assumed, Identity, Refused, Reply, Unanswered

from .clock import skew_seconds
from .errors import reply_of, sentence_of, unanswered

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

DENY_EVERYTHING: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
    separators=(",", ":"),
)
"""The session policy of every probe that only assumes a role: what is assumed can do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The session that one call gave.

    Attributes:
        credentials: as the answer holds them.
        request_id: of the call.
        milliseconds: how long it took.
        endpoint: URL of the endpoint that was asked.
    """

    credentials: Mapping[str, Any] = field(repr=False)
    request_id: str
    milliseconds: float
    endpoint: str


def limited(policy: str | None) -> dict[str, Any]:
    """The parameter that puts a session policy on what is assumed; nothing for ``None``."""
    return {} if policy is None else {"Policy": policy}


def given(ask: Callable[["STSClient"], Any], sts: "STSClient") -> Given | Refused | Unanswered:
    """What STS says to a call that assumes a role.

    Args:
        ask: makes the call.
        sts: with which client.
    """
    endpoint = sts.meta.endpoint_url
    started = time.perf_counter()
    try:
        answer = ask(sts)
    except ClientError as error:
        return replace(reply_of(error, _milliseconds(started)), endpoint=endpoint)
    except BotoCoreError as error:
        return replace(unanswered(error), endpoint=endpoint)
    except ProbeError as error:  # credentials that renew themselves couldn't
        return Unanswered(cause=str(error), endpoint=endpoint)
    return Given(
        credentials=answer["Credentials"],
        request_id=answer["ResponseMetadata"]["RequestId"],
        milliseconds=_milliseconds(started),
        endpoint=endpoint,
    )


def entered(got: Given | Refused | Unanswered, who_is: Callable[[Mapping[str, Any]], Identity]) -> Reply:
    """Asks who the caller is with the session that a call gave; what gave none stays as it is.

    Args:
        got: what the call gave.
        who_is: asks who the session is that has these credentials.
    """
    if not isinstance(got, Given):
        return got
    try:
        session = who_is(got.credentials)
    except (ClientError, BotoCoreError) as error:
        cause = f"the role was assumed, but its session doesn't answer: {sentence_of(error)}"
        return Unanswered(cause=cause, retryable=True, endpoint=got.endpoint)
    return Assumed(
        account=session.account,
        role_name=Arn.parse(session.arn).role_of_session().name,
        role_unique_id=session.user_id.partition(":")[0],
        request_id=got.request_id,
        milliseconds=got.milliseconds,
        endpoint=got.endpoint,
    )


def used(got: Given | Refused | Unanswered, use: Callable[[Mapping[str, Any]], Reply]) -> Reply:
    """Makes another call with the session that a call gave; without a session there is no answer to it.

    Args:
        got: what the call gave.
        use: makes the other call with the session's credentials.
    """
    if isinstance(got, Given):
        return use(got.credentials)
    if isinstance(got, Unanswered):
        return got
    cause = f"the role could not be assumed to try it: {got.code}: {got.message}"
    return Unanswered(cause=cause, code=got.code, endpoint=got.endpoint)


def identity_of(sts: "STSClient") -> Identity:
    """Who STS says that the credentials of a client are."""
    answer = sts.get_caller_identity()
    return Identity(
        arn=answer["Arn"],
        account=answer["Account"],
        user_id=answer["UserId"],
        clock_skew_seconds=skew_seconds(answer, time.time()),
    )


def _milliseconds(started: float) -> float:
    return (time.perf_counter() - started) * 1000
