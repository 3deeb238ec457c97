"""The error answers of AWS: code, HTTP status and text."""

from typing import Final

_STATUS: Final = {
    "AccessDenied": 403,
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "ExpiredToken": 403,
    "FeatureDisabled": 404,
    "FeatureEnabled": 409,
    "IDPRejectedClaim": 403,
    "InternalFailure": 500,
    "InvalidAuthenticationCode": 403,
    "InvalidClientTokenId": 403,
    "LimitExceeded": 409,
    "MissingAuthenticationToken": 403,
    "NoSuchEntity": 404,
    "NotImplemented": 501,
    "OutboundWebIdentityFederationDisabledException": 403,
    "RegionDisabledException": 403,
    "ServiceUnavailable": 503,
    "SessionDurationEscalationException": 403,
    "SignatureDoesNotMatch": 403,
    "UnauthorizedOperation": 403,
}

JSON_CODES: Final = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "Throttling": "ThrottlingException",
}
"""What services that speak JSON call the errors that every service has."""


class Refusal(Exception):  # noqa: N818 - an answer of the imitated AWS, not an error of this package
    """AWS's way to say no: raised where the reason is found, turned into an HTTP answer at the door.

    Attributes:
        code: AWS's error code, such as ``AccessDenied``.
        message: AWS's sentence.
        status: HTTP status; the usual one of the code where none is given.
    """

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = _STATUS.get(code, 400) if status is None else status
