"""A caller over boto3: fits the protocol that ``verification`` states."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.policy import Arn, CallerSide
from rolecall.verification import Assumed, Call, Identity, Reply, Unanswered

from .credentials import Keys, with_token
from .errors import reply_of, sentence_of, unanswered
from .identity_policies import own_side
from .mfa import MfaSession
from .pace import Pace

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

DENY_EVERYTHING: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]},
    separators=(",", ":"),
)
"""The session policy of every probe: what is assumed can do nothing."""


@dataclass(slots=True, kw_only=True)
class BotoCaller:
    """One caller.

    Attributes:
        name: what a person calls it.
        keys: opens its credentials; called once, on first use.
        mfa: makes credentials that carry MFA, where it has a device.
        pace: spaces the calls of its account.
    """

    name: str
    keys: Callable[[], Keys]
    mfa: Callable[[], MfaSession] | None = None
    pace: Pace = field(default_factory=Pace, repr=False)
    _identities: dict[str, Identity] = field(default_factory=dict, repr=False)

    @property
    def has_mfa(self) -> bool:
        """Whether it can get credentials that carry MFA."""
        return self.mfa is not None

    def identity(self, *, region: str) -> Identity:
        """Who it is.

        Raises:
            ProbeError: it has no credentials, or STS doesn't take them or can't be reached.
        """
        if region not in self._identities:
            try:
                self._identities[region] = _identity(self.keys().sts(region))
            except (ClientError, BotoCoreError) as error:
                raise ProbeError(sentence_of(error)) from error
        return self._identities[region]

    def assume(self, call: Call, *, region: str) -> Reply:
        """One AssumeRole that can do nothing; when let in, asks who it is then."""
        try:
            identity = self.identity(region=region)
            if identity.arn.endswith(":root"):
                return Unanswered(
                    cause="the caller is an account's root user, which can't assume roles. Use a user."
                )
            keys = self._keys_for(call, region)
        except ProbeError as error:
            return Unanswered(cause=str(error))
        self.pace.wait(identity.account, region)
        started = time.perf_counter()
        try:
            answer: Any = keys.sts(region).assume_role(**_parameters(call))
        except ClientError as error:
            return reply_of(error, _milliseconds(started))
        except BotoCoreError as error:
            return unanswered(error)
        milliseconds = _milliseconds(started)
        try:
            session = _identity(with_token(keys, answer["Credentials"]).sts(region))
        except (ClientError, BotoCoreError) as error:
            cause = f"the role was assumed, but its session doesn't answer: {sentence_of(error)}"
            return Unanswered(cause=cause, retryable=True)
        return Assumed(
            account=session.account,
            role_name=Arn.parse(session.arn).role_of_session().name,
            role_unique_id=session.user_id.partition(":")[0],
            request_id=answer["ResponseMetadata"]["RequestId"],
            milliseconds=milliseconds,
        )

    def own_side(self) -> CallerSide:
        """Its identity policies and boundary, as far as it may read them."""
        keys = self.keys()
        return own_side(keys.iam(), self.identity(region=keys.region).arn)

    def _keys_for(self, call: Call, region: str) -> Keys:
        if not call.mfa:
            return self.keys()
        if self.mfa is None:
            raise ProbeError(
                "the call needs MFA, and this caller has no device. Set mfa_serial and mfa_code."
            )
        return self.mfa().get(call.mfa_age_seconds, region=region)


def _parameters(call: Call) -> dict[str, Any]:
    optional = {"ExternalId": call.external_id, "SourceIdentity": call.source_identity}
    return {
        "RoleArn": call.role_arn,
        "RoleSessionName": call.session_name,
        "DurationSeconds": call.duration_seconds,
        "Policy": DENY_EVERYTHING,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _identity(sts: "STSClient") -> Identity:
    answer = sts.get_caller_identity()
    return Identity(arn=answer["Arn"], account=answer["Account"], user_id=answer["UserId"])


def _milliseconds(started: float) -> float:
    return (time.perf_counter() - started) * 1000
