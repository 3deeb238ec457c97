"""The formats of STS parameters, and the patterns that AWS shows in its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rolecall.policy.formats import (
    EXTERNAL_ID,
    MFA_SERIAL,
    SESSION_NAME,
    SESSION_TAGS,
    SOURCE_IDENTITY,
    TAG_KEY,
    TOKEN_CODE,
    Format,
)

_ARN: Final = Format(name="ARN", characters=r"(?s:.)", minimum=20, maximum=2048, allowed="")
_POLICY: Final = Format(name="session policy", characters=r"(?s:.)", minimum=1, maximum=2048, allowed="")
_FEDERATED_NAME: Final = Format(name="name", characters=r"[\w+=,.@-]", minimum=2, maximum=32, allowed="")
_ACCESS_KEY_ID: Final = Format(name="access key ID", characters=r"\w", minimum=16, maximum=128, allowed="")
_TEXT: Final = Format(name="text", characters=r"(?s:.)", minimum=1, maximum=20_000, allowed="", quiet=True)
_ENCODED: Final = Format(name="message", characters=r"(?s:.)", minimum=1, maximum=10_240, allowed="")
_TARGET: Final = Format(name="principal", characters=r"(?s:.)", minimum=12, maximum=2048, allowed="")
_ASSERTION: Final = Format(
    name="assertion", characters=r"(?s:.)", minimum=4, maximum=2048, allowed="", quiet=True
)
_RESPONSE: Final = Format(
    name="SAML response", characters=r"(?s:.)", minimum=4, maximum=100_000, allowed="", quiet=True
)
_ALGORITHM: Final = Format(name="algorithm", characters=r"(?s:.)", minimum=5, maximum=5, allowed="")
_TOKEN: Final = Format(
    name="web identity token", characters=r"(?s:.)", minimum=4, maximum=20_000, allowed="", quiet=True
)
_PROVIDER_ID: Final = Format(name="provider", characters=r"(?s:.)", minimum=4, maximum=2048, allowed="")
_AUDIENCE: Final = Format(name="audience", characters=r"(?s:.)", minimum=1, maximum=1000, allowed="")

TOKEN_BYTES: Final = 4096
"""Greatest size of a session token."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text parameter: its format, and the pattern as AWS writes it in its answers."""

    format: Format
    pattern: str | None = None


TEXTS: Final[Mapping[str, Text]] = {
    "AccessKeyId": Text(_ACCESS_KEY_ID, r"[\w]*"),
    "EncodedMessage": Text(_ENCODED),
    "ExternalId": Text(EXTERNAL_ID, r"[\w+=,.@:\/-]*"),
    "Name": Text(_FEDERATED_NAME, r"[\w+=,.@-]*"),
    "Policy": Text(_POLICY),
    "PrincipalArn": Text(_ARN),
    "ProviderId": Text(_PROVIDER_ID),
    "RoleArn": Text(_ARN),
    "RoleSessionName": Text(SESSION_NAME, r"[\w+=,.@-]*"),
    "SigningAlgorithm": Text(_ALGORITHM),
    "SAMLAssertion": Text(_RESPONSE),
    "SerialNumber": Text(MFA_SERIAL, r"[\w+=/:,.@-]*"),
    "SourceIdentity": Text(SOURCE_IDENTITY, r"[\w+=,.@-]*"),
    "TargetPrincipal": Text(_TARGET),
    "TaskPolicyArn.arn": Text(_ARN),
    "TokenCode": Text(TOKEN_CODE, r"[\d]*"),
    "TradeInToken": Text(_TEXT),
    "WebIdentityToken": Text(_TOKEN),
}


@dataclass(frozen=True, slots=True)
class Members:
    """One list parameter.

    Attributes:
        format: of each member.
        most: how many there may be.
        field: the field of a member that is meant, with its dot.
    """

    format: Format
    most: int
    field: str = ""


LISTS: Final[Mapping[str, Members]] = {
    "Audience": Members(_AUDIENCE, 10),
    "PolicyArns": Members(_ARN, 10, ".arn"),
    "ProvidedContexts": Members(_ASSERTION, 5, ".ContextAssertion"),
    "Tags": Members(TAG_KEY, SESSION_TAGS, ".Key"),
    "TransitiveTagKeys": Members(TAG_KEY, SESSION_TAGS),
}
"""The list parameters of all operations, by AWS's name."""
