"""AWS-managed policies, read from moto's data once and only where somebody asks for them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy


def aws_managed_policies(account_id: str, partition: str) -> list[AWSManagedPolicy]:
    """Return the AWS-managed policies as one account sees them: each counts that account's attachments."""
    return [AWSManagedPolicy.from_data(name, account_id, partition, row) for name, row in _rows().items()]


@cache
def _rows() -> Mapping[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return rows
