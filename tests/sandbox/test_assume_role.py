"""AssumeRole asks the trust policy and the caller's own policies, and keeps to AWS's limits."""

import hashlib
import json
from datetime import timedelta

import pytest
from tests.sandbox.helpers import (
    STRANGER,
    TOOLS,
    WORKLOAD,
    Clock,
    may,
    policy,
    refused,
    root,
    session,
    trusting,
    unchecked_sts,
)

from rolecall.sandbox import Account, Sandbox, User


def denial(caller: str, role: str, action: str = "sts:AssumeRole") -> str:
    """Return AWS's sentence for a refusal."""
    return f"User: {caller} is not authorized to perform: {action} on resource: {role}"


@pytest.mark.shows("AssumeRole", "enforced")
def test_session(sandbox: Sandbox, workload: Account, ci: User, clock: Clock) -> None:
    """A trusted caller gets credentials that are the role's, until they end."""
    role = workload.role("deploy", trusting(ci.arn), path="/ops/")

    answer = sandbox.client("sts", ci.credentials).assume_role(
        RoleArn=role.arn, RoleSessionName="run", DurationSeconds=900
    )

    arn = f"arn:aws:sts::{WORKLOAD}:assumed-role/deploy/run"
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{role.unique_id}:run", "Arn": arn}
    assert (answer["Credentials"]["Expiration"] - clock.now).total_seconds() == 900
    assert "PackedPolicySize" not in answer
    identity = sandbox.client("sts", session(answer)).get_caller_identity()
    assert (identity["Arn"], identity["Account"], identity["UserId"]) == (
        arn,
        WORKLOAD,
        f"{role.unique_id}:run",
    )


@pytest.mark.shows("AssumeRole: external ID", "enforced")
@pytest.mark.parametrize(
    ("sent", "allowed"),
    [({"ExternalId": "blue-heron"}, True), ({"ExternalId": "Blue-heron"}, False), ({}, False)],
    ids=["right", "other-case", "absent"],
)
def test_external_id(
    sandbox: Sandbox, workload: Account, ci: User, sent: dict[str, str], allowed: bool
) -> None:
    """The external ID must be the one that the trust policy asks for."""
    role = workload.role("vendor", trusting(ci.arn, StringEquals={"sts:ExternalId": "blue-heron"}))
    sts = sandbox.client("sts", ci.credentials)
    call = {"RoleArn": role.arn, "RoleSessionName": "run"} | sent

    if allowed:
        assert sts.assume_role(**call)["AssumedRoleUser"]
    else:
        refusal = refused(sts.assume_role, **call)
        assert (refusal.code, refusal.status) == ("AccessDenied", 403)
        assert refusal.message == denial(ci.arn, role.arn)


