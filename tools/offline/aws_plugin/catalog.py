"""The table of resource types that the stand-in serves."""

from tools.offline.aws_plugin import events, iam_providers, iam_roles, iam_users, s3
from tools.offline.aws_plugin.resource import Resource

RESOURCES: dict[str, Resource] = {
    row.pulumi_type: row
    for row in (*iam_roles.ROWS, *iam_users.ROWS, *iam_providers.ROWS, *s3.ROWS, *events.ROWS)
}
"""Each row by its type token."""
