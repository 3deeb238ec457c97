"""What it means that this machine's clock isn't AWS's, in words."""

from typing import Final

NOTABLE_SECONDS: Final = 30.0
"""From here on a difference is told: TOTP codes, which change every 30 s, go wrong first."""
_MINUTE: Final = 60.0


def skew_sentence(seconds: float) -> str:
    """How far this machine's clock is off, without a full stop; ``""`` where that matters to nothing.

    Args:
        seconds: how far AWS's clock is ahead of this machine's; negative where it is behind.
    """
    if abs(seconds) <= NOTABLE_SECONDS:
        return ""
    far = abs(seconds)
    amount = f"{far:.0f} s" if far < 2 * _MINUTE else f"{far / _MINUTE:.0f} min"
    return f"this machine's clock is {amount} {'behind' if seconds > 0 else 'ahead of'} AWS's"
