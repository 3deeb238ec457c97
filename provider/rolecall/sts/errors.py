"""One table of the error codes of STS: what each means here, what to do, and whether a retry helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

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

from rolecall.verification import Refused, Unanswered


class Meaning(StrEnum):
    """What a code says about the question that was asked."""

    REFUSAL = "refusal"
    NOT_ASKED = "not asked"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error code.

    Attributes:
        meaning: a refusal is an answer; otherwise the question wasn't answered.
        sentence: what happened, for a person.
        remedy: what to do.
    """

    meaning: Meaning
    sentence: str
    remedy: str


_BUSY = ErrorRow(Meaning.BUSY, "AWS asked to slow down", "Lower the rate, or try again later.")
_DOWN = ErrorRow(Meaning.BUSY, "AWS had an internal error", "Try again later.")

ERRORS: Final[Mapping[str, ErrorRow]] = {
    "AccessDenied": ErrorRow(Meaning.REFUSAL, "STS refused", "Compare the call with the trust policy."),
    "ExpiredToken": ErrorRow(
        Meaning.NOT_ASKED, "the caller's session has expired", "Renew the caller's credentials."
    ),
    "ExpiredTokenException": ErrorRow(
        Meaning.NOT_ASKED, "the caller's token has expired", "Renew the caller's token."
    ),
    "InvalidClientTokenId": ErrorRow(
        Meaning.NOT_ASKED,
        "AWS doesn't know the caller's access key",
        "Check the caller's credentials and the partition that they belong to.",
    ),
    "SignatureDoesNotMatch": ErrorRow(
        Meaning.NOT_ASKED,
        "the caller's secret key or the clock of this machine is wrong",
        "Check the caller's secret access key, and that this machine's clock is within 5 minutes.",
    ),
    "RegionDisabledException": ErrorRow(
        Meaning.NOT_ASKED,
        "STS isn't activated in this region for the role's account",
        "Activate the region in that account, or verify at another endpoint (regions).",
    ),
    "ValidationError": ErrorRow(
        Meaning.NOT_ASKED, "STS doesn't accept a parameter of the call", "Correct the parameter it names."
    ),
    "MalformedPolicyDocument": ErrorRow(
        Meaning.NOT_ASKED,
        "STS can't read the session policy",
        "This is a defect of rolecall; please report it.",
    ),
    "PackedPolicyTooLarge": ErrorRow(
        Meaning.NOT_ASKED, "session policies and tags are too large together", "Send fewer or shorter tags."
    ),
    "OptInRequired": ErrorRow(
        Meaning.NOT_ASKED, "the account isn't subscribed to this service", "Activate the account."
    ),
    "Throttling": _BUSY,
    "ThrottlingException": _BUSY,
    "RequestLimitExceeded": _BUSY,
    "TooManyRequestsException": _BUSY,
    "ServiceUnavailable": _DOWN,
    "InternalFailure": _DOWN,
    "InternalError": _DOWN,
}

_UNREACHED = (ConnectTimeoutError, EndpointConnectionError, HTTPClientError)
_MFA_FAILED = "MultiFactorAuthentication failed"


def reply_of(error: ClientError, milliseconds: float) -> Refused | Unanswered:
    """What an error answer of STS means; a code that isn't in the table is handed on as it is."""
    code, message, request_id, status = _parts(error)
    row = ERRORS.get(code, _DOWN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None)
    if row is None or row.meaning is Meaning.REFUSAL:
        return Refused(
            code=code,
            message=message,
            request_id=request_id,
            milliseconds=milliseconds,
            mfa_failed=_MFA_FAILED in message,
        )
    cause = f"{row.sentence} ({code}: {message}). {row.remedy}"
    return Unanswered(cause=cause, code=code, retryable=row.meaning is Meaning.BUSY)


def is_mfa_failure(error: ClientError) -> bool:
    """STS didn't take the MFA code: it was wrong, or used before."""
    return _MFA_FAILED in _parts(error)[1]


def sentence_of(error: Exception) -> str:
    """An error of boto3 as one sentence for a person, with the way out where there is one."""
    if isinstance(error, ClientError):
        code, message, _, _ = _parts(error)
        row = ERRORS.get(code)
        return f"{code}: {message}" + (f" ({row.sentence}). {row.remedy}" if row else "")
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


def _parts(error: ClientError) -> tuple[str, str, str, int]:
    response: Mapping[str, Any] = error.response
    told = response.get("Error", {})
    about = response.get("ResponseMetadata", {})
    return (
        str(told.get("Code", "")),
        str(told.get("Message", "")),
        str(about.get("RequestId", "")),
        int(about.get("HTTPStatusCode", 0)),
    )