def test_external_id_nobody_asked_for(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """An external ID is ignored where none is required."""
    role = workload.role("open", trusting(ci.arn))

    assert sandbox.client("sts", ci.credentials).assume_role(
        RoleArn=role.arn, RoleSessionName="run", ExternalId="any-id"
    )


def test_role_that_is_not_there(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """A role that isn't there and an account that isn't there refuse in the words of a role that is."""
    sts = sandbox.client("sts", ci.credentials)
    for arn in (f"arn:aws:iam::{WORKLOAD}:role/none", "arn:aws:iam::999999999999:role/none"):
        refusal = refused(sts.assume_role, RoleArn=arn, RoleSessionName="run")
        assert (refusal.code, refusal.status, refusal.message) == ("AccessDenied", 403, denial(ci.arn, arn))


_OWN_SIDE = {
    "nothing": ([], False),
    "this role": ([may("sts:AssumeRole", resource=f"arn:aws:iam::{WORKLOAD}:role/deploy")], True),
    "another role": ([may("sts:AssumeRole", resource=f"arn:aws:iam::{WORKLOAD}:role/other")], False),
    "another action": ([may("sts:GetSessionToken")], False),
    "denied again": ([may("*"), may("sts:*", effect="Deny")], False),
}


@pytest.mark.shows("AssumeRole", "enforced")
@pytest.mark.parametrize("case", _OWN_SIDE)
def test_across_accounts_both_sides_must_allow(
    sandbox: Sandbox, tools: Account, workload: Account, case: str
) -> None:
    """From another account, being trusted by name is half of it: the caller's own policies are the other."""
    policies, allowed = _OWN_SIDE[case]
    user = tools.user("someone", policies=policies)
    role = workload.role("deploy", trusting(user.arn))
    sts = sandbox.client("sts", user.credentials)

    if allowed:
        assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run")
    else:
        assert refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"


def test_within_an_account(sandbox: Sandbox, workload: Account) -> None:
    """Within an account a user named by the trust policy needs nothing else; one who is not named does."""
    user = workload.user("someone")
    named = workload.role("named", trusting(user.arn))
    delegated = workload.role("delegated", trusting(root(WORKLOAD)))
    sts = sandbox.client("sts", user.credentials)

    assert sts.assume_role(RoleArn=named.arn, RoleSessionName="run")
    assert refused(sts.assume_role, RoleArn=delegated.arn, RoleSessionName="run").code == "AccessDenied"


def test_stranger(sandbox: Sandbox, workload: Account) -> None:
    """Whoever the trust policy does not name stays out, whatever it may do at home."""
    stranger = sandbox.account(STRANGER).user("someone", policies=[may("*")])
    role = workload.role("deploy", trusting(root(TOOLS)))

    refusal = refused(
        sandbox.client("sts", stranger.credentials).assume_role, RoleArn=role.arn, RoleSessionName="run"
    )
    assert refusal.code == "AccessDenied"


def _by_group(account: Account) -> None:
    iam = account.client("iam")
    iam.create_group(GroupName="deployers")
    iam.put_group_policy(
        GroupName="deployers", PolicyName="may", PolicyDocument=json.dumps(may("sts:AssumeRole"))
    )
    iam.add_user_to_group(GroupName="deployers", UserName="someone")


def _by_managed_policy(account: Account) -> None:
    iam = account.client("iam")
    made = iam.create_policy(PolicyName="may", PolicyDocument=json.dumps(may("iam:GetRole")))
    iam.attach_user_policy(UserName="someone", PolicyArn=made["Policy"]["Arn"])
    iam.create_policy_version(
        PolicyArn=made["Policy"]["Arn"], PolicyDocument=json.dumps(may("sts:AssumeRole")), SetAsDefault=True
    )


def _by_group_and_managed_policy(account: Account) -> None:
    iam = account.client("iam")
    iam.create_group(GroupName="admins")
    iam.attach_group_policy(GroupName="admins", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.add_user_to_group(GroupName="admins", UserName="someone")


@pytest.mark.parametrize("give", [_by_group, _by_managed_policy, _by_group_and_managed_policy])
def test_where_permissions_come_from(
    sandbox: Sandbox, tools: Account, workload: Account, give: object
) -> None:
    """Policies of groups and managed policies count like a user's own."""
    user = tools.user("someone")
    role = workload.role("deploy", trusting(user.arn))
    sts = sandbox.client("sts", user.credentials)
    assert refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"

    assert callable(give)
    give(tools)

    assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run")


def test_permissions_boundary_of_a_user(
    sandbox: Sandbox, tools: Account, workload: Account, ci: User
) -> None:
    """A boundary that does not allow AssumeRole takes it away, until it is taken away itself."""
    role = workload.role("deploy", trusting(ci.arn))
    iam, sts = tools.client("iam"), sandbox.client("sts", ci.credentials)
    boundary = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(may("s3:*")))["Policy"]["Arn"]

    iam.put_user_permissions_boundary(UserName="ci", PermissionsBoundary=boundary)
    shown = iam.get_user(UserName="ci")["User"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == boundary
    assert refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"

    iam.delete_user_permissions_boundary(UserName="ci")
    assert "PermissionsBoundary" not in iam.get_user(UserName="ci")["User"]
    assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run")


def test_root(sandbox: Sandbox, tools: Account, workload: Account) -> None:
    """Root can't assume roles."""
    role = workload.role("deploy", trusting(root(TOOLS)))

    refusal = refused(sandbox.client("sts", tools.root).assume_role, RoleArn=role.arn, RoleSessionName="run")
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert refusal.message == "Roles may not be assumed by root accounts."


_BROKEN: dict[str, tuple[dict[str, object], str, str]] = {
    "session name too short": ({"RoleSessionName": "x"}, "'roleSessionName'", "greater than or equal to 2"),
    "session name too long": ({"RoleSessionName": "x" * 65}, "'roleSessionName'", "less than or equal to 64"),
    "session name with a space": ({"RoleSessionName": "a b"}, "'roleSessionName'", r"[\w+=,.@-]*"),
    "session name with an umlaut": ({"RoleSessionName": "über"}, "'roleSessionName'", r"[\w+=,.@-]*"),
    "external ID too short": ({"ExternalId": "x"}, "'externalId'", "greater than or equal to 2"),
    "external ID too long": ({"ExternalId": "x" * 1225}, "'externalId'", "less than or equal to 1224"),
    "external ID with a space": ({"ExternalId": "a b"}, "'externalId'", r"[\w+=,.@:\/-]*"),
    "duration too short": ({"DurationSeconds": 899}, "'durationSeconds'", "greater than or equal to 900"),
    "duration too long": ({"DurationSeconds": 43201}, "'durationSeconds'", "less than or equal to 43200"),
    "code too short": ({"SerialNumber": "x" * 9, "TokenCode": "12345"}, "'tokenCode'", "equal to 6"),
    "code of letters": ({"SerialNumber": "x" * 9, "TokenCode": "abcdef"}, "'tokenCode'", r"[\d]*"),
    "source identity too long": ({"SourceIdentity": "x" * 65}, "'sourceIdentity'", "equal to 64"),
    "policy too long": ({"Policy": " " * 2049}, "'policy'", "less than or equal to 2048"),
    "too many tags": ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "'tags'", "to 50"),
    "tag key too long": ({"Tags": [{"Key": "k" * 129, "Value": ""}]}, "'tags.1.member.key'", "128"),
    "tag value too long": ({"Tags": [{"Key": "k", "Value": "v" * 257}]}, "'tags.1.member.value'", "256"),
    "too many policies": (
        {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}] * 11},
        "'policyArns'",
        "to 10",
    ),
}


