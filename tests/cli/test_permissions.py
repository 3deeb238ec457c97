"""The least privilege that is printed suffices, and none of it is superfluous."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tests.cli.conftest import bare_environment

from rolecall import sts
from rolecall.cli import main
from rolecall.cli.permissions import command
from rolecall.policy import PolicyKind, parse
from rolecall.sandbox import Sandbox
from rolecall.sandbox.account import Account, Role, User
from rolecall.sts.accounts import AccountReader
from rolecall.verification import RoleReport, Surroundings, Verdict, read_caller, read_verify, verify_role
from rolecall.verification.permissions import NEEDS, Feature, Need, Party, policy_for


def printed(*words: str) -> Any:
    done = CliRunner().invoke(main, ["permissions", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


def without(document: dict[str, Any], action: str) -> dict[str, Any]:
    """A policy without one of its actions."""
    statements = [
        {**each, "Action": [other for other in each["Action"] if other != action]}
        for each in document["Statement"]
    ]
    return {**document, "Statement": [each for each in statements if each["Action"]]}


@dataclass(frozen=True, slots=True)
class Stage:
    """An AWS that lets policies decide about every call, and a role that asks for everything."""

    sandbox: Sandbox
    owners: Account
    callers: Account
    role: Role

    def environment(self, monkeypatch: pytest.MonkeyPatch, **keys: User) -> None:
        """Lets ``{"env": "NAME_"}`` be a user's keys, and boto3 talk to the sandbox."""
        for name in list(bare_environment()):
            if name.startswith("AWS_"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_ENDPOINT_URL", self.sandbox.endpoint_url)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name, user in keys.items():
            monkeypatch.setenv(f"{name}_ACCESS_KEY_ID", user.credentials.access_key_id)
            monkeypatch.setenv(f"{name}_SECRET_ACCESS_KEY", user.credentials.secret_access_key)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Sandbox(authorize=True) as sandbox:
        callers, owners = sandbox.account("111111111111"), sandbox.account("222222222222")
        statement = {
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Principal": {"AWS": "111111111111"},
            "Condition": {
                "StringLike": {"sts:SourceIdentity": "ops-*", "aws:RequestTag/team": "*"},
            },
        }
        role = owners.role("deploy", {"Version": "2012-10-17", "Statement": [statement]})
        yield Stage(sandbox, owners, callers, role)


Verify = Callable[[dict[str, Any], dict[str, Any]], RoleReport]


@pytest.fixture
def verify(stage: Stage, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Verify:
    """Verifies the role with a prober and an owner who have one policy each."""
    name = f"u{abs(hash(request.node.name))}"

    def run(prober: dict[str, Any], owner: dict[str, Any]) -> RoleReport:
        users = {
            "PROBER": stage.callers.user(f"{name}-p", policies=[prober]),
            "OWNER": stage.owners.user(f"{name}-o", policies=[owner]),
        }
        stage.environment(monkeypatch, **users)
        caller = {"env": "PROBER_", "source_identity": "ops-1", "tags": {"team": "blue"}}
        spec = read_verify({"callers": [caller]})
        credentials = sts.Credentials()
        return verify_role(
            stage.role.arn,
            spec,
            callers=credentials.callers(spec.callers),
            owner=credentials.owner(read_caller({"env": "OWNER_"}, path="owner")),
            surroundings=Surroundings(run_id="0a1b2c3d"),
            default_region="us-east-1",
        )

    return run


FEATURES = (Feature.SESSION_TAGS, Feature.SOURCE_IDENTITY)


def test_every_party_and_feature_can_be_named() -> None:
    """The options, which help shows without loading the table, have the words of the table."""
    named = {
        each.name: list(each.type.choices) for each in command.params if isinstance(each.type, click.Choice)
    }

    assert named == {"party": list(Party), "features": list(Feature)}


def test_what_is_printed_suffices(stage: Stage, verify: Verify) -> None:
    """With the two policies as printed, everything about the role is proved."""
    asked = [word for feature in FEATURES for word in ("--with", feature)]
    prober = json.loads(printed("--for", "prober", "--role", stage.role.arn, *asked, "--json"))
    owner = json.loads(printed("--for", "owner", "--role", stage.role.arn, "--json"))

    report = verify(prober, owner)

    assert (report.verdict, report.trust_unreadable) == (Verdict.PROVED, "")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])
def test_a_prober_needs_each_action(action: str, stage: Stage, verify: Verify) -> None:
    """Without any one of them the caller doesn't get in."""
    prober = without(policy_for(Party.PROBER, [stage.role.arn], FEATURES), action)

    assert verify(prober, policy_for(Party.OWNER, [stage.role.arn])).verdict is not Verdict.PROVED


