"""Turns errors of boto3 into what they mean: an answer, or that nothing was answered, with the way out."""

import time
from http import HTTPStatus
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from rolecall.verification import Refused, Unanswered, skew_sentence

from .clock import skew_seconds
from .error_table import ERRORS, Meaning
from .not_aws import NotAwsError

_UNREACHED = (ConnectTimeoutError, EndpointConnectionError, HTTPClientError, NotAwsError)
_TIMED = frozenset({"SignatureDoesNotMatch", "RequestExpired"})
_MFA_FAILED = "MultiFactorAuthentication failed"


def reply_of(error: ClientError, milliseconds: float) -> Refused | Unanswered:
    """What an error answer of STS means; a code that isn't in the table is handed on as it is."""
    code, message, request_id, status = _parts(error)
    down = ERRORS["InternalFailure"] if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    row = ERRORS.get(code, down)
    if row is None or row.meaning is Meaning.REFUSAL:
        return Refused(
            code=code,
            message=message,
            request_id=request_id,
            milliseconds=milliseconds,
            mfa_failed=_MFA_FAILED in message,
        )
    cause = f"{row.sentence} ({code}: {message}). {row.remedy}"
    return Unanswered(cause=cause + _clock(error), code=code, retryable=row.retry_helps)


def is_mfa_failure(error: ClientError) -> bool:
    """STS didn't take the MFA code: it was wrong, or used before."""
    return _MFA_FAILED in _parts(error)[1]


def sentence_of(error: Exception) -> str:
    """An error of boto3 as one sentence for a person, with the way out where there is one."""
    if isinstance(error, ClientError):
        code, message, _, _ = _parts(error)
        row = ERRORS.get(code)
        return f"{code}: {message}" + (f" ({row.sentence}). {row.remedy}{_clock(error)}" if row else "")
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "no credentials were found. Set them up, or name another source for this caller."
    if isinstance(error, CredentialRetrievalError):  # its text holds what the program printed
        return "the program that gives the credentials failed. Run it by hand to see why."
    if isinstance(error, ProfileNotFound):
        return f"{error}. Add the profile to the AWS config file, or correct its name."
    if isinstance(error, _UNREACHED):
        return f"{error}. Check the network, the region and AWS_ENDPOINT_URL."
    return str(error)


def unanswered(error: BotoCoreError) -> Unanswered:
    """What it means that boto3 got no answer at all."""
    return Unanswered(cause=sentence_of(error), retryable=isinstance(error, _UNREACHED))


def _clock(error: ClientError) -> str:
    """A sentence on this machine's clock, where AWS took a signature's time amiss."""
    if _parts(error)[0] not in _TIMED:
        return ""
    off = skew_sentence(skew_seconds(error.response, time.time()))
    return f" Note that {off}: set the clock right." if off else ""


def _parts(error: ClientError) -> tuple[str, str, str, int]:
    response: Any = error.response
    told = response.get("Error", {})
    about = response.get("ResponseMetadata", {})
    return (
        str(told.get("Code", "")),
        str(told.get("Message", "")),
        str(about.get("RequestId", "")),
        int(about.get("HTTPStatusCode", 0)),
    )