@pytest.mark.shows("AssumeRole", "enforced")
@pytest.mark.parametrize("case", _BROKEN)
def test_limits(sandbox: Sandbox, workload: Account, ci: User, case: str) -> None:
    """A parameter beyond its limit is a ValidationError that names it and the limit."""
    parameters, where, limit = _BROKEN[case]
    role = workload.role("deploy", trusting(ci.arn))
    sts = unchecked_sts(sandbox, ci.credentials)

    refusal = refused(sts.assume_role, **{"RoleArn": role.arn, "RoleSessionName": "run", **parameters})

    assert (refusal.code, refusal.status) == ("ValidationError", 400)
    assert refusal.message.startswith("1 validation error detected: Value ")
    assert where in refusal.message
    assert limit in refusal.message


def test_all_faults_at_once(sandbox: Sandbox, ci: User) -> None:
    """Every parameter that breaks a limit is listed, and one that may be a secret is not shown."""
    sts = unchecked_sts(sandbox, ci.credentials)

    refusal = refused(sts.assume_role, RoleSessionName="a b", ExternalId="my secret")

    assert refusal.message.startswith("3 validation errors detected: Value null at 'roleArn'")
    assert "secret" not in refusal.message


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::222222222222:user/deploy",
        "arn:aws:iam::222222222222:role/",
        "arn:aws:iam:us-east-1:222222222222:role/deploy",
        "arn:aws:iam::aws:role/deploy",
        "no-arn-but-twenty-characters",
    ],
)
def test_not_a_role(sandbox: Sandbox, ci: User, arn: str) -> None:
    """What is no ARN of a role is invalid."""
    refusal = refused(sandbox.client("sts", ci.credentials).assume_role, RoleArn=arn, RoleSessionName="run")
    assert (refusal.code, refusal.message) == ("ValidationError", f"{arn} is invalid")


