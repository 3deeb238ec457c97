"""Reading what GetAccountAuthorizationDetails answers."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from rolecall.errors import DeclarationError
from rolecall.inventory.authorization_details import is_authorization_details, read_authorization_details
from rolecall.inventory.organization import is_organization, read_organization
from rolecall.policy import UNKNOWN, Policy

ACCOUNT = "111111111111"
OWN = "arn:aws:iam::111111111111"


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def managed(name: str, *actions: str) -> dict[str, Any]:
    """A managed policy whose last version is in force."""
    versions = [
        {"VersionId": f"v{number}", "Document": document(action), "IsDefaultVersion": action == actions[-1]}
        for number, action in enumerate(actions, start=1)
    ]
    return {"PolicyName": name, "Arn": f"{OWN}:policy/{name}", "PolicyVersionList": versions}


def attached(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyArn": f"{OWN}:policy/{name}"} for name in names]


def user(**others: Any) -> dict[str, Any]:
    return {"UserName": "ann", "UserId": "AIDAANN", "Arn": f"{OWN}:user/ann", "GroupList": [], **others}


def role(**others: Any) -> dict[str, Any]:
    return {
        "RoleName": "ci",
        "RoleId": "AROACI",
        "Arn": f"{OWN}:role/ops/ci",
        "AssumeRolePolicyDocument": TRUST,
        **others,
    }


def details(users: Any = (), roles: Any = (), groups: Any = (), policies: Any = ()) -> dict[str, Any]:
    return {
        "UserDetailList": list(users),
        "GroupDetailList": list(groups),
        "RoleDetailList": list(roles),
        "Policies": list(policies),
    }


def actions(policies: Any) -> list[str]:
    assert isinstance(policies, tuple)
    return [action for policy in policies for each in policy.statements for action in each.actions]


def test_all_policies_of_a_user() -> None:
    """Inline, managed, and those of groups count; of a managed policy the version in force."""
    group = {
        "GroupName": "devs",
        "GroupPolicyList": [{"PolicyName": "in", "PolicyDocument": document("a:InGroup")}],
        "AttachedManagedPolicies": attached("group"),
        "Arn": f"{OWN}:group/devs",
    }
    ann = user(
        UserPolicyList=[{"PolicyName": "in", "PolicyDocument": document("a:Inline")}],
        AttachedManagedPolicies=attached("own"),
        GroupList=["devs"],
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    found = read_authorization_details(
        details(
            [ann], groups=[group], policies=[managed("own", "a:Old", "a:Own"), managed("group", "a:Group")]
        )
    )

    assert found.account == ACCOUNT
    assert actions(found.users[0].policies) == ["a:Inline", "a:Own", "a:InGroup", "a:Group"]
    assert (found.users[0].unique_id, found.users[0].tags, found.users[0].boundary) == (
        "AIDAANN",
        {"team": "blue"},
        None,
    )


def test_a_role() -> None:
    """A role comes with its path, trust policy, policies and boundary."""
    ci = role(
        RolePolicyList=[{"PolicyName": "in", "PolicyDocument": document("a:Inline")}],
        PermissionsBoundary={"PermissionsBoundaryArn": f"{OWN}:policy/limit"},
    )
    (found,) = read_authorization_details(details(roles=[ci], policies=[managed("limit", "a:Limit")])).roles

    assert found.arn == f"{OWN}:role/ops/ci"
    assert isinstance(found.trust, Policy)
    assert isinstance(found.boundary, Policy)
    assert actions(found.policies) == ["a:Inline"]


@pytest.mark.parametrize("written", [quote(json.dumps(TRUST)), json.dumps(TRUST), TRUST])
def test_documents_in_any_dress(written: Any) -> None:
    """IAM's API gives documents URL-encoded, and the CLI decodes them."""
    (found,) = read_authorization_details(details(roles=[role(AssumeRolePolicyDocument=written)])).roles

    assert isinstance(found.trust, Policy)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (user(AttachedManagedPolicies=attached("gone")), f"don't hold policy {OWN}:policy/gone"),
        (user(GroupList=["gone"]), "in group gone"),
        (user(UserPolicyList=[{"PolicyName": "in", "PolicyDocument": "{"}]), "policy in of"),
    ],
)
def test_what_cannot_be_read_is_unknown(record: dict[str, Any], told: str) -> None:
    """A user of whom a policy isn't known has unknown policies, and the account a problem that says why."""
    found = read_authorization_details(details([record]))

    assert found.users[0].policies is UNKNOWN
    assert len(found.problems) == 1
    assert told in found.problems[0]


