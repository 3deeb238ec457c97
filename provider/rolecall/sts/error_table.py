"""One table of the error codes of STS: what each means here, what to do, and whether a retry helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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

    @property
    def retry_helps(self) -> bool:
        """Whether the same call may succeed later, with nothing changed."""
        return self.meaning is Meaning.BUSY


def _refusal(sentence: str, remedy: str) -> ErrorRow:
    return ErrorRow(Meaning.REFUSAL, sentence, remedy)


def _not_asked(sentence: str, remedy: str) -> ErrorRow:
    return ErrorRow(Meaning.NOT_ASKED, sentence, remedy)


_SLOWER: Final = ErrorRow(Meaning.BUSY, "AWS asked to slow down", "Lower the rate, or try again later.")
_DOWN: Final = ErrorRow(Meaning.BUSY, "AWS had an internal error", "Try again later.")
_CLOCK: Final = "Check the caller's secret access key, and that this machine's clock is within 5 minutes."
_UNSIGNED: Final = "Sign the call: find out why the caller has no credentials."
_DEFECT: Final = "If rolecall made this call, please report it."
_FORBIDDEN: Final = "the caller's policies don't allow the call"
_POLICIES: Final = "Look at its identity policies, permissions boundary and session policies."
_UNREADABLE: Final = "STS can't read the call"

ERRORS: Final[Mapping[str, ErrorRow]] = {
    "AccessDenied": _refusal("STS refused", "Compare the call with the trust policy."),
    "AccessDeniedException": _refusal(_FORBIDDEN, _POLICIES),
    "ExpiredToken": _not_asked("the caller's session has expired", "Renew the caller's credentials."),
    "ExpiredTokenException": _not_asked(
        "the token, assertion or context that the caller showed has expired",
        "Get a new one, and show it soon.",
    ),
    "ExpiredTradeInTokenException": _not_asked("the trade-in token has expired", "Ask for a new one."),
    "IDPCommunicationError": ErrorRow(
        Meaning.BUSY,
        "AWS couldn't reach the identity provider",
        "Try again a few times; then check that AWS can reach the issuer's discovery document and keys.",
    ),
    "IDPRejectedClaim": _refusal(
        "the identity provider says that this caller isn't authenticated",
        "Get a new token; look at the identity provider's own log for the reason.",
    ),
    "IncompleteSignature": _not_asked(
        "the signature lacks a part", "Look for what changes requests on their way, such as a proxy."
    ),
    "InternalFailure": _DOWN,
    "InternalError": _DOWN,
    "InvalidAction": _not_asked(
        "STS has no such operation", "Check the endpoint (AWS_ENDPOINT_URL) and the operation's name."
    ),
    "InvalidAuthorizationMessageException": _refusal(
        "the encoded message isn't one that AWS made for this account",
        "Copy the whole message, without line breaks, and decode it soon and in the account that was denied.",
    ),
    "InvalidClientTokenId": _not_asked(
        "AWS doesn't know the caller's access key",
        "Check the caller's credentials and the partition that they belong to.",
    ),
    "InvalidIdentityToken": _refusal(
        "AWS doesn't accept the token or assertion",
        "Compare its issuer, audience and signature with the identity provider in the role's account.",
    ),
    "InvalidParameterValue": _not_asked(
        "parameters of the call contradict each other", "Correct what it names."
    ),
    "InvalidParameterCombination": _not_asked("parameters of the call exclude each other", _DEFECT),
    "JWTPayloadSizeExceededException": _not_asked(
        "the token would be too large", "Ask for fewer or shorter tags."
    ),
    "MalformedInput": _not_asked("a number of the call is no number", _DEFECT),
    "MalformedPolicyDocument": _not_asked(
        "STS can't read the session policy", f"Correct the session policy. {_DEFECT}"
    ),
    "MalformedQueryString": _not_asked(_UNREADABLE, _DEFECT),
    "MissingAction": _not_asked(_UNREADABLE, _DEFECT),
    "MissingAuthenticationToken": _not_asked("the call wasn't signed", _UNSIGNED),
    "MissingParameter": _not_asked("the call lacks a parameter", _DEFECT),
    "NotAuthorized": _refusal(_FORBIDDEN, _POLICIES),
    "OptInRequired": _not_asked("the account isn't subscribed to this service", "Activate the account."),
    "OutboundWebIdentityFederationDisabledException": _refusal(
        "the account lets nobody have tokens for other services",
        "Enable outbound web identity federation in the account settings of IAM.",
    ),
    "PackedPolicyTooLarge": _not_asked(
        "session policies and tags are too large together", "Send fewer or shorter tags, or a shorter policy."
    ),
    "RegionDisabledException": _not_asked(
        "STS isn't activated in this region for the role's account",
        "Activate the region in that account, or verify at another endpoint (regions).",
    ),
    "RequestExpired": _not_asked("the call arrived too late", _CLOCK),
    "RequestLimitExceeded": _SLOWER,
    "RequestTimeoutException": _DOWN,
    "ServiceUnavailable": _DOWN,
    "SessionDurationEscalationException": _refusal(
        "the token would live longer than the session that asks for it", "Ask for a shorter duration."
    ),
    "SignatureDoesNotMatch": _not_asked(
        "the caller's secret key or the clock of this machine is wrong", _CLOCK
    ),
    "Throttling": _SLOWER,
    "ThrottlingException": _SLOWER,
    "TooManyRequestsException": _SLOWER,
    "UnauthorizedOperation": _refusal(
        _FORBIDDEN, f"{_POLICIES} rolecall decode shows what the encoded message says."
    ),
    "UnrecognizedClientException": _not_asked(
        "AWS doesn't know the caller's access key",
        "Check the caller's credentials and the partition that they belong to.",
    ),
    "ValidationError": _not_asked(
        "STS doesn't accept a parameter of the call", "Correct the parameter it names."
    ),
}
"""By the code as it travels, often not the name of botocore's exception (AWS page: Common errors)."""