def test_maximum_session_duration(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """A session lasts as long as its role allows, and no second longer."""
    role = workload.role("deploy", trusting(ci.arn), max_session_duration=7200)
    sts = sandbox.client("sts", ci.credentials)
    call = {"RoleArn": role.arn, "RoleSessionName": "run"}

    assert sts.assume_role(**call, DurationSeconds=7200)
    refusal = refused(sts.assume_role, **call, DurationSeconds=7201)
    assert refusal.code == "ValidationError"
    assert refusal.message == (
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )


@pytest.mark.shows("AssumeRole: chains", "enforced")
def test_one_hour_with_session_credentials(
    sandbox: Sandbox, tools: Account, workload: Account, ci: User
) -> None:
    """Any session credentials, a role's or a user's, get one hour at most."""
    hop = tools.role("hop", trusting(ci.arn), policies=[may("sts:AssumeRole")])
    role = workload.role("deploy", trusting([hop.arn, ci.arn]), max_session_duration=43200)
    sts = sandbox.client("sts", ci.credentials)
    sessions = [sts.assume_role(RoleArn=hop.arn, RoleSessionName="run"), sts.get_session_token()]

    for issued in sessions:
        chained = sandbox.client("sts", session(issued))
        call = {"RoleArn": role.arn, "RoleSessionName": "run"}
        assert chained.assume_role(**call, DurationSeconds=3600)
        refusal = refused(chained.assume_role, **call, DurationSeconds=3601)
        assert (refusal.code, "1 hour session limit" in refusal.message) == ("ValidationError", True)


def test_refused_before_its_duration_is_looked_at(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """Whoever isn't trusted does not learn the role's longest session."""
    role = workload.role("deploy", trusting(root(STRANGER)))

    sts = sandbox.client("sts", ci.credentials)
    refusal = refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run", DurationSeconds=43200)
    assert refusal.code == "AccessDenied"


def test_session_names(sandbox: Sandbox, tools: Account, workload: Account, ci: User) -> None:
    """A trust policy may ask for a session name, or trust one session of a role only."""
    hop = tools.role("hop", trusting(ci.arn), policies=[may("sts:AssumeRole")])
    named = workload.role("named", trusting(ci.arn, StringEquals={"sts:RoleSessionName": "alice"}))
    one = workload.role("one", trusting(f"arn:aws:sts::{TOOLS}:assumed-role/hop/alice"))
    sts = sandbox.client("sts", ci.credentials)

    assert sts.assume_role(RoleArn=named.arn, RoleSessionName="alice")
    assert refused(sts.assume_role, RoleArn=named.arn, RoleSessionName="bob").code == "AccessDenied"
    for name, allowed in (("alice", True), ("bob", False)):
        hopped = sandbox.client("sts", session(sts.assume_role(RoleArn=hop.arn, RoleSessionName=name)))
        if allowed:
            assert hopped.assume_role(RoleArn=one.arn, RoleSessionName="run")
        else:
            assert refused(hopped.assume_role, RoleArn=one.arn, RoleSessionName="run").code == "AccessDenied"


def test_principal_of_a_session_has_its_path(
    sandbox: Sandbox, tools: Account, workload: Account, ci: User
) -> None:
    """``aws:PrincipalArn`` of a session is its role's ARN with the path, which the session's ARN lacks."""
    hop = tools.role("hop", trusting(ci.arn), path="/ops/", policies=[may("sts:AssumeRole")])
    role = workload.role("deploy", trusting(root(TOOLS), ArnEquals={"aws:PrincipalArn": hop.arn}))

    first = sandbox.client("sts", ci.credentials).assume_role(RoleArn=hop.arn, RoleSessionName="run")
    assert "/ops/" not in first["AssumedRoleUser"]["Arn"]
    assert sandbox.client("sts", session(first)).assume_role(RoleArn=role.arn, RoleSessionName="run")


_FIRST = {"Tags": [{"Key": "team", "Value": "blue"}, {"Key": "cost", "Value": "7"}]}


@pytest.mark.shows("AssumeRole: session tags", "enforced")
def test_tags_need_permission_on_both_sides(sandbox: Sandbox, tools: Account, workload: Account) -> None:
    """Session tags need ``sts:TagSession`` in the trust policy and in the caller's own policies."""
    both, half = may("sts:AssumeRole", "sts:TagSession"), may("sts:AssumeRole")
    for name, own, actions, allowed in (
        ("both", both, ("sts:AssumeRole", "sts:TagSession"), True),
        ("only-caller", both, ("sts:AssumeRole",), False),
        ("only-trust", half, ("sts:AssumeRole", "sts:TagSession"), False),
    ):
        user = tools.user(name, policies=[own])
        role = workload.role(name, trusting(user.arn, *actions))
        sts = sandbox.client("sts", user.credentials)
        call = {"RoleArn": role.arn, "RoleSessionName": "run"}
        assert sts.assume_role(**call)
        if allowed:
            assert sts.assume_role(**call, **_FIRST)["PackedPolicySize"] > 0
        else:
            refusal = refused(sts.assume_role, **call, **_FIRST)
            assert (refusal.code, refusal.message) == (
                "AccessDenied",
                denial(user.arn, role.arn, "sts:TagSession"),
            )


@pytest.mark.shows("AssumeRole: session tags", "enforced")
def test_tags_of_a_session(sandbox: Sandbox, tools: Account, workload: Account, ci: User) -> None:
    """Session tags are the session's principal tags; transitive ones, and only they, follow into the next."""
    both = ("sts:AssumeRole", "sts:TagSession")
    hop = tools.role("hop", trusting(ci.arn, *both), policies=[may(*both)])
    second = tools.role("second", trusting(hop.arn, *both), policies=[may(*both)])
    tagged = workload.role(
        "tagged", trusting(root(TOOLS), *both, StringEquals={"aws:PrincipalTag/team": "blue"})
    )
    costly = workload.role(
        "costly", trusting(root(TOOLS), *both, StringEquals={"aws:PrincipalTag/cost": "7"})
    )
    first = sandbox.client(
        "sts",
        session(
            sandbox.client("sts", ci.credentials).assume_role(
                RoleArn=hop.arn, RoleSessionName="run", **_FIRST, TransitiveTagKeys=["team"]
            )
        ),
    )
    next_ = sandbox.client("sts", session(first.assume_role(RoleArn=second.arn, RoleSessionName="run")))

    assert first.assume_role(RoleArn=tagged.arn, RoleSessionName="run")
    assert first.assume_role(RoleArn=costly.arn, RoleSessionName="run")
    assert next_.assume_role(RoleArn=tagged.arn, RoleSessionName="run")
    assert refused(next_.assume_role, RoleArn=costly.arn, RoleSessionName="run").code == "AccessDenied"


def test_transitive_tags_stay_as_they_are(sandbox: Sandbox, tools: Account, ci: User) -> None:
    """A chained session can neither change nor repeat a transitive tag."""
    both = ("sts:AssumeRole", "sts:TagSession")
    hop = tools.role("hop", trusting(ci.arn, *both), policies=[may(*both)])
    second = tools.role("second", trusting(hop.arn, *both))
    first = sandbox.client("sts", ci.credentials).assume_role(
        RoleArn=hop.arn, RoleSessionName="run", **_FIRST, TransitiveTagKeys=["team"]
    )

    refusal = refused(
        sandbox.client("sts", session(first)).assume_role,
        RoleArn=second.arn,
        RoleSessionName="run",
        Tags=[{"Key": "Team", "Value": "red"}],
    )
    assert refusal.code == "InvalidParameterValue"


@pytest.mark.parametrize(
    "tags",
    [
        {"Tags": [{"Key": "team", "Value": "a"}, {"Key": "Team", "Value": "b"}]},
        {"TransitiveTagKeys": ["team"]},
    ],
    ids=["twice", "transitive-only"],
)
def test_tags_that_contradict_each_other(
    sandbox: Sandbox, workload: Account, ci: User, tags: dict[str, object]
) -> None:
    """A tag key comes once, and a transitive key is one of the tags."""
    role = workload.role("deploy", trusting(ci.arn, "sts:AssumeRole", "sts:TagSession"))

    refusal = refused(
        sandbox.client("sts", ci.credentials).assume_role, RoleArn=role.arn, RoleSessionName="run", **tags
    )
    assert (refusal.code, refusal.status) == ("InvalidParameterValue", 400)


@pytest.mark.shows("AssumeRole: chains", "enforced")
def test_long_chains(sandbox: Sandbox, tools: Account, ci: User, clock: Clock) -> None:
    """However long a chain is, transitive tags and source identity stay, more may join, an hour is all."""
    actions = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    before, credentials = ci.arn, ci.credentials
    for number in range(5):
        expected = {f"aws:PrincipalTag/hop-{earlier}": f"{earlier}" for earlier in range(number)}
        condition = {"StringEquals": expected | {"aws:SourceIdentity": "alice"}} if expected else {}
        role = tools.role(f"hop-{number}", trusting(before, *actions, **condition), policies=[may(*actions)])
        answer = sandbox.client("sts", credentials).assume_role(
            RoleArn=role.arn,
            RoleSessionName="run",
            Tags=[{"Key": f"hop-{number}", "Value": f"{number}"}, {"Key": "mine", "Value": f"{number}"}],
            TransitiveTagKeys=[f"hop-{number}"],
            **({} if number else {"SourceIdentity": "alice"}),
        )
        assert answer["SourceIdentity"] == "alice"
        assert answer["Credentials"]["Expiration"] == clock.now + timedelta(hours=1)
        before, credentials = role.arn, session(answer)


@pytest.mark.shows("AssumeRole: source identity", "enforced")
def test_source_identity(sandbox: Sandbox, tools: Account, workload: Account, ci: User) -> None:
    """A source identity needs its own permission, stays through the chain, and can't be changed."""
    both = ("sts:AssumeRole", "sts:SetSourceIdentity")
    plain = workload.role("plain", trusting(ci.arn))
    hop = tools.role("hop", trusting(ci.arn, *both), policies=[may(*both)])
    open_ = workload.role("open", trusting(hop.arn, *both))
    closed = workload.role("closed", trusting(hop.arn))
    sts = sandbox.client("sts", ci.credentials)

    refusal = refused(sts.assume_role, RoleArn=plain.arn, RoleSessionName="run", SourceIdentity="alice")
    assert refusal.message == denial(ci.arn, plain.arn, "sts:SetSourceIdentity")
    first = sts.assume_role(RoleArn=hop.arn, RoleSessionName="run", SourceIdentity="alice")
    assert first["SourceIdentity"] == "alice"
    chained = sandbox.client("sts", session(first))
    assert chained.assume_role(RoleArn=open_.arn, RoleSessionName="run")["SourceIdentity"] == "alice"
    assert refused(chained.assume_role, RoleArn=closed.arn, RoleSessionName="run").code == "AccessDenied"
    refusal = refused(chained.assume_role, RoleArn=open_.arn, RoleSessionName="run", SourceIdentity="bob")
    assert refusal.code == "AccessDenied"


@pytest.mark.shows("AssumeRole: session policies", "enforced")
def test_session_policy_limits_the_next_hop(
    sandbox: Sandbox, tools: Account, workload: Account, ci: User
) -> None:
    """A session policy that allows nothing leaves GetCallerIdentity, and no further role."""
    hop = tools.role("hop", trusting(ci.arn), policies=[may("sts:AssumeRole")])
    role = workload.role("deploy", trusting(hop.arn))
    sts = sandbox.client("sts", ci.credentials)
    deny_all = json.dumps(may("*", effect="Deny"))
    read_only = [{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]

    for limit, allowed in (({}, True), ({"Policy": deny_all}, False), ({"PolicyArns": read_only}, False)):
        answer = sts.assume_role(RoleArn=hop.arn, RoleSessionName="run", **limit)
        assert ("PackedPolicySize" in answer) == (not allowed)
        chained = sandbox.client("sts", session(answer))
        assert chained.get_caller_identity()["Account"] == TOOLS
        if allowed:
            assert chained.assume_role(RoleArn=role.arn, RoleSessionName="run")
        else:
            assert refused(chained.assume_role, RoleArn=role.arn, RoleSessionName="run").status == 403


def _many_tags(count: int) -> list[dict[str, str]]:
    """Tags that a compression leaves nearly as long as they are."""
    return [
        {"Key": f"key-{number}", "Value": hashlib.sha512(b"%d" % number).hexdigest()}
        for number in range(count)
    ]


@pytest.mark.shows("AssumeRole: session policies", "enforced")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": json.dumps(trusting("*"))}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::222222222222:policy/none"}]}, "ValidationError"),
        ({"Tags": _many_tags(40)}, "PackedPolicyTooLarge"),
    ],
    ids=["no-json", "trust-policy", "missing", "too-large"],
)
def test_session_policies_that_can_not_be(
    sandbox: Sandbox, workload: Account, ci: User, parameters: dict[str, object], code: str
) -> None:
    """A session policy that can't be read, found, or packed is refused under its own code."""
    role = workload.role("deploy", trusting(ci.arn, "sts:AssumeRole", "sts:TagSession"))

    refusal = refused(
        sandbox.client("sts", ci.credentials).assume_role,
        RoleArn=role.arn,
        RoleSessionName="run",
        **parameters,
    )
    assert (refusal.code, refusal.status) == (code, 400)