def test_an_owner_needs_its_action(stage: Stage, verify: Verify) -> None:
    """Who may not read the role can't say what its trust policy is."""
    nothing = policy_for(Party.OWNER, [f"{stage.role.arn}-other"])

    report = verify(policy_for(Party.PROBER, [stage.role.arn], FEATURES), nothing)

    assert "AccessDenied" in report.trust_unreadable


def called(session: Any) -> set[str]:
    """Gathers the actions of the calls of a boto3 session from now on."""
    actions: set[str] = set()

    def note(model: Any, **_: object) -> None:
        service = model.service_model.service_name
        actions.add(f"{service}:{model.name}")

    session.events.register("before-call", note)
    return actions


def actions(party: Party, feature: Feature | None) -> set[str]:
    rows = (need for need in NEEDS if need.party is party and need.feature is feature)
    return {action for need in rows for action in need.actions}


def test_reading_ones_own_policies_takes_just_those_actions(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user and a role with policies of every kind, read with the printed policy: each action is called."""
    may = policy_for(Party.PROBER, features=[Feature.OWN_POLICIES])
    iam = stage.callers.client("iam")
    managed = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(may))["Policy"]["Arn"]
    user = stage.callers.user("reader", policies=[may])
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="reader")
    iam.put_group_policy(GroupName="readers", PolicyName="inline", PolicyDocument=json.dumps(may))
    iam.attach_group_policy(GroupName="readers", PolicyArn=managed)
    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": user.arn}},
    }
    role = stage.callers.role("hub", trust, policies=[may])
    stage.environment(monkeypatch, READER=user)
    credentials = sts.Credentials()
    sources = read_verify(
        {
            "callers": [
                {"env": "READER_", "name": "user"},
                {"env": "READER_", "name": "role", "via": [role.arn]},
            ]
        }
    ).callers
    seen = [called(credentials.keys(source).session) for source in sources]

    for caller in credentials.callers(sources).values():
        side = caller.own_side()
        assert isinstance(side.identity_policies, tuple), caller.name

    assert {each for each in set.union(*seen) if each.startswith("iam:")} == actions(
        Party.PROBER, Feature.OWN_POLICIES
    )


def test_reading_an_account_takes_just_that_action(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An auditor of one account calls nothing else that needs a permission."""
    auditor = stage.owners.user("auditor", policies=[policy_for(Party.AUDITOR)])
    stage.environment(monkeypatch, AUDITOR=auditor)
    reader = AccountReader(source=read_caller({"env": "AUDITOR_"}, path="auditor"))
    seen = called(reader._keys().session)

    assert reader.details()["RoleDetailList"]
    assert seen == actions(Party.AUDITOR, None)


def test_reading_an_organization_takes_just_those_actions(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tree, its accounts and its policies, read with the printed policy: each action is called."""
    management = stage.sandbox.account("555555555555")
    made = management.client("organizations")
    made.create_organization(FeatureSet="ALL")
    [root] = made.list_roots()["Roots"]
    made.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    made.create_organizational_unit(ParentId=root["Id"], Name="unit")
    auditor = management.user(
        "auditor", policies=[policy_for(Party.AUDITOR, features=[Feature.ORGANIZATION])]
    )
    stage.environment(monkeypatch, AUDITOR=auditor)
    reader = AccountReader(source=read_caller({"env": "AUDITOR_"}, path="auditor"))
    seen = called(reader._keys().session)

    assert reader.organization().management_account == "555555555555"
    assert {"sts:AssumeRole", *seen} == actions(Party.AUDITOR, Feature.ORGANIZATION)


@pytest.mark.parametrize("party", Party)
@pytest.mark.parametrize("features", [(), tuple(Feature)])
def test_every_policy_can_be_stored(party: Party, features: Sequence[Feature]) -> None:
    """Each is an identity policy that IAM would take."""
    words = [word for feature in features for word in ("--with", feature)]

    assert parse(printed("--for", party, *words, "--json"), kind=PolicyKind.IDENTITY).statements


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: f"{need.party}-{need.actions[0]}")
def test_every_row_is_explained(need: Need) -> None:
    """Without ``--json`` everything is told, with what it is for."""
    told = printed()

    assert need.why in told
    assert all(action in told for action in need.actions)


def test_what_is_no_role_is_refused() -> None:
    """All of them at once, as everywhere: 2."""
    done = CliRunner().invoke(main, ["permissions", "--role", "x", "--role", "arn:aws:s3:::y"])

    assert done.exit_code == 2
    assert '"x" is not the ARN of a role' in done.output
    assert '"arn:aws:s3:::y" is not' in done.output


def test_a_policy_is_of_one_party() -> None:
    """``--json`` without ``--for`` is a misuse."""
    assert CliRunner().invoke(main, ["permissions", "--json"]).exit_code == 2
