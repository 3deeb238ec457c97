"""What several IAM resource types share: names, tags, and policies that belong to an owner."""

import json
import secrets
from typing import Any

from tools.offline.aws_plugin.resource import (
    NAME,
    NAME_PREFIX,
    Created,
    Properties,
    Resource,
    key,
    policy,
)
from tools.offline.aws_plugin.session import Aws


def name_of(properties: Properties) -> str:
    """The name for a new thing: the one given or generated, or its prefix and chance."""
    return str(properties.get("name") or f"{properties['namePrefix']}{secrets.token_hex(13)}")


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as IAM takes them."""
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags as Pulumi takes them."""
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments of a call without those that are empty."""
    return {name: value for name, value in arguments.items() if value not in (None, "", [], {})}


def retag(aws: Aws, thing: str, state: Properties, news: Properties, **identity: str) -> None:
    """Bring the tags of a role, policy, user or provider from the last known state to the new inputs."""
    old, new = state.get("tagsAll") or {}, aws.tags(news)
    if dropped := [name for name in old if name not in new]:
        getattr(aws.iam, f"untag_{thing}")(TagKeys=dropped, **identity)
    if changed := {name: value for name, value in new.items() if old.get(name) != value}:
        getattr(aws.iam, f"tag_{thing}")(Tags=tag_list(changed), **identity)


def rebound(aws: Aws, owner: str, name: str, state: Properties, news: Properties) -> None:
    """Bring the permissions boundary of a role or user to the new inputs."""
    identity = {f"{owner.capitalize()}Name": name}
    boundary = news.get("permissionsBoundary")
    if boundary == state.get("permissionsBoundary"):
        return
    if boundary:
        put = getattr(aws.iam, f"put_{owner}_permissions_boundary")
        put(PermissionsBoundary=boundary, **identity)
    else:
        getattr(aws.iam, f"delete_{owner}_permissions_boundary")(**identity)


def text_of(document: Any) -> str:
    """A policy document that boto3 has parsed, as JSON again."""
    return document if isinstance(document, str) else json.dumps(document)


def strip_policies(aws: Aws, owner: str, name: str) -> None:
    """Detach and delete every policy of a role or user, so that it can be deleted."""
    identity = {f"{owner.capitalize()}Name": name}
    attached = aws.iam.get_paginator(f"list_attached_{owner}_policies").paginate(**identity)
    for arn in [each["PolicyArn"] for page in attached for each in page["AttachedPolicies"]]:
        getattr(aws.iam, f"detach_{owner}_policy")(PolicyArn=arn, **identity)
    inline = aws.iam.get_paginator(f"list_{owner}_policies").paginate(**identity)
    for policy_name in [each for page in inline for each in page["PolicyNames"]]:
        getattr(aws.iam, f"delete_{owner}_policy")(PolicyName=policy_name, **identity)


def inline_policy(owner: str, pulumi_type: str) -> Resource:
    """The row of an inline policy of a role, user or group; its id is OWNER:NAME."""
    argument = f"{owner.capitalize()}Name"

    def put(aws: Aws, owner_name: str, name: str, document: str) -> None:
        call = getattr(aws.iam, f"put_{owner}_policy")
        call(**{argument: owner_name}, PolicyName=name, PolicyDocument=document)

    def create(aws: Aws, inputs: Properties) -> Created:
        name = name_of(inputs)
        put(aws, inputs[owner], name, inputs["policy"])
        return Created(f"{inputs[owner]}:{name}")

    def read(aws: Aws, id_: str, _state: Properties) -> Properties:
        owner_name, name = id_.split(":", 1)
        live = getattr(aws.iam, f"get_{owner}_policy")(**{argument: owner_name}, PolicyName=name)
        return {owner: owner_name, "name": name, "policy": text_of(live["PolicyDocument"])}

    def update(aws: Aws, id_: str, _state: Properties, news: Properties) -> None:
        owner_name, name = id_.split(":", 1)
        put(aws, owner_name, name, news["policy"])

    def delete(aws: Aws, id_: str, _state: Properties) -> None:
        owner_name, name = id_.split(":", 1)
        getattr(aws.iam, f"delete_{owner}_policy")(**{argument: owner_name}, PolicyName=name)

    return Resource(
        pulumi_type=pulumi_type,
        noun=f"inline policy of an IAM {owner}",
        properties=(key(owner), policy("policy"), NAME, NAME_PREFIX),
        create=create,
        read=read,
        update=update,
        delete=delete,
        autoname="name",
        longest=128,
    )


def attachment(owner: str, pulumi_type: str) -> Resource:
    """The row of a managed policy attached to a role, user or group; its id is OWNER/ARN."""
    argument = f"{owner.capitalize()}Name"

    def create(aws: Aws, inputs: Properties) -> Created:
        attach = getattr(aws.iam, f"attach_{owner}_policy")
        attach(**{argument: inputs[owner]}, PolicyArn=inputs["policyArn"])
        return Created(f"{inputs[owner]}/{inputs['policyArn']}")

    def read(aws: Aws, id_: str, _state: Properties) -> Properties | None:
        owner_name, arn = id_.split("/", 1)
        pages = aws.iam.get_paginator(f"list_attached_{owner}_policies").paginate(**{argument: owner_name})
        attached = any(each["PolicyArn"] == arn for page in pages for each in page["AttachedPolicies"])
        return {owner: owner_name, "policyArn": arn} if attached else None

    def delete(aws: Aws, id_: str, _state: Properties) -> None:
        owner_name, arn = id_.split("/", 1)
        getattr(aws.iam, f"detach_{owner}_policy")(**{argument: owner_name}, PolicyArn=arn)

    return Resource(
        pulumi_type=pulumi_type,
        noun=f"policy attachment of an IAM {owner}",
        properties=(key(owner), key("policyArn")),
        create=create,
        read=read,
        delete=delete,
    )
