"""Roles for whom an identity provider vouches: unsigned calls, decided by the trust policy alone."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rolecall.policy.decision import Answer
from rolecall.policy.evaluate import decide
from rolecall.policy.request import ContextValue, Principal, Request

from ..door.refusals import Refusal
from ..iam.documents import stored_trust
from ..iam.view import IamView
from .parameters import Parameters
from .role_sessions import RoleSessions, Wanted, role_of


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedCall:
    """A call to STS that shows a token or an assertion in place of a signature.

    Attributes:
        parameters: what it asks for; they keep to the limits.
        source_ip: where it comes from.
        user_agent: what the client calls itself.
        region: region of the endpoint.
        now: the sandbox's time, in UTC.
    """

    parameters: Parameters
    source_ip: str
    user_agent: str
    region: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What an identity provider says of a caller; its signature was checked.

    Attributes:
        provider: how a trust policy names the identity provider.
        keys: the condition keys that the token or assertion fills in.
        session: the session that it asks for.
    """

    provider: str
    keys: Mapping[str, ContextValue]
    session: Wanted


@dataclass(frozen=True, slots=True)
class FederatedEntry:
    """Lets federated callers into roles; takes the sandbox's lock by itself."""

    iam: IamView
    sessions: RoleSessions
    lock: threading.RLock

    @contextmanager
    def arriving(self, call: UnsignedCall) -> Iterator[IamView]:
        """Look at IAM under the sandbox's lock, as one server of the endpoint that was called sees it."""
        with self.lock:
            self.iam.arrive(call.region)
            yield self.iam

    def enter(self, call: UnsignedCall, operation: str, vouched: Vouched) -> dict[str, object]:
        """Return the members of the answer that all ways into a role have.

        Args:
            call: the call.
            operation: of STS, such as ``AssumeRoleWithWebIdentity``.
            vouched: who calls.

        Raises:
            Refusal: ``AccessDenied`` where the trust policy doesn't let it in; as ``RoleSessions.open`` does.
        """
        session = vouched.session
        further = (
            ("sts:TagSession", bool(session.tags)),
            ("sts:SetSourceIdentity", session.source_identity is not None),
        )
        actions = (f"sts:{operation}", *(action for action, needed in further if needed))
        role_arn = call.parameters.texts["RoleArn"]
        context = {**_global_keys(call), "sts:RoleSessionName": session.name, **vouched.keys}
        principal = Principal("Federated", vouched.provider)
        with self.arriving(call) as iam:
            role = iam.role(role_of(call.parameters).account, role_arn)
            if role is None:
                raise _not_authorized(actions[0])
            for action in actions:
                request = Request(role=role_arn, principal=principal, action=action, context=context)
                if decide(request, stored_trust(role.trust)).answer is not Answer.ALLOWED:
                    raise _not_authorized(action)
            return self.sessions.open(call.parameters, role, session, now=call.now, region=call.region)


def _not_authorized(action: str) -> Refusal:
    return Refusal("AccessDenied", f"Not authorized to perform {action}")


def _global_keys(call: UnsignedCall) -> dict[str, ContextValue]:
    """The global condition keys that are there without an AWS principal."""
    return {
        "aws:CurrentTime": call.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(call.now.timestamp())),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",
        "aws:SourceIp": call.source_ip,
        "aws:UserAgent": call.user_agent,
        "aws:ViaAWSService": "false",
    }
