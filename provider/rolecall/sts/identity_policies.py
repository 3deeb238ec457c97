"""Reads what IAM holds about a caller with the caller's own credentials, as far as it may."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import DeclarationError
from rolecall.policy import UNKNOWN, Arn, CallerSide, Policy, PolicyKind, parse

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

NOT_READ = CallerSide(identity_policies=UNKNOWN, permissions_boundary=UNKNOWN)


def role_of_session(iam: "IAMClient", arn: str) -> str | None:
    """The ARN, with its path, of a session's role.

    Args:
        iam: with the session's credentials.
        arn: what STS calls it.

    Returns:
        ``None`` where this isn't a session of a role, or where it may not read it.
    """
    principal = Arn.parse(arn)
    if not principal.is_role_session:
        return None
    try:
        return iam.get_role(RoleName=principal.role_of_session().name)["Role"]["Arn"]
    except (ClientError, BotoCoreError):
        return None


def own_side(iam: "IAMClient", arn: str) -> CallerSide:
    """The identity policies and the permissions boundary of a user or role session.

    Returns:
        ``UNKNOWN`` policies where the caller may not read them, or where AWS doesn't answer.
    """
    principal = Arn.parse(arn)
    try:
        if principal.is_user:
            return _of_user(iam, principal.name)
        if principal.is_role_session:
            return _of_role(iam, principal.role_of_session().name)
    except (ClientError, BotoCoreError, DeclarationError):
        return NOT_READ  # may not read is the usual case; the verdict then says that this side is unknown
    return NOT_READ


def _of_user(iam: "IAMClient", name: str) -> CallerSide:
    about = iam.get_user(UserName=name)["User"]
    policies = [*_inline(iam, "user", UserName=name), *_attached(iam, "user", UserName=name)]
    for page in iam.get_paginator("list_groups_for_user").paginate(UserName=name):
        for group in page["Groups"]:
            of_group = {"GroupName": group["GroupName"]}
            policies += [*_inline(iam, "group", **of_group), *_attached(iam, "group", **of_group)]
    return _side(iam, policies, about)


def _of_role(iam: "IAMClient", name: str) -> CallerSide:
    about = iam.get_role(RoleName=name)["Role"]
    policies = [*_inline(iam, "role", RoleName=name), *_attached(iam, "role", RoleName=name)]
    return _side(iam, policies, about)


def _side(iam: "IAMClient", policies: list[Policy], about: Any) -> CallerSide:
    boundary = about.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return CallerSide(
        identity_policies=tuple(policies),
        permissions_boundary=_managed(iam, boundary, PolicyKind.BOUNDARY) if boundary else None,
    )


def _inline(iam: Any, kind: str, **of: str) -> Iterator[Policy]:
    get = getattr(iam, f"get_{kind}_policy")
    for page in iam.get_paginator(f"list_{kind}_policies").paginate(**of):
        for name in page["PolicyNames"]:
            yield parse(get(PolicyName=name, **of)["PolicyDocument"], kind=PolicyKind.IDENTITY, stored=True)


def _attached(iam: Any, kind: str, **of: str) -> Iterator[Policy]:
    for page in iam.get_paginator(f"list_attached_{kind}_policies").paginate(**of):
        for each in page["AttachedPolicies"]:
            yield _managed(iam, each["PolicyArn"], PolicyKind.IDENTITY)


def _managed(iam: "IAMClient", arn: str, kind: PolicyKind) -> Policy:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Any = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return parse(document, kind=kind, stored=True)
