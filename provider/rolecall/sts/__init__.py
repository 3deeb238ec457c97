"""How credentials are got, and how STS and IAM are asked: boto3, behind the protocols of ``verification``."""

from .credentials import Defaults, Keys, default_region, is_session, open_without_keys
from .error_table import ERRORS, ErrorRow, Meaning
from .lookups import account_of_key, decode
from .mfa import read_code
from .opening import Credentials
from .pace import CALLS_PER_SECOND, Pace
from .proven import assume_role_by_proof
from .sign_in import LINK_MINUTES, Link, link_faults, sign_in_url
from .temporary import (
    Issued,
    Limits,
    MfaCode,
    NotIssued,
    ProvidedContext,
    RoleRequest,
    assume_role,
    federation_token,
    session_token,
)

__all__ = [
    "CALLS_PER_SECOND",
    "ERRORS",
    "LINK_MINUTES",
    "Credentials",
    "Defaults",
    "ErrorRow",
    "Issued",
    "Keys",
    "Limits",
    "Link",
    "Meaning",
    "MfaCode",
    "NotIssued",
    "Pace",
    "ProvidedContext",
    "RoleRequest",
    "account_of_key",
    "assume_role",
    "assume_role_by_proof",
    "decode",
    "default_region",
    "federation_token",
    "is_session",
    "link_faults",
    "open_without_keys",
    "read_code",
    "session_token",
    "sign_in_url",
]
