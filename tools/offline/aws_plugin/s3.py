"""Plain buckets of S3, as rows of the stand-in's table: enough for something that depends on a role."""

from typing import Any

from tools.offline.aws_plugin import iam
from tools.offline.aws_plugin.resource import TAGS, Created, Properties, Property, Resource
from tools.offline.aws_plugin.session import Aws

_HOME_REGION = "us-east-1"
"""CreateBucket takes no LocationConstraint for this region."""


def _create(aws: Aws, inputs: Properties) -> Created:
    name = str(inputs["bucket"])
    where: dict[str, Any] = {"LocationConstraint": aws.region} if aws.region != _HOME_REGION else {}
    aws.client("s3").create_bucket(**iam.given(Bucket=name, CreateBucketConfiguration=where))
    if tags := aws.tags(inputs):
        aws.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": iam.tag_list(tags)})
    return Created(name)


def _read(aws: Aws, name: str, _state: Properties) -> Properties:
    s3 = aws.client("s3")
    region = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or _HOME_REGION
    try:
        tags = iam.tag_map(s3.get_bucket_tagging(Bucket=name)["TagSet"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        tags = {}
    return {
        "bucket": name,
        "tags": tags,
        "arn": f"arn:{aws.partition}:s3:::{name}",
        "bucketRegion": region,
        "region": region,
    }


def _update(aws: Aws, name: str, state: Properties, news: Properties) -> None:
    tags = aws.tags(news)
    if tags:
        aws.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": iam.tag_list(tags)})
    elif state.get("tagsAll"):
        aws.client("s3").delete_bucket_tagging(Bucket=name)


def _delete(aws: Aws, name: str, state: Properties) -> None:
    if state.get("forceDestroy"):
        versions = aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=name)
        for page in versions:
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                aws.client("s3").delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
    aws.client("s3").delete_bucket(Bucket=name)


ROWS = (
    Resource(
        pulumi_type="aws:s3/bucket:Bucket",
        noun="S3 bucket",
        properties=(
            Property(name="bucket", replaces=True, chosen=True),
            Property(name="forceDestroy", default=False, local=True),
            TAGS,
        ),
        outputs=("arn", "bucketRegion", "region"),
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        autoname="bucket",
        longest=63,
    ),
)
"""The rows of this module."""
