"""The role's owner over boto3: reads the role from IAM."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError
from rolecall.policy import Arn
from rolecall.verification import LiveRole, Unreadable

from .credentials import Keys
from .errors import sentence_of


@dataclass(frozen=True, slots=True)
class BotoOwner:
    """Credentials that may read the role (``iam:GetRole``); opened on first use."""

    keys: Callable[[], Keys]

    def role(self, role_arn: str) -> LiveRole | Unreadable:
        """The role as IAM has it now."""
        name = Arn.parse(role_arn).name
        try:
            found: Any = self.keys().iam().get_role(RoleName=name)["Role"]
        except ClientError as error:
            missing = error.response["Error"]["Code"] == "NoSuchEntity"
            return Unreadable(cause=f"the role can't be read: {sentence_of(error)}", missing=missing)
        except (BotoCoreError, ProbeError) as error:
            return Unreadable(cause=f"the role can't be read: {sentence_of(error)}")
        if found["Arn"] != role_arn:
            cause = (
                f"the credentials that should read the role are of another account: they see {found['Arn']}"
            )
            return Unreadable(cause=cause)
        return LiveRole(
            arn=found["Arn"],
            unique_id=found["RoleId"],
            trust_policy=found["AssumeRolePolicyDocument"],
            max_session_duration_seconds=int(found.get("MaxSessionDuration", 3600)),
        )
