"""Who counts as an admin."""

from typing import Any

import pytest
from tests.reach.accounts import ADMIN, TOOLS, account, may, policy, user

from rolecall.policy import UNKNOWN, PolicyKind
from rolecall.reach import build

DENY = {"Effect": "Deny", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "admin"),
    [
        ([ADMIN], True),
        ([may("*", "iam:*")], True),
        ([may("*", "iam:Put*")], True),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}], False),
        ([may("arn:aws:iam::111111111111:role/x", "*")], False),
        ([may("*", "*", Bool={"aws:MultiFactorAuthPresent": "true"})], False),
        ([may("*", "s3:*")], False),
        ([ADMIN, {**DENY, "Action": "iam:*"}], False),
        ([ADMIN, {**DENY, "Action": "iam:PutRolePolicy"}], True),
        ([ADMIN, {**DENY, "Action": "s3:*"}], True),
        ([], False),
    ],
)
def test_who_is_an_admin(statements: list[Any], admin: bool) -> None:
    """Whoever may give roles permissions, everywhere and unconditionally, and isn't kept from it."""
    (node,) = build([account(TOOLS, user(TOOLS, "ann", *statements))]).nodes.values()

    assert node.admin is admin


@pytest.mark.parametrize(
    ("boundary", "admin"),
    [
        (None, True),
        (policy(may("*", "*"), kind=PolicyKind.BOUNDARY), True),
        (policy(may("*", "s3:*"), kind=PolicyKind.BOUNDARY), False),
        (UNKNOWN, False),
    ],
)
def test_a_boundary_limits_admins(boundary: Any, admin: bool) -> None:
    """A boundary that leaves no such power makes an administrator none."""
    (node,) = build([account(TOOLS, user(TOOLS, "ann", ADMIN, boundary=boundary))]).nodes.values()

    assert node.admin is admin
