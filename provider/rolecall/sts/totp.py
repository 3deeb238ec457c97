"""Computes MFA codes from a device's seed (RFC 6238: HMAC-SHA-1, six digits, steps of 30 s)."""

import base64
import hashlib
import hmac
from typing import Final

from rolecall.errors import ProbeError

STEP_SECONDS: Final = 30
"""How long a code lasts."""
_DIGITS: Final = 6


def code_at(seed: str, at: float) -> str:
    """The code that a device shows at a time.

    Args:
        seed: the secret key that AWS shows with the QR code: base32, spaces and lower case welcome.
        at: AWS's time, in seconds since the epoch.

    Raises:
        ProbeError: the seed isn't base32. The message doesn't hold it.
    """
    packed = "".join(seed.split()).upper().rstrip("=")
    try:
        key = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except ValueError:
        key = b""
    if not key:
        raise ProbeError(
            "the seed for MFA codes isn't base32. Give the secret key of the device, as AWS showed it."
        )
    # AWS's devices are made with SHA-1, which is sound in an HMAC.
    digest = hmac.digest(key, (int(at) // STEP_SECONDS).to_bytes(8), hashlib.sha1)
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)
