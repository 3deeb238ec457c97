"""Sessions of users, and who a key belongs to."""

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSRequest
from tests.sandbox.helpers import (
    TOOLS,
    WORKLOAD,
    Clock,
    may,
    refused,
    root,
    session,
    trusting,
    unchecked_sts,
)

from rolecall.sandbox import Account, Credentials, Sandbox, User


@pytest.fixture
def broker(tools: Account) -> User:
    """A user that may do everything, as the proxy of federated users has to."""
    return tools.user("broker", policies=[may("*")])


@pytest.fixture
def federated(sandbox: Sandbox, broker: User) -> Credentials:
    return session(sandbox.client("sts", broker.credentials).get_federation_token(Name="visitor"))


@pytest.mark.shows("GetCallerIdentity", "enforced")
def test_identities(sandbox: Sandbox, tools: Account, ci: User, federated: Credentials) -> None:
    """GetCallerIdentity tells each kind of principal in AWS's form."""
    plain = sandbox.client("sts", ci.credentials)
    identity = plain.get_caller_identity()
    assert (identity["Arn"], identity["Account"], identity["UserId"][:4]) == (ci.arn, TOOLS, "AIDA")
    assert len(identity["UserId"]) == 21

    own = sandbox.client("sts", session(plain.get_session_token())).get_caller_identity()
    assert own["UserId"] == identity["UserId"]
    of_root = sandbox.client("sts", tools.root).get_caller_identity()
    assert (of_root["Arn"], of_root["UserId"]) == (root(TOOLS), TOOLS)
    visitor = sandbox.client("sts", federated).get_caller_identity()
    assert visitor["Arn"] == f"arn:aws:sts::{TOOLS}:federated-user/visitor"
    assert visitor["UserId"] == f"{TOOLS}:visitor"


@pytest.mark.shows("GetAccessKeyInfo", "enforced")
def test_account_of_a_key(sandbox: Sandbox, workload: Account, broker: User, ci: User) -> None:
    """An access key tells its account to whoever may ask, also in another account."""
    sts = sandbox.client("sts", broker.credentials)

    for account_id, key in ((WORKLOAD, workload.admin), (TOOLS, ci.credentials)):
        assert sts.get_access_key_info(AccessKeyId=key.access_key_id)["Account"] == account_id
    assert refused(sts.get_access_key_info, AccessKeyId="not-a-key-id-at-all").code == "ValidationError"
    plain = sandbox.client("sts", ci.credentials)
    refusal = refused(plain.get_access_key_info, AccessKeyId=workload.admin.access_key_id)
    assert (refusal.code, "sts:GetAccessKeyInfo" in refusal.message) == ("AccessDenied", True)


@pytest.mark.shows("GetSessionToken", "enforced")
@pytest.mark.shows("GetFederationToken", "enforced")
@pytest.mark.parametrize(
    ("kind", "operation", "arguments"),
    [
        (kind, operation, arguments)
        for kind in ("session", "role", "federated")
        for operation, arguments in (("get_session_token", {}), ("get_federation_token", {"Name": "bob"}))
    ],
)
def test_no_session_from_a_session(
    sandbox: Sandbox,
    tools: Account,
    ci: User,
    federated: Credentials,
    kind: str,
    operation: str,
    arguments: dict[str, str],
) -> None:
    """GetSessionToken and GetFederationToken take long-term keys only."""
    sts = sandbox.client("sts", ci.credentials)
    role = tools.role("hop", trusting(ci.arn))
    credentials = {
        "session": session(sts.get_session_token()),
        "role": session(sts.assume_role(RoleArn=role.arn, RoleSessionName="run")),
        "federated": federated,
    }[kind]

    refusal = refused(getattr(sandbox.client("sts", credentials), operation), **arguments)
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message.endswith("with session credentials")


@pytest.mark.shows("GetFederationToken", "enforced")
def test_federated_user_assumes_nothing(
    sandbox: Sandbox, tools: Account, broker: User, federated: Credentials
) -> None:
    """Credentials of GetFederationToken assume no role, whatever their session policy says, nor call IAM."""
    visitor = f"arn:aws:sts::{TOOLS}:federated-user/visitor"
    role = tools.role("open", trusting([root(TOOLS), visitor]))
    allowed = sandbox.client("sts", broker.credentials).get_federation_token(
        Name="visitor", Policy=json.dumps(may("*"))
    )

    for key in (federated, session(allowed)):
        refusal = refused(sandbox.client("sts", key).assume_role, RoleArn=role.arn, RoleSessionName="run")
        assert refusal.code == "AccessDenied"
    assert refused(sandbox.client("iam", federated).list_roles).code == "InvalidClientTokenId"


@pytest.mark.shows("GetSessionToken", "enforced")
def test_iam_wants_mfa_of_a_session(sandbox: Sandbox, alice: User) -> None:
    """Session credentials of a user call IAM only where an MFA code was given for them."""
    sts = sandbox.client("sts", alice.credentials)
    plain = session(sts.get_session_token())
    strong = session(sts.get_session_token(SerialNumber=alice.mfa_serial, TokenCode=alice.totp()))

    assert refused(sandbox.client("iam", plain).list_roles).code == "InvalidClientTokenId"
    assert sandbox.client("iam", strong).list_roles()["Roles"] == []


