"""A caller over boto3: fits the protocol that ``verification`` states."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.policy import Arn, CallerSide
from rolecall.verification import Call, Identity, Refused, Unanswered

from .asking import Given, given, identity_of, limited
from .credentials import Keys, is_session
from .entering import EnteringCaller
from .errors import sentence_of
from .identity_policies import NOT_READ, own_side, role_of_session
from .mfa import MfaSession
from .pace import Pace


@dataclass(slots=True, kw_only=True)
class BotoCaller(EnteringCaller):
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

    @property
    def has_mfa(self) -> bool:
        """Whether it can get credentials that carry MFA."""
        return self.mfa is not None

    def identity(self, *, region: str) -> Identity:
        """Who it is.

        Raises:
            ProbeError: it has no credentials, or STS doesn't take them or can't be reached.
        """
        keys = self.keys()
        try:
            return keys.once(("identity", region), lambda: _identity(keys, region))
        except (ClientError, BotoCoreError) as error:
            raise ProbeError(sentence_of(error)) from error

    def role_arn(self) -> str | None:
        """The ARN, with its path, of the role whose session it is, as far as it may read that."""
        try:
            keys = self.keys()
            arn = self.identity(region=keys.region).arn
            return keys.once(("role", keys.region), lambda: role_of_session(keys.iam(), arn))
        except ProbeError:
            return None

    def own_side(self) -> CallerSide:
        """Its identity policies and boundary, as far as it may read them."""
        try:
            keys = self.keys()
            return own_side(keys.iam(), self.identity(region=keys.region).arn)
        except ProbeError:  # its credentials couldn't be renewed, or STS couldn't be asked in this region
            return NOT_READ

    def _given(self, call: Call, region: str, *, policy: str | None) -> Given | Refused | Unanswered:
        """One AssumeRole with a session policy."""
        try:
            identity = self.identity(region=region)
            if identity.arn.endswith(":root"):
                return Unanswered(
                    cause="the caller is an account's root user, which can't assume roles. Use a user."
                )
            client = self._keys_for(call, region).sts(region)
        except ProbeError as error:
            return Unanswered(cause=str(error))
        self.pace.wait(identity.account, region)
        return given(lambda sts: sts.assume_role(**_parameters(call), **limited(policy)), client)

    def _keys_for(self, call: Call, region: str) -> Keys:
        if not call.mfa:
            return self.keys()
        if self.mfa is None:
            raise ProbeError(
                "the call needs MFA, and this caller has no device. Set mfa_serial and mfa_code."
            )
        skew = self.identity(region=region).clock_skew_seconds
        return self.mfa().get(call.mfa_age_seconds, region=region, skew_seconds=skew)


def _identity(keys: Keys, region: str) -> Identity:
    found = identity_of(keys.sts(region))
    is_user = Arn.parse(found.arn).is_user  # STS calls a user's session by the user's own ARN
    return replace(found, may_carry_mfa=is_user and is_session(keys))


def _parameters(call: Call) -> dict[str, Any]:
    optional = {"ExternalId": call.external_id, "SourceIdentity": call.source_identity}
    lists = {
        "Tags": [{"Key": key, "Value": value} for key, value in call.tags],
        "TransitiveTagKeys": list(call.transitive_tag_keys),
    }
    return {
        "RoleArn": call.role_arn,
        "RoleSessionName": call.session_name,
        "DurationSeconds": call.duration_seconds,
        **{name: value for name, value in optional.items() if value is not None},
        **{name: value for name, value in lists.items() if value},
    }
