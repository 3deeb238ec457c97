"""Makes external IDs that nobody guesses."""

from typing import Final

from rolecall.errors import DeclarationError

from .formats import EXTERNAL_ID, fault_of

ENTROPY_BYTES: Final = 16
"""How much chance goes into an external ID: 128 bits can't be guessed by trying."""


def external_id(entropy: bytes, *, prefix: str = "") -> str:
    """Write an external ID: the prefix, a hyphen, and the entropy in hexadecimal digits.

    Args:
        entropy: random bytes, ``ENTROPY_BYTES`` of them from ``secrets.token_bytes``.
        prefix: what tells people whose it is, such as a customer's name.

    Raises:
        DeclarationError: AWS would not take it, because of its prefix (AWS page: AssumeRole).
        ValueError: there is too little entropy.
    """
    if len(entropy) < ENTROPY_BYTES:
        raise ValueError(f"{len(entropy)} random bytes are too few; give {ENTROPY_BYTES}")
    made = f"{prefix}-{entropy.hex()}" if prefix else entropy.hex()
    fault = fault_of(EXTERNAL_ID, made, "prefix")
    if fault is not None:
        raise DeclarationError([fault])
    return made