def test_self_assumption(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """A role that assumes itself must be named in its own trust policy."""
    role = workload.role("deploy", trusting(ci.arn), policies=[may("sts:AssumeRole")])
    own = sandbox.client(
        "sts",
        session(sandbox.client("sts", ci.credentials).assume_role(RoleArn=role.arn, RoleSessionName="run")),
    )

    assert refused(own.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"
    workload.client("iam").update_assume_role_policy(
        RoleName="deploy", PolicyDocument=json.dumps(trusting([ci.arn, role.arn]))
    )
    assert own.assume_role(RoleArn=role.arn, RoleSessionName="run")


@pytest.mark.parametrize(
    ("operator", "key", "value", "allowed"),
    [
        ("IpAddress", "aws:SourceIp", "127.0.0.0/8", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", False),
        ("DateGreaterThan", "aws:CurrentTime", "2031-05-06T00:00:00Z", True),
        ("DateLessThan", "aws:CurrentTime", "2031-05-06T00:00:00Z", False),
        ("NumericGreaterThan", "aws:EpochTime", "1000000000", True),
        ("Bool", "aws:SecureTransport", "true", True),
        ("StringLike", "aws:UserAgent", "*Boto3/*", True),
        ("StringEquals", "aws:PrincipalAccount", TOOLS, True),
        ("StringEquals", "aws:PrincipalType", "User", True),
        ("StringEquals", "aws:username", "ci", True),
        ("StringLike", "aws:userid", "AIDA*", True),
        ("StringEquals", "aws:RequestedRegion", "us-east-1", True),
        ("Null", "aws:MultiFactorAuthPresent", "true", True),
        ("Null", "aws:TokenIssueTime", "true", True),
        ("StringEquals", "aws:PrincipalTag/team", "blue", True),
    ],
)
def test_what_a_call_tells_of_itself(
    sandbox: Sandbox,
    tools: Account,
    workload: Account,
    ci: User,
    operator: str,
    key: str,
    value: str,
    allowed: bool,
) -> None:
    """The condition keys of a long-term key's call have the values that AWS gives them."""
    tools.client("iam").tag_user(UserName="ci", Tags=[{"Key": "team", "Value": "blue"}])
    role = workload.role("deploy", trusting(ci.arn, **{operator: {key: value}}))
    sts = sandbox.client("sts", ci.credentials)

    if allowed:
        assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run")
    else:
        assert refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run").code == "AccessDenied"


def test_a_deny_wins(sandbox: Sandbox, workload: Account, ci: User) -> None:
    """An explicit deny in the trust policy beats every allow."""
    deny: dict[str, object] = {"Effect": "Deny", "Principal": {"AWS": ci.arn}, "Action": "sts:AssumeRole"}
    allow = trusting(root(TOOLS))["Statement"]
    assert isinstance(allow, list)
    role = workload.role("deploy", policy(*allow, deny))

    refusal = refused(
        sandbox.client("sts", ci.credentials).assume_role, RoleArn=role.arn, RoleSessionName="run"
    )
    assert refusal.code == "AccessDenied"


@pytest.mark.parametrize(
    ("key", "value", "sent", "allowed"),
    [
        ("aws:RequestTag/team", "blue", {"Tags": [{"Key": "team", "Value": "blue"}]}, True),
        ("aws:RequestTag/team", "red", {"Tags": [{"Key": "team", "Value": "blue"}]}, False),
        ("aws:TagKeys", "team", {"Tags": [{"Key": "team", "Value": "blue"}]}, True),
        (
            "sts:TransitiveTagKeys",
            "team",
            {"Tags": [{"Key": "team", "Value": "x"}], "TransitiveTagKeys": ["team"]},
            True,
        ),
        ("sts:SourceIdentity", "alice", {"SourceIdentity": "alice"}, True),
        ("sts:SourceIdentity", "alice", {"SourceIdentity": "bob"}, False),
    ],
)
def test_what_a_call_asks_for(
    sandbox: Sandbox,
    workload: Account,
    ci: User,
    key: str,
    value: str,
    sent: dict[str, object],
    allowed: bool,
) -> None:
    """A trust policy can ask for certain tags and source identities."""
    operator = "ForAnyValue:StringEquals" if key.endswith("TagKeys") else "StringEquals"
    actions = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    role = workload.role("deploy", trusting(ci.arn, *actions, **{operator: {key: value}}))
    sts = sandbox.client("sts", ci.credentials)

    if allowed:
        assert sts.assume_role(RoleArn=role.arn, RoleSessionName="run", **sent)
    else:
        refusal = refused(sts.assume_role, RoleArn=role.arn, RoleSessionName="run", **sent)
        assert refusal.code == "AccessDenied"
