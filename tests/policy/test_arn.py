"""ARNs and what they tell about principals."""

import pytest

from rolecall.errors import DeclarationError
from rolecall.policy import Arn, account_root

ROLE = Arn.parse("arn:aws:iam::111111111111:role/ops/nightly/deploy")
SESSION = Arn.parse("arn:aws-cn:sts::111111111111:assumed-role/deploy/run-7")


def test_parts():
    """An ARN comes apart into its parts, and together again."""
    arn = Arn.parse("arn:aws:states:eu-west-1:111111111111:stateMachine:x:y")

    assert (arn.service, arn.region, arn.account) == ("states", "eu-west-1", "111111111111")
    assert arn.resource == "stateMachine:x:y"
    assert str(arn) == "arn:aws:states:eu-west-1:111111111111:stateMachine:x:y"


def test_roles():
    """A role's ARN holds its path and its name."""
    assert (ROLE.path, ROLE.name, ROLE.resource_type) == ("/ops/nightly/", "deploy", "role")
    assert str(ROLE.without_path()) == "arn:aws:iam::111111111111:role/deploy"
    assert Arn.parse("arn:aws:iam::111111111111:role/deploy").path == "/"


def test_sessions():
    """A session's ARN tells its role, but not the role's path."""
    assert str(SESSION.role_of_session()) == "arn:aws-cn:iam::111111111111:role/deploy"
    assert SESSION.name == "run-7"
    with pytest.raises(DeclarationError):
        ROLE.role_of_session()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("arn:aws:iam::111111111111:root", "is_account_root"),
        ("arn:aws:iam::111111111111:role/a", "is_role"),
        ("arn:aws:iam::111111111111:user/a/b", "is_user"),
        ("arn:aws:sts::111111111111:assumed-role/a/b", "is_role_session"),
        ("arn:aws:sts::111111111111:federated-user/a", "is_federated_user"),
        ("arn:aws:sts::111111111111:assumed-role/a", None),
        ("arn:aws:s3:::root", None),
        ("arn:aws:iam::111111111111:group/a", None),
    ],
)
def test_kinds(text, kind):
    """An ARN is of one kind of principal at most."""
    kinds = ["is_account_root", "is_role", "is_user", "is_role_session", "is_federated_user"]

    assert [name for name in kinds if getattr(Arn.parse(text), name)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "text", ["", "arn", "arn:aws:iam::1:root", "arn:gcp:iam::111111111111:root", "arn:aws:iam::111111111111:"]
)
def test_no_arns(text):
    """What has not six parts in their forms is refused."""
    with pytest.raises(DeclarationError, match="is not an ARN"):
        Arn.parse(text)


def test_account_root():
    """An account's root ARN is of its partition."""
    assert account_root("111111111111", partition="aws-cn") == "arn:aws-cn:iam::111111111111:root"
