"""The operations of STS and what each takes (the API's version 2011-06-15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rolecall.policy.formats import SESSION_DURATION

_MFA: Final = ("SerialNumber", "TokenCode")
_ROLE_SECONDS: Final = 43_200
_USER_SECONDS: Final = 129_600
_ROOT_SECONDS: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one STS operation takes.

    Attributes:
        required: parameters that must be there.
        optional: text parameters that may be there.
        lists: list parameters that may be there.
        longest_seconds: upper limit of ``DurationSeconds``; ``None`` where the operation takes none.
        default_seconds: what holds where ``DurationSeconds`` is absent.
        shortest_seconds: lower limit of ``DurationSeconds``.
        makes_credentials: whether a duration is that of temporary credentials.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    longest_seconds: int | None = None
    default_seconds: int = 0
    shortest_seconds: int = SESSION_DURATION.minimum
    makes_credentials: bool = True

    @property
    def parameters(self) -> frozenset[str]:
        """Names of all the parameters."""
        texts = {name.partition(".")[0] for name in (*self.required, *self.optional)}
        numbers = {"DurationSeconds"} if self.longest_seconds is not None else set()
        return frozenset(texts | numbers | set(self.lists) | set(self.sizes))

    @property
    def sizes(self) -> tuple[str, ...]:
        """The parameters about the session token."""
        return ("MinimumSessionTokenSize",) if self.makes_credentials and self.longest_seconds else ()


OPERATIONS: Final[Mapping[str, Operation]] = {
    "AssumeRole": Operation(
        required=("RoleArn", "RoleSessionName"),
        optional=("ExternalId", "Policy", "SourceIdentity", *_MFA),
        lists=("PolicyArns", "ProvidedContexts", "Tags", "TransitiveTagKeys"),
        longest_seconds=_ROLE_SECONDS,
        default_seconds=3600,
    ),
    "AssumeRoleWithSAML": Operation(
        required=("RoleArn", "PrincipalArn", "SAMLAssertion"),
        optional=("Policy",),
        lists=("PolicyArns",),
        longest_seconds=_ROLE_SECONDS,
        default_seconds=3600,
    ),
    "AssumeRoleWithWebIdentity": Operation(
        required=("RoleArn", "RoleSessionName", "WebIdentityToken"),
        optional=("Policy", "ProviderId"),
        lists=("PolicyArns",),
        longest_seconds=_ROLE_SECONDS,
        default_seconds=3600,
    ),
    "AssumeRoot": Operation(
        required=("TargetPrincipal", "TaskPolicyArn.arn"),
        shortest_seconds=0,
        longest_seconds=_ROOT_SECONDS,
        default_seconds=_ROOT_SECONDS,
    ),
    "DecodeAuthorizationMessage": Operation(required=("EncodedMessage",)),
    "GetAccessKeyInfo": Operation(required=("AccessKeyId",)),
    "GetCallerIdentity": Operation(),
    "GetDelegatedAccessToken": Operation(required=("TradeInToken",)),
    "GetFederationToken": Operation(
        required=("Name",),
        optional=("Policy",),
        lists=("PolicyArns", "Tags"),
        longest_seconds=_USER_SECONDS,
        default_seconds=43_200,
    ),
    "GetSessionToken": Operation(optional=_MFA, longest_seconds=_USER_SECONDS, default_seconds=43_200),
    "GetWebIdentityToken": Operation(
        required=("SigningAlgorithm",),
        lists=("Audience", "Tags"),
        shortest_seconds=60,
        longest_seconds=3600,
        default_seconds=300,
        makes_credentials=False,
    ),
}
