"""Takes the parts that people look for out of the ARNs of roles and callers."""

from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy import Arn

NO_ACCOUNT: Final = "unknown"
"""Stands where no account can be told."""


def account_of(arn: str) -> str:
    """The account of an ARN: 12 digits, or ``unknown`` for what is no ARN or names none."""
    try:
        return Arn.parse(arn).account or NO_ACCOUNT
    except DeclarationError:
        return NO_ACCOUNT


def resource_of(arn: str) -> str:
    """What an ARN names in its account, such as ``role/ops/deploy``; all of what is no ARN."""
    try:
        return Arn.parse(arn).resource
    except DeclarationError:
        return arn
