"""GetCallerIdentity and GetAccessKeyInfo: who a key belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..callers.identities import account_of_key
from ..callers.incoming import Incoming
from ..callers.permissions import Permissions
from ..door.refusals import Refusal


def get_caller_identity(call: Incoming) -> Mapping[str, object]:
    """Return who the caller is; needs no permission."""
    identity = call.identity
    return {"Arn": identity.arn, "UserId": identity.user_id, "Account": identity.account_id}


@dataclass(frozen=True, slots=True)
class GetAccessKeyInfo:
    """Which account an access key id belongs to, whether the key is still there or not."""

    permissions: Permissions

    def __call__(self, call: Incoming) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("GetAccessKeyInfo", "Errors").
        """
        self.permissions.require(call, "sts:GetAccessKeyInfo", "*")
        access_key_id = call.parameters.texts["AccessKeyId"]
        try:
            return {"Account": account_of_key(access_key_id)}
        except ValueError as error:
            raise Refusal("ValidationError", f"{access_key_id} is not an access key ID") from error