def test_a_boundary_that_is_missing() -> None:
    """A boundary that the details don't hold isn't none."""
    limited = user(PermissionsBoundary={"PermissionsBoundaryArn": f"{OWN}:policy/limit"})

    assert read_authorization_details(details([limited])).users[0].boundary is UNKNOWN


def test_a_trust_policy_that_is_not_understood() -> None:
    """The role stays, with unknown trust and a problem."""
    found = read_authorization_details(details(roles=[role(AssumeRolePolicyDocument={"Statement": []})]))

    assert found.roles[0].trust is UNKNOWN
    assert "trust policy" in found.problems[0]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "no JSON object"),
        (details(), "no user and no role"),
        (details([user()]) | {"IsTruncated": True}, "first page"),
        (details() | {"UserDetailList": "x"}, "UserDetailList is no list"),
        (details([{"UserName": "ann"}]), "not as IAM makes them"),
        (details([user()], [role(Arn="arn:aws:iam::222222222222:role/ci")]), "more than one account"),
    ],
)
def test_other_documents_are_refused(document: object, told: str) -> None:
    """A document that is no account's details is a fault with a way out, never a crash."""
    with pytest.raises(DeclarationError, match=told):
        read_authorization_details(document)


def test_an_empty_account() -> None:
    """Without any ARN the account has to be told; another one than the ARNs tell is refused."""
    assert read_authorization_details(details(), account=ACCOUNT).account == ACCOUNT
    with pytest.raises(DeclarationError, match="more than one"):
        read_authorization_details(details([user()]), account="222222222222")


def test_kinds_of_documents() -> None:
    """Details and organizations are told by their shape."""
    organization = {"Id": "o-a1b2c3d4e5", "Accounts": {}}

    assert (is_authorization_details(details()), is_authorization_details(organization)) == (True, False)
    assert (is_organization(details()), is_organization(organization)) == (False, True)


def test_an_organization() -> None:
    """Each account has its path and policies, level by level."""
    everyone = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}
    shape = {
        "Path": "o-a1b2c3d4e5/r-ab12/",
        "ServiceControlPolicies": [[document("*")], [document("sts:*"), document("s3:*")]],
        "ResourceControlPolicies": [[{"Version": "2012-10-17", "Statement": [everyone]}]],
    }
    found = read_organization({"Id": "o-a1b2c3d4e5", "Accounts": {ACCOUNT: shape, "222222222222": {}}})

    assert [len(level) for level in found[ACCOUNT].service_control_policies] == [1, 2]
    assert len(found[ACCOUNT].resource_control_policies) == 1
    assert (found[ACCOUNT].path, found["222222222222"].path) == ("o-a1b2c3d4e5/r-ab12/", UNKNOWN)


@pytest.mark.parametrize(
    ("accounts", "told"),
    [
        ("x", "no organisation"),
        ({ACCOUNT: {"Paht": "x"}}, "no account"),
        ({ACCOUNT: {"ServiceControlPolicies": [document("*")]}}, "list of lists"),
        ({ACCOUNT: {"ServiceControlPolicies": [[{}]]}}, "/ServiceControlPolicies/0/0/Statement"),
    ],
)
def test_a_wrong_organization(accounts: object, told: str) -> None:
    """Each fault says where it is."""
    with pytest.raises(DeclarationError, match=told):
        read_organization({"Id": "o-a1b2c3d4e5", "Accounts": accounts})
