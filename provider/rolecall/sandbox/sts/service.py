"""The Security Token Service of the sandbox: one row per operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..callers.identities import Identities, Identity, Kind
from ..callers.incoming import Incoming
from ..callers.permissions import Permissions
from ..calls import Call, CallLog
from ..door.refusals import Refusal
from ..door.wire import HttpAnswer, HttpRequest, refused, sts_answer
from ..faults import Faults
from ..iam.mfa import MfaCodes
from ..iam.view import IamView
from ..sealing import Seal
from ..web_identity.issuers import Issuers
from ..web_identity.outbound import GetWebIdentityToken
from .assume_role import AssumeRole
from .authenticator import Authenticator
from .contexts import Contexts
from .denials import DecodeAuthorizationMessage
from .federated import UnsignedCall
from .operations import OPERATIONS
from .parameters import read
from .role_sessions import RoleSessions
from .unserved import not_served
from .unsigned import UnsignedOperation
from .user_sessions import GetFederationToken, GetSessionToken
from .who import GetAccessKeyInfo, get_caller_identity

_ANY_SESSION: Final = frozenset(Kind)
_USERS_SESSIONS: Final = frozenset({Kind.ROOT, Kind.USER, Kind.FEDERATED_USER})


@dataclass(frozen=True, slots=True)
class _Row:
    """One operation.

    Attributes:
        answer: performs it.
        barred: whose session credentials can't call it ("Compare AWS STS credentials").
    """

    answer: Callable[[Incoming], Mapping[str, object]]
    barred: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the operations are made of.

    Attributes:
        iam: IAM as STS sees it.
        identities: every key.
        codes: the MFA codes of devices.
        faults: faults that were asked for.
        seal: makes texts that only this sandbox can read.
        permissions: what callers' own policies let them do.
        issuers: issuers of web identity tokens.
    """

    iam: IamView
    identities: Identities
    codes: MfaCodes
    faults: Faults
    seal: Seal
    permissions: Permissions
    issuers: Issuers


def _table(parts: Parts) -> Mapping[str, _Row]:
    identities, permissions, faults = parts.identities, parts.permissions, parts.faults
    authenticator, contexts = Authenticator(parts.codes), Contexts(parts.seal)
    assume_role = AssumeRole(
        parts.iam, RoleSessions(identities, faults), authenticator, permissions, contexts
    )
    decode = DecodeAuthorizationMessage(parts.seal, permissions)
    return {
        "AssumeRole": _Row(assume_role),
        "AssumeRoot": _Row(not_served("AssumeRoot")),
        "DecodeAuthorizationMessage": _Row(decode, barred=_USERS_SESSIONS),
        "GetAccessKeyInfo": _Row(GetAccessKeyInfo(permissions), barred=_USERS_SESSIONS),
        "GetCallerIdentity": _Row(get_caller_identity),
        "GetDelegatedAccessToken": _Row(not_served("GetDelegatedAccessToken")),
        "GetFederationToken": _Row(GetFederationToken(identities, permissions, faults), barred=_ANY_SESSION),
        "GetSessionToken": _Row(GetSessionToken(identities, authenticator, faults), barred=_ANY_SESSION),
        "GetWebIdentityToken": _Row(GetWebIdentityToken(parts.issuers, permissions), barred=_USERS_SESSIONS),
    }


class SecurityTokenService:
    """Answers STS calls and keeps a log of them; used under the sandbox's lock, where nothing else is said.

    Calls without a signature don't tell a region, as those to a real endpoint do by its host: theirs is the
    sandbox's.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        unsigned: Mapping[str, UnsignedOperation],
        region: str,
        calls: CallLog,
        clock: Callable[[], datetime],
    ) -> None:
        self._unsigned = unsigned
        self._region = region
        self._calls = calls
        self._clock = clock
        self._rows = _table(parts)

    def answer(self, request: HttpRequest, identity: Identity, region: str, request_id: str) -> HttpAnswer:
        """Answer one call whose signature holds."""
        sent = request.parameters()
        operation = sent.get("Action", "")
        try:
            row = self._row(operation, identity)
            call = Incoming(
                identity=identity,
                parameters=read(OPERATIONS[operation], sent),
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

    def takes_unsigned(self, request: HttpRequest) -> bool:
        """Return whether a request is for an operation that needs no signature."""
        return request.operation in self._unsigned

    def answer_unsigned(self, request: HttpRequest, request_id: str) -> HttpAnswer:
        """Answer one call that shows a token of an identity provider; called without the sandbox's lock.

        Raises:
            Refusal: as AWS would.
        """
        call = UnsignedCall(
            parameters=read(OPERATIONS[request.operation], request.parameters()),
            source_ip=request.source_ip,
            user_agent=request.headers.get("user-agent", ""),
            region=self._region,
            now=self._clock(),
        )
        result = self._unsigned[request.operation](call)
        self._note(request, None, request_id, error_code=None)
        return sts_answer(request.operation, result, request_id)

    def refuse(
        self, refusal: Refusal, request: HttpRequest, identity: Identity | None, request_id: str
    ) -> HttpAnswer:
        """Refuse one call; ``identity`` is ``None`` where it isn't known."""
        self._note(request, identity, request_id, error_code=refusal.code)
        return refused(refusal, request_id)

    def _row(self, operation: str, identity: Identity) -> _Row:
        if operation == "":
            raise Refusal("MissingAction", "Could not find operation")
        row = self._rows.get(operation)
        if row is None:
            raise Refusal("InvalidAction", f"Could not find operation {operation} for version 2011-06-15")
        if identity.session is not None and identity.kind in row.barred:
            raise Refusal("AccessDenied", f"Cannot call {operation} with session credentials")
        return row

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
