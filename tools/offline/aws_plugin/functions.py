"""The table of provider functions that the stand-in serves."""

import json
import zlib
from collections.abc import Callable
from typing import Any

from tools.offline.aws_plugin.iam_roles import role_state
from tools.offline.aws_plugin.policy_document import policy_document
from tools.offline.aws_plugin.resource import Properties
from tools.offline.aws_plugin.session import Aws

_DNS_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-us-gov": "amazonaws.com",
}


def _caller(aws: Aws, _arguments: Properties) -> dict[str, Any]:
    caller = aws.client("sts").get_caller_identity()
    account = caller["Account"]
    return {"accountId": account, "arn": caller["Arn"], "userId": caller["UserId"], "id": account}


def _partition(aws: Aws, _arguments: Properties) -> dict[str, Any]:
    suffix = _DNS_SUFFIXES[aws.partition]
    return {
        "partition": aws.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
        "id": aws.partition,
    }


def _region(aws: Aws, arguments: Properties) -> dict[str, Any]:
    region = arguments.get("region") or arguments.get("name") or aws.region
    return {"region": region, "name": region, "id": region}


def _policy_document(_aws: Aws, arguments: Properties) -> dict[str, Any]:
    document = policy_document(arguments)
    short = json.dumps(document, separators=(",", ":"))
    return {
        **arguments,
        "json": json.dumps(document, indent=2),
        "minifiedJson": short,
        "id": str(zlib.crc32(short.encode())),
    }


def _role(aws: Aws, arguments: Properties) -> dict[str, Any]:
    state = role_state(aws.iam.get_role(RoleName=arguments["name"])["Role"])
    return {
        **state,
        "permissionsBoundary": state["permissionsBoundary"] or "",
        "id": state["name"],
        "roleLastUseds": [],
    }


FUNCTIONS: dict[str, Callable[[Aws, Properties], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:iam/getRole:getRole": _role,
}
"""Each function by its Pulumi token: from its arguments to its results, under Pulumi's names."""
