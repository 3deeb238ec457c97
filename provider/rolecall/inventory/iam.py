"""Reads what IAM answers: get-role, list-roles, get-account-authorization-details."""

from collections.abc import Iterator

from .model import Role, Source
from .shape import Object, member, objects, role


def get_role(content: Object, file: str) -> Iterator[Role]:
    """The role of ``aws iam get-role``."""
    yield _role(member(content, "Role"), "/Role", file)


def list_roles(content: Object, file: str) -> Iterator[Role]:
    """The roles of ``aws iam list-roles``."""
    for found, pointer in objects(content.get("Roles"), "/Roles"):
        yield _role(found, pointer, file)


def authorization_details(content: Object, file: str) -> Iterator[Role]:
    """The roles of ``aws iam get-account-authorization-details``."""
    for found, pointer in objects(content.get("RoleDetailList"), "/RoleDetailList"):
        yield _role(found, pointer, file)


def _role(found: Object, pointer: str, file: str) -> Role:
    return role(
        found,
        arn="Arn",
        name="RoleName",
        policy=found.get("AssumeRolePolicyDocument"),
        duration="MaxSessionDuration",
        called="role",
        source=Source(file, f"{pointer}/AssumeRolePolicyDocument"),
    )
