"""Spans of time in words."""

from datetime import timedelta
from typing import Final

_UNITS: Final = ((86400, "days"), (3600, "h"), (60, "min"))


def in_words(span: timedelta) -> str:
    """A span in its largest unit of which there are two or more, rounded down: ``9 h``, ``90 min``."""
    seconds = int(span.total_seconds())
    for size, unit in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
