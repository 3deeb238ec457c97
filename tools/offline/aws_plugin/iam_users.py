"""Users, their keys and groups of IAM, as rows of the stand-in's table."""

from dataclasses import replace

from tools.offline.aws_plugin import iam
from tools.offline.aws_plugin.resource import (
    BOUNDARY,
    NAME,
    PATH,
    TAGS,
    Created,
    Properties,
    Property,
    Resource,
    key,
    same_set,
)
from tools.offline.aws_plugin.session import Aws


def _create_user(aws: Aws, inputs: Properties) -> Created:
    name = iam.name_of(inputs)
    aws.iam.create_user(
        **iam.given(
            UserName=name,
            Path=inputs.get("path"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=iam.tag_list(aws.tags(inputs)),
        )
    )
    return Created(name)


def _read_user(aws: Aws, name: str, _state: Properties) -> Properties:
    user = aws.iam.get_user(UserName=name)["User"]
    return {
        "name": user["UserName"],
        "path": user["Path"],
        "permissionsBoundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": iam.tag_map(user.get("Tags")),
        "arn": user["Arn"],
        "uniqueId": user["UserId"],
    }


def _update_user(aws: Aws, name: str, state: Properties, news: Properties) -> None:
    if (path := news.get("path") or "/") != state.get("path"):
        aws.iam.update_user(UserName=name, NewPath=path)
    iam.rebound(aws, "user", name, state, news)
    iam.retag(aws, "user", state, news, UserName=name)


def _delete_user(aws: Aws, name: str, state: Properties) -> None:
    if state.get("forceDestroy"):
        iam.strip_policies(aws, "user", name)
        for access_key in aws.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            aws.iam.delete_access_key(UserName=name, AccessKeyId=access_key["AccessKeyId"])
        for device in aws.iam.list_mfa_devices(UserName=name)["MFADevices"]:
            aws.iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    aws.iam.delete_user(UserName=name)


def _create_group(aws: Aws, inputs: Properties) -> Created:
    name = iam.name_of(inputs)
    aws.iam.create_group(**iam.given(GroupName=name, Path=inputs.get("path")))
    return Created(name)


def _read_group(aws: Aws, name: str, _state: Properties) -> Properties:
    group = aws.iam.get_group(GroupName=name)["Group"]
    return {
        "name": group["GroupName"],
        "path": group["Path"],
        "arn": group["Arn"],
        "uniqueId": group["GroupId"],
    }


def _update_group(aws: Aws, name: str, _state: Properties, news: Properties) -> None:
    aws.iam.update_group(GroupName=name, NewPath=news.get("path") or "/")


def _delete_group(aws: Aws, name: str, _state: Properties) -> None:
    aws.iam.delete_group(GroupName=name)


def _join_groups(aws: Aws, inputs: Properties) -> Created:
    for group in inputs["groups"]:
        aws.iam.add_user_to_group(UserName=inputs["user"], GroupName=group)
    return Created("/".join([inputs["user"], *inputs["groups"]]))


def _read_membership(aws: Aws, id_: str, state: Properties) -> Properties | None:
    # Only the groups that this resource speaks of: a user may be in others by other means.
    user, *at_first = id_.split("/")
    ours = state.get("groups") or at_first
    pages = aws.iam.get_paginator("list_groups_for_user").paginate(UserName=user)
    joined = [each["GroupName"] for page in pages for each in page["Groups"]]
    groups = [group for group in ours if group in joined]
    return {"user": user, "groups": groups} if groups else None


def _change_groups(aws: Aws, id_: str, state: Properties, news: Properties) -> None:
    user = id_.split("/", maxsplit=1)[0]
    old, new = state.get("groups") or (), news["groups"]
    for group in new:
        if group not in old:
            aws.iam.add_user_to_group(UserName=user, GroupName=group)
    for group in old:
        if group not in new:
            aws.iam.remove_user_from_group(UserName=user, GroupName=group)


def _leave_groups(aws: Aws, _id: str, state: Properties) -> None:
    for group in state["groups"]:
        aws.iam.remove_user_from_group(UserName=state["user"], GroupName=group)


def _create_key(aws: Aws, inputs: Properties) -> Created:
    made = aws.iam.create_access_key(UserName=inputs["user"])["AccessKey"]
    if inputs.get("status", "Active") != "Active":
        aws.iam.update_access_key(
            UserName=inputs["user"], AccessKeyId=made["AccessKeyId"], Status=inputs["status"]
        )
    return Created(made["AccessKeyId"], {"secret": made["SecretAccessKey"]})


def _read_key(aws: Aws, id_: str, state: Properties) -> Properties | None:
    user = state.get("user") or aws.iam.get_access_key_last_used(AccessKeyId=id_)["UserName"]
    pages = aws.iam.get_paginator("list_access_keys").paginate(UserName=user)
    for each in (each for page in pages for each in page["AccessKeyMetadata"]):
        if each["AccessKeyId"] == id_:
            return {
                "user": user,
                "status": each["Status"],
                "createDate": each["CreateDate"].isoformat(),
                "secret": state.get("secret"),
            }
    return None


def _update_key(aws: Aws, id_: str, _state: Properties, news: Properties) -> None:
    aws.iam.update_access_key(UserName=news["user"], AccessKeyId=id_, Status=news.get("status") or "Active")


def _delete_key(aws: Aws, id_: str, state: Properties) -> None:
    aws.iam.delete_access_key(UserName=state["user"], AccessKeyId=id_)


ROWS = (
    Resource(
        pulumi_type="aws:iam/user:User",
        noun="IAM user",
        properties=(
            NAME,
            replace(PATH, replaces=False),
            Property(name="forceDestroy", default=False, local=True),
            BOUNDARY,
            TAGS,
        ),
        outputs=("arn", "uniqueId"),
        create=_create_user,
        read=_read_user,
        update=_update_user,
        delete=_delete_user,
        autoname="name",
    ),
    iam.inline_policy("user", "aws:iam/userPolicy:UserPolicy"),
    iam.attachment("user", "aws:iam/userPolicyAttachment:UserPolicyAttachment"),
    Resource(
        pulumi_type="aws:iam/accessKey:AccessKey",
        noun="access key of an IAM user",
        properties=(key("user"), Property(name="status", default="Active")),
        outputs=("createDate", "secret"),
        create=_create_key,
        read=_read_key,
        update=_update_key,
        delete=_delete_key,
        secrets=frozenset({"secret"}),
    ),
    Resource(
        pulumi_type="aws:iam/group:Group",
        noun="IAM group",
        properties=(NAME, replace(PATH, replaces=False)),
        outputs=("arn", "uniqueId"),
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        autoname="name",
        longest=128,
    ),
    iam.inline_policy("group", "aws:iam/groupPolicy:GroupPolicy"),
    iam.attachment("group", "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"),
    Resource(
        pulumi_type="aws:iam/userGroupMembership:UserGroupMembership",
        noun="group membership of an IAM user",
        properties=(key("user"), Property(name="groups", same=same_set, required=True)),
        create=_join_groups,
        read=_read_membership,
        update=_change_groups,
        delete=_leave_groups,
    ),
)
"""The rows of this module."""
