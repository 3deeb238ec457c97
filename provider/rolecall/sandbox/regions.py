"""Regions: the partition that each belongs to, and where STS is not activated."""

import re
from typing import Final

from .door.refusals import Refusal
from .faults import Faults

_PARTITIONS: Final = (
    (re.compile(r"cn-"), "aws-cn"),
    (re.compile(r"us-gov-"), "aws-us-gov"),
)
_CLOSED: Final = re.compile(r"us-iso|eu-iso|eusc")


def partition_of(region: str) -> str:
    """Return the partition of a region.

    Raises:
        ValueError: it is of a partition that is closed to the public.
    """
    if _CLOSED.match(region):
        raise ValueError(region)
    return next((partition for pattern, partition in _PARTITIONS if pattern.match(region)), "aws")


def require_activated(faults: Faults, account_id: str, region: str) -> None:
    """Let a call pass that makes credentials for an account where STS is activated in the region.

    Raises:
        Refusal: ``RegionDisabledException``.
    """
    if faults.region_disabled(account_id, region):
        raise Refusal(
            "RegionDisabledException",
            f"STS is not activated in this region for account:{account_id}. Your account administrator can"
            " activate STS in this region using the IAM Console.",
        )
