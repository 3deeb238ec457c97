"""How far this machine's clock is from AWS's, by the Date header of AWS's answers."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

_HALF_A_SECOND = 0.5
"""The header says whole seconds, rounded down."""


def skew_seconds(answer: Mapping[str, Any], now: float) -> float:
    """How many seconds AWS's clock is ahead of this machine's; 0 where an answer doesn't tell.

    Args:
        answer: what boto3 returned, or the ``response`` of its error.
        now: this machine's time when it came, in seconds since the epoch.
    """
    said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        date = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    return date.replace(tzinfo=UTC).timestamp() + _HALF_A_SECOND - now
