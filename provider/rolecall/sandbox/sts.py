"""The Security Token Service of the sandbox: one row per operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .assume_role import AssumeRole
from .authenticator import Authenticator
from .calls import Call, CallLog
from .identities import Identities, Identity
from .incoming import Incoming
from .mfa import MfaCodes
from .parameters import Operation, read
from .refusals import Refusal
from .tokens import GetFederationToken, GetSessionToken, get_access_key_info, get_caller_identity
from .view import IamView
from .wire import HttpAnswer, HttpRequest, refused, sts_answer

_MFA: Final = ("SerialNumber", "TokenCode")
_ASSUME_ROLE_SECONDS: Final = 43_200
_TOKEN_SECONDS: Final = 129_600

UNSIGNED: Final = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""Operations that need no signature: a token of the identity provider stands for it."""


@dataclass(frozen=True, slots=True)
class _Row:
    takes: Operation
    answer: Callable[[Incoming], Mapping[str, object]]


class SecurityTokenService:
    """Answers STS calls and keeps a log of them; used under the sandbox's lock."""

    def __init__(
        self,
        *,
        iam: IamView,
        identities: Identities,
        codes: MfaCodes,
        calls: CallLog,
        clock: Callable[[], datetime],
    ) -> None:
        authenticator = Authenticator(codes)
        self._calls = calls
        self._clock = clock
        self._rows: Mapping[str, _Row] = {
            "AssumeRole": _Row(
                Operation(
                    required=("RoleArn", "RoleSessionName"),
                    optional=("ExternalId", "Policy", "SourceIdentity", *_MFA),
                    longest_seconds=_ASSUME_ROLE_SECONDS,
                    default_seconds=3600,
                ),
                AssumeRole(iam, identities, authenticator),
            ),
            "GetAccessKeyInfo": _Row(Operation(required=("AccessKeyId",)), get_access_key_info),
            "GetCallerIdentity": _Row(Operation(), get_caller_identity),
            "GetFederationToken": _Row(
                Operation(
                    required=("Name",),
                    optional=("Policy",),
                    longest_seconds=_TOKEN_SECONDS,
                    default_seconds=43_200,
                ),
                GetFederationToken(identities),
            ),
            "GetSessionToken": _Row(
                Operation(optional=_MFA, longest_seconds=_TOKEN_SECONDS, default_seconds=43_200),
                GetSessionToken(identities, authenticator),
            ),
        }

    def answer(self, request: HttpRequest, identity: Identity, region: str, request_id: str) -> HttpAnswer:
        """Answer one call whose signature holds."""
        sent = request.parameters()
        operation = sent.get("Action", "")
        try:
            row = self._row(operation)
            call = Incoming(
                identity=identity,
                parameters=read(row.takes, sent),
                source_ip=request.source_ip,
                user_agent=request.headers.get("user-agent", ""),
                region=region,
                now=self._clock(),
            )
            result = row.answer(call)
        except Refusal as refusal:
            return self.refuse(refusal, request, identity, request_id)
        self._note(request, identity, request_id, error_code=None)
        return sts_answer(operation, result, request_id)

    def refuse(
        self, refusal: Refusal, request: HttpRequest, identity: Identity | None, request_id: str
    ) -> HttpAnswer:
        """Refuse one call; ``identity`` is ``None`` where it isn't known."""
        self._note(request, identity, request_id, error_code=refusal.code)
        return refused(refusal, request_id)

    def _row(self, operation: str) -> _Row:
        if operation in self._rows:
            return self._rows[operation]
        if operation == "":
            raise Refusal("MissingAction", "Could not find operation")
        raise Refusal("InvalidAction", f"Could not find operation {operation} for version 2011-06-15")

    def _note(
        self, request: HttpRequest, identity: Identity | None, request_id: str, *, error_code: str | None
    ) -> None:
        sent = request.parameters()
        session = identity.session if identity is not None else None
        self._calls.add(
            Call(
                operation=sent.get("Action", ""),
                caller_arn=identity.arn if identity is not None else None,
                role_arn=sent.get("RoleArn"),
                session_name=sent.get("RoleSessionName"),
                mfa="TokenCode" in sent or (session is not None and session.mfa_at is not None),
                external_id_sent="ExternalId" in sent,
                error_code=error_code,
                user_agent=request.headers.get("user-agent", ""),
                at=self._clock(),
                request_id=request_id,
            )
        )


def not_imitated(operation: str) -> Refusal:
    """Return the answer to an operation that the sandbox can't stand in for."""
    return Refusal("NotImplemented", f"The sandbox does not imitate {operation}.")