def test_role_sessions_call_iam(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """A role's session calls IAM in the role's account."""
    role = workload.role("deploy", trusting(ci.arn))
    assumed = sandbox.client("sts", ci.credentials).assume_role(RoleArn=role.arn, RoleSessionName="run")
    iam = sandbox.client("iam", session(assumed))

    assert [found["RoleName"] for found in iam.list_roles()["Roles"]] == ["deploy"]
    assert refused(iam.get_user).code == "ValidationError"


@pytest.mark.parametrize(
    ("seconds", "limit"), [(899, "greater than or equal to 900"), (129_601, "less than or equal to 129600")]
)
def test_limits_of_a_session_token(sandbox: Sandbox, ci: User, seconds: int, limit: str) -> None:
    """A user's session lasts 15 minutes to 36 hours."""
    refusal = refused(unchecked_sts(sandbox, ci.credentials).get_session_token, DurationSeconds=seconds)
    assert (refusal.code, limit in refusal.message) == ("ValidationError", True)


@pytest.mark.parametrize(
    ("asked", "given"), [({}, 3600), ({"DurationSeconds": 43_200}, 3600), ({"DurationSeconds": 900}, 900)]
)
def test_root_gets_an_hour(
    sandbox: Sandbox, tools: Account, clock: Clock, asked: dict[str, int], given: int
) -> None:
    """A session of root lasts an hour at most, whatever is asked for."""
    issued = sandbox.client("sts", tools.root).get_session_token(**asked)["Credentials"]

    assert (issued["Expiration"] - clock.now).total_seconds() == given


def test_session_ends_with_its_user(sandbox: Sandbox, tools: Account) -> None:
    """A session of a user who was deleted is worth nothing."""
    user = tools.user("short")
    temporary = session(sandbox.client("sts", user.credentials).get_session_token())
    iam = tools.client("iam")
    iam.delete_access_key(UserName="short", AccessKeyId=user.credentials.access_key_id)
    iam.delete_user(UserName="short")

    assert refused(sandbox.client("sts", temporary).get_caller_identity).code == "InvalidClientTokenId"


def _raw(sts: Any, action: str) -> Callable[[], object]:
    """A call of GetCallerIdentity that asks for another action."""

    def rename(request: AWSRequest, **_: object) -> None:
        request.data["Action"] = action

    sts.meta.events.register("before-sign.sts", rename)
    return cast("Callable[[], object]", sts.get_caller_identity)


def test_unknown_operation(sandbox: Sandbox, ci: User) -> None:
    """An operation that STS does not have is an InvalidAction."""
    sts = sandbox.client("sts", ci.credentials)

    refusal = refused(_raw(sts, "GetSessionTokens"))
    assert (refusal.code, refusal.status) == ("InvalidAction", 400)


def test_secrets_stay_out_of_sight(ci: User, alice: User, workload: Account) -> None:
    """No secret shows in what a failing test prints."""
    shown = repr([ci, alice, alice.credentials, workload, workload.admin])

    for secret in (ci.credentials.secret_access_key, alice.totp_seed, workload.admin.secret_access_key):
        assert secret is not None
        assert secret not in shown


@pytest.mark.parametrize("operation", ["get_access_key_info", "decode_authorization_message"])
def test_sessions_of_users_call_little(sandbox: Sandbox, broker: User, operation: str) -> None:
    """Session credentials of a user call AssumeRole and GetCallerIdentity, and nothing else of STS."""
    own = session(sandbox.client("sts", broker.credentials).get_session_token())
    arguments = {
        "get_access_key_info": {"AccessKeyId": broker.credentials.access_key_id},
        "decode_authorization_message": {"EncodedMessage": "abc"},
    }[operation]

    refusal = refused(getattr(sandbox.client("sts", own), operation), **arguments)
    assert refusal.code == "AccessDenied"
    assert refusal.message.endswith("with session credentials")


def test_federation_needs_permission(sandbox: Sandbox, tools: Account, ci: User) -> None:
    """GetFederationToken is an action that policies decide, for the federated user that it makes."""
    visitors = f"arn:aws:sts::{TOOLS}:federated-user/visitor-*"
    proxy = tools.user("proxy", policies=[may("sts:GetFederationToken", resource=visitors)])
    sts = sandbox.client("sts", proxy.credentials)

    assert (
        sts.get_federation_token(Name="visitor-1")["FederatedUser"]["FederatedUserId"] == f"{TOOLS}:visitor-1"
    )
    assert refused(sts.get_federation_token, Name="admin").code == "AccessDenied"
    tagged = refused(sts.get_federation_token, Name="visitor-1", Tags=[{"Key": "team", "Value": "blue"}])
    assert (tagged.code, "sts:TagSession" in tagged.message) == ("AccessDenied", True)
    assert refused(sandbox.client("sts", ci.credentials).get_federation_token, Name="visitor-1").status == 403


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("x", "greater than or equal to 2"),
        ("x" * 33, "less than or equal to 32"),
        ("a b", "regular expression"),
    ],
)
def test_names_of_federated_users(sandbox: Sandbox, broker: User, name: str, limit: str) -> None:
    """A federated user's name has 2 to 32 characters."""
    refusal = refused(unchecked_sts(sandbox, broker.credentials).get_federation_token, Name=name)
    assert (refusal.code, limit in refusal.message) == ("ValidationError", True)


@pytest.mark.parametrize("least", [0, 4096])
def test_size_of_a_session_token(sandbox: Sandbox, ci: User, least: int) -> None:
    """A session token is as long as asked for, and the answer tells how long and how much of the limit."""
    answer = sandbox.client("sts", ci.credentials).get_session_token(MinimumSessionTokenSize=least)

    size = len(answer["Credentials"]["SessionToken"])
    assert (answer["SessionTokenSize"], answer["SessionTokenUtilization"]) == (size, size * 100 // 4096)
    assert least <= size <= 4096
