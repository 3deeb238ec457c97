"""Operators that compare numbers."""

import re
from decimal import Decimal

from .comparing import ordered_operators

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)


def read_number(text: str) -> int | Decimal:
    """Read a whole or decimal number without loss.

    Raises:
        ValueError: the text is no number.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError("not a number")
    return Decimal(text) if found.group(1) else int(text)


OPERATORS = ordered_operators(prefix="Numeric", family="numeric", read=read_number, expected="a number")
