"""How IAM names what services call otherwise: prefixes, actions and resources."""

from collections.abc import Mapping
from typing import Final

PREFIXES: Final[Mapping[str, str]] = {
    "email": "ses",
    "monitoring": "cloudwatch",
    "tagging": "tag",
}
"""Prefixes of actions that differ from the service's signing name."""

ACTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("lambda", "Invoke"): "lambda:InvokeFunction",
    ("s3", "AbortMultipartUpload"): "s3:AbortMultipartUpload",
    ("s3", "CompleteMultipartUpload"): "s3:PutObject",
    ("s3", "CopyObject"): "s3:PutObject",
    ("s3", "CreateMultipartUpload"): "s3:PutObject",
    ("s3", "DeleteBucketCors"): "s3:PutBucketCORS",
    ("s3", "DeleteBucketEncryption"): "s3:PutEncryptionConfiguration",
    ("s3", "DeleteBucketLifecycle"): "s3:PutLifecycleConfiguration",
    ("s3", "DeleteBucketTagging"): "s3:PutBucketTagging",
    ("s3", "DeleteObjects"): "s3:DeleteObject",
    ("s3", "DeletePublicAccessBlock"): "s3:PutBucketPublicAccessBlock",
    ("s3", "GetBucketAccelerateConfiguration"): "s3:GetAccelerateConfiguration",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "s3:GetLifecycleConfiguration",
    ("s3", "GetBucketNotificationConfiguration"): "s3:GetBucketNotification",
    ("s3", "GetBucketReplication"): "s3:GetReplicationConfiguration",
    ("s3", "GetObjectLockConfiguration"): "s3:GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "ListMultipartUploads"): "s3:ListBucketMultipartUploads",
    ("s3", "ListObjectVersions"): "s3:ListBucketVersions",
    ("s3", "ListObjects"): "s3:ListBucket",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "ListParts"): "s3:ListMultipartUploadParts",
    ("s3", "PutBucketEncryption"): "s3:PutEncryptionConfiguration",
    ("s3", "PutBucketLifecycleConfiguration"): "s3:PutLifecycleConfiguration",
    ("s3", "PutBucketNotificationConfiguration"): "s3:PutBucketNotification",
    ("s3", "PutBucketReplication"): "s3:PutReplicationConfiguration",
    ("s3", "PutPublicAccessBlock"): "s3:PutBucketPublicAccessBlock",
    ("s3", "UploadPart"): "s3:PutObject",
}
"""Actions that differ from the operation's name ("Actions, resources, and condition keys for Amazon S3")."""

_REGIONAL: Final = "arn:{partition}:{service}:{region}:{account}:"

RESOURCES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "dynamodb": (("ListTables", "*"), ("*", _REGIONAL + "table/{TableName}")),
    "ec2": (("Describe*", "*"), ("*", _REGIONAL + "instance/{InstanceId.1}")),
    "iam": (
        ("*", "{PolicyArn}"),
        ("*", "{RoleArn}"),
        ("*", "{GroupArn}"),
        ("*", "{UserArn}"),
        ("GetUser", "{CallerArn}"),
        ("List*", "*"),
        ("GetAccount*", "*"),
    ),
    "kms": (("ListKeys", "*"), ("ListAliases", "*"), ("*", _REGIONAL + "key/{KeyId}")),
    "lambda": (("ListFunctions", "*"), ("*", _REGIONAL + "function:{FunctionName}")),
    "s3": (
        ("ListBuckets", "*"),
        ("*", "arn:{partition}:s3:::{Bucket}/{Key}"),
        ("*", "arn:{partition}:s3:::{Bucket}"),
    ),
    "secretsmanager": (("ListSecrets", "*"),),
    "sns": (("ListTopics", "*"), ("*", "{TopicArn}"), ("*", _REGIONAL + "{Name}")),
    "sqs": (("ListQueues", "*"), ("*", _REGIONAL + "{QueueName}")),
    "ssm": (("DescribeParameters", "*"), ("*", _REGIONAL + "parameter/{Name}")),
}
"""By service: operations, and the ARN of what they are done to with parameters of the call in it.

The first row counts whose parameters a call has; a parameter that holds an ARN is the resource itself.
"""
