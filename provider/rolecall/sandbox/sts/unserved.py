"""STS operations that the sandbox knows and refuses, because what they stand on isn't here."""

from collections.abc import Callable
from typing import Final, NoReturn

from ..callers.incoming import Incoming
from ..door.refusals import Refusal

_REASONS: Final = {
    "AssumeRoot": (
        "it needs centralized root access in an organization, which moto's IAM and Organizations don't have."
    ),
    "GetDelegatedAccessToken": (
        "it trades in a token that AWS gives to a partner whose request for access a customer approved, and"
        " nothing here can make one."
    ),
}


def not_served(operation: str) -> Callable[[Incoming], NoReturn]:
    """Return the way an operation is answered: refused with the reason."""
    reason = _REASONS[operation]

    def refuse(_: Incoming) -> NoReturn:
        raise Refusal("NotImplemented", f"The sandbox does not imitate {operation}: {reason}")

    return refuse
