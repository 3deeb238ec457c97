"""Whether the MFA code that came with a call is good."""

from dataclasses import dataclass

from ..callers.identities import Kind
from ..callers.incoming import Incoming
from ..door.refusals import Refusal
from ..iam.backend import account_iam
from ..iam.mfa import MfaCodes

_FAILED = "MultiFactorAuthentication failed"


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Checks ``SerialNumber`` and ``TokenCode``; called under the sandbox's lock."""

    codes: MfaCodes

    def check_code(self, call: Incoming) -> bool:
        """Return whether a good code came with the call; ``False`` where none came.

        Raises:
            Refusal: ``AccessDenied`` for a code that is wrong, used, or of a device that isn't the caller's.
        """
        serial, code = call.parameters.get("SerialNumber"), call.parameters.get("TokenCode")
        if serial is None and code is None:
            return False
        if serial is None or code is None:
            raise Refusal(
                "AccessDenied", f"{_FAILED}, must provide both MFA serial number and one time pass code."
            )
        seed = self._seed(call, serial)
        if seed is None:
            raise Refusal(
                "AccessDenied",
                f"{_FAILED}, unable to validate MFA code. Please verify your MFA serial number is valid and"
                " associated with this user.",
            )
        if not self.codes.accept(serial, seed, code):
            raise Refusal("AccessDenied", f"{_FAILED} with invalid MFA one time pass code.")
        return True

    @staticmethod
    def _seed(call: Incoming, serial: str) -> str | None:
        """Return the seed of a device of the caller; only a user with a long-term key shows codes to STS."""
        identity = call.identity
        if identity.kind is not Kind.USER or identity.session is not None:
            return None
        iam = account_iam(identity.account_id)
        user = next(user for user in iam.users.values() if user.id == identity.user_id)
        device = iam.virtual_mfa_devices.get(serial)
        return device.base32_string_seed if device is not None and serial in user.mfa_devices else None
