"""Roles and managed policies of IAM, as rows of the stand-in's table."""

from typing import Any

from tools.offline.aws_plugin import iam
from tools.offline.aws_plugin.resource import (
    BOUNDARY,
    NAME,
    NAME_PREFIX,
    PATH,
    TAGS,
    Created,
    Properties,
    Property,
    Resource,
    policy,
)
from tools.offline.aws_plugin.session import Aws

_VERSIONS_OF_A_POLICY = 5
"""IAM and AWS STS quotas: as many versions a managed policy keeps at most."""


def role_state(role: dict[str, Any]) -> dict[str, Any]:
    """A role of IAM's GetRole under Pulumi's names."""
    return {
        "name": role["RoleName"],
        "path": role["Path"],
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].isoformat(),
        "assumeRolePolicy": iam.text_of(role["AssumeRolePolicyDocument"]),
        "description": role.get("Description", ""),
        "maxSessionDuration": role["MaxSessionDuration"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": iam.tag_map(role.get("Tags")),
    }


def _create_role(aws: Aws, inputs: Properties) -> Created:
    name = iam.name_of(inputs)
    aws.iam.create_role(
        **iam.given(
            RoleName=name,
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            MaxSessionDuration=int(inputs.get("maxSessionDuration") or 3600),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=iam.tag_list(aws.tags(inputs)),
        )
    )
    return Created(name)


def _read_role(aws: Aws, name: str, _state: Properties) -> Properties:
    return role_state(aws.iam.get_role(RoleName=name)["Role"])


def _update_role(aws: Aws, name: str, state: Properties, news: Properties) -> None:
    if news["assumeRolePolicy"] != state.get("assumeRolePolicy"):
        aws.iam.update_assume_role_policy(RoleName=name, PolicyDocument=news["assumeRolePolicy"])
    description = news.get("description") or ""
    seconds = int(news.get("maxSessionDuration") or 3600)
    if (description, seconds) != (state.get("description") or "", state.get("maxSessionDuration")):
        aws.iam.update_role(RoleName=name, Description=description, MaxSessionDuration=seconds)
    iam.rebound(aws, "role", name, state, news)
    iam.retag(aws, "role", state, news, RoleName=name)


def _delete_role(aws: Aws, name: str, state: Properties) -> None:
    if state.get("forceDetachPolicies"):
        iam.strip_policies(aws, "role", name)
    aws.iam.delete_role(RoleName=name)


def _create_policy(aws: Aws, inputs: Properties) -> Created:
    made = aws.iam.create_policy(
        **iam.given(
            PolicyName=iam.name_of(inputs),
            PolicyDocument=inputs["policy"],
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            Tags=iam.tag_list(aws.tags(inputs)),
        )
    )
    return Created(made["Policy"]["Arn"])


def _read_policy(aws: Aws, arn: str, _state: Properties) -> Properties:
    live = aws.iam.get_policy(PolicyArn=arn)["Policy"]
    version = aws.iam.get_policy_version(PolicyArn=arn, VersionId=live["DefaultVersionId"])
    return {
        "name": live["PolicyName"],
        "path": live["Path"],
        "description": live.get("Description", ""),
        "policy": iam.text_of(version["PolicyVersion"]["Document"]),
        "tags": iam.tag_map(live.get("Tags")),
        "arn": arn,
        "policyId": live["PolicyId"],
        "attachmentCount": live.get("AttachmentCount", 0),
    }


def _spare_versions(aws: Aws, arn: str) -> list[str]:
    """The versions that aren't the default one, oldest first."""
    pages = aws.iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn)
    versions = [each for page in pages for each in page["Versions"] if not each["IsDefaultVersion"]]
    return [each["VersionId"] for each in sorted(versions, key=lambda each: int(each["VersionId"][1:]))]


def _update_policy(aws: Aws, arn: str, state: Properties, news: Properties) -> None:
    if news["policy"] != state.get("policy"):
        spare = _spare_versions(aws, arn)
        if len(spare) == _VERSIONS_OF_A_POLICY - 1:
            aws.iam.delete_policy_version(PolicyArn=arn, VersionId=spare[0])
        aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=news["policy"], SetAsDefault=True)
    iam.retag(aws, "policy", state, news, PolicyArn=arn)


def _delete_policy(aws: Aws, arn: str, _state: Properties) -> None:
    for version in _spare_versions(aws, arn):
        aws.iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    aws.iam.delete_policy(PolicyArn=arn)


ROWS = (
    Resource(
        pulumi_type="aws:iam/role:Role",
        noun="IAM role",
        properties=(
            policy("assumeRolePolicy"),
            NAME,
            NAME_PREFIX,
            PATH,
            Property(name="description", default=""),
            Property(name="maxSessionDuration", default=3600),
            Property(name="forceDetachPolicies", default=False, local=True),
            BOUNDARY,
            TAGS,
        ),
        outputs=("arn", "uniqueId", "createDate"),
        create=_create_role,
        read=_read_role,
        update=_update_role,
        delete=_delete_role,
        autoname="name",
    ),
    iam.inline_policy("role", "aws:iam/rolePolicy:RolePolicy"),
    iam.attachment("role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
    Resource(
        pulumi_type="aws:iam/policy:Policy",
        noun="IAM policy",
        properties=(
            policy("policy"),
            NAME,
            NAME_PREFIX,
            PATH,
            Property(name="description", default="", replaces=True),
            TAGS,
        ),
        outputs=("arn", "policyId", "attachmentCount"),
        create=_create_policy,
        read=_read_policy,
        update=_update_policy,
        delete=_delete_policy,
        autoname="name",
        longest=128,
    ),
)
"""The rows of this module."""
