"""An embedded AWS whose STS enforces; needs the extra ``sandbox`` once it is started."""

from .account import Account, Role, User
from .calls import Call
from .credentials import Credentials, Profile
from .faults import Faults
from .sandbox import Sandbox

__all__ = [
    "Account",
    "Call",
    "Credentials",
    "Faults",
    "Profile",
    "Role",
    "Sandbox",
    "User",
]
