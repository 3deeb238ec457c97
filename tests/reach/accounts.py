"""Short ways to describe accounts, users and roles for tests of reach."""

from typing import Any

from rolecall.policy import PolicyKind, Unknown, parse
from rolecall.reach import AccountDetails, Organization, Role, User

TOOLS, PROD, VENDOR = "111111111111", "222222222222", "333333333333"
ADMIN = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def arn(account: str, name: str, kind: str = "role") -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


def may(resource: object = "*", action: object = "sts:AssumeRole", **condition: object) -> dict[str, Any]:
    """A statement of an identity policy."""
    base = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**base, "Condition": condition} if condition else base


def trusts(who: object, action: object = "sts:AssumeRole", **condition: object) -> dict[str, Any]:
    """A statement of a trust policy."""
    principal = who if isinstance(who, dict) else {"AWS": who}
    base = {"Effect": "Allow", "Principal": principal, "Action": action}
    return {**base, "Condition": condition} if condition else base


def policy(*statements: Any, kind: PolicyKind = PolicyKind.IDENTITY) -> Any:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, kind=kind, stored=True)


def user(account: str, name: str, *statements: Any, **others: Any) -> User:
    own = (policy(*statements),) if statements else ()
    return User(**{"arn": arn(account, name, "user"), "unique_id": f"AIDA{name}", "policies": own, **others})


def role(account: str, name: str, *trust: Any, own: Any = (), **others: Any) -> Role:
    return Role(
        **{
            "arn": arn(account, name),
            "unique_id": f"AROA{name.rpartition('/')[2]}",
            "policies": (policy(*own),) if own else (),
            "trust": policy(*trust, kind=PolicyKind.TRUST),
            **others,
        }
    )


def account(number: str, *identities: User | Role, organization: Any = Unknown.UNKNOWN) -> AccountDetails:
    return AccountDetails(
        account=number,
        users=tuple(each for each in identities if isinstance(each, User)),
        roles=tuple(each for each in identities if isinstance(each, Role)),
        organization=organization,
    )


def organization(name: str = "o-ours0000", **policies: Any) -> Organization:
    return Organization(id=name, path=f"{name}/r-1/", **policies)
