"""``rolecall audit``: over files, and over the accounts of a sandbox."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL
from tests.sandbox.helpers import may, root, trusting

from rolecall.cli import main
from rolecall.sandbox import Sandbox

TOOLS, PROD, VENDOR = "111111111111", "222222222222", "333333333333"
SECRET = "acme-3f1c9a0e7b52"
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": SECRET}}
EVERYTHING = may("*")


def details(account: str, *, users: Any = (), roles: Any = ()) -> dict[str, Any]:
    """Authorization details: users as ``(name, policy)``, roles as ``(name, trust policy, policy)``."""
    own = f"arn:aws:iam::{account}"
    return {
        "UserDetailList": [
            {
                "UserName": name,
                "UserId": f"AIDA{name.upper()}",
                "Arn": f"{own}:user/{name}",
                "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": policy}],
            }
            for name, policy in users
        ],
        "GroupDetailList": [],
        "RoleDetailList": [
            {
                "RoleName": name,
                "RoleId": f"AROA{name.upper()}",
                "Arn": f"{own}:role/{name}",
                "AssumeRolePolicyDocument": trust,
                "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": policy}],
            }
            for name, trust, policy in roles
        ],
        "Policies": [],
    }


def audit(folder: Path, *words: str, **documents: object) -> Result:
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return CliRunner().invoke(main, ["audit", str(folder), *words])


CALM = details(TOOLS, users=[("ann", may("s3:*"))], roles=[("ci", trusting(root(TOOLS)), may("s3:*"))])


def test_nothing_found(tmp_path: Path) -> None:
    """Where nobody of outside gets in and nobody becomes an admin: 0."""
    done = audit(tmp_path, one=CALM)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "1 account, 2 users and roles, 0 pairs" in done.stdout


VENDORS = trusting(root(VENDOR), **EXTERNAL_ID)
BUSY = [
    details(
        TOOLS,
        users=[("ann", may("sts:AssumeRole")), ("ben", may("sts:AssumeRole"))],
        roles=[("ci", trusting(root(TOOLS)), may("sts:AssumeRole"))],
    ),
    details(
        PROD,
        roles=[
            ("admin", trusting(f"arn:aws:iam::{TOOLS}:role/ci"), EVERYTHING),
            ("vendor", VENDORS, may("s3:*")),
            ("open", trusting(root(VENDOR)), may("s3:*")),
        ],
    ),
]


def test_all_questions(tmp_path: Path) -> None:
    """Each question is answered for people, without showing an external ID: 1."""
    done = audit(tmp_path, tools=BUSY[0], prod=BUSY[1])

    assert done.exit_code == 1
    said = " ".join(done.stdout.split())
    assert "assumable from outside: 2" in said
    assert "third parties without external ID: 1" in said
    assert f"account {VENDOR} -> arn:aws:iam::{PROD}:role/open: nothing" in said
    path = f"arn:aws:iam::{TOOLS}:user/ann -> arn:aws:iam::{TOOLS}:role/ci -> arn:aws:iam::{PROD}:role/admin"
    assert f"{path} (and 1 more that begin elsewhere)" in said
    assert "sts:ExternalId StringEquals sha256:" in said
    assert SECRET not in done.stdout


def test_for_machines(tmp_path: Path) -> None:
    """JSON holds the same, and external IDs as fingerprints."""
    done = audit(tmp_path, "--json", tools=BUSY[0], prod=BUSY[1])

    told = json.loads(done.stdout)
    assert (done.exit_code, told["format"], told["accounts"]) == (1, 1, [PROD, TOOLS])
    assert [(each["from"], each["answer"]) for each in told["third_party_without_external_id"]] == [
        (VENDOR, "allowed")
    ]
    (path,) = told["paths_to_admin"]
    assert (path["starts"], [step["to"].rpartition("/")[2] for step in path["steps"]]) == (2, ["ci", "admin"])
    assert told["counts"] == {"principals": 6, "edges": 6}
    assert SECRET not in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--fail-on", "admin"], 0),
        (["--fail-on", "third-party"], 0),
        (["--fail-on", "outside"], 1),
        (["--own", VENDOR], 0),
    ],
)
def test_what_counts(tmp_path: Path, words: list[str], code: int) -> None:
    """Only what was asked for counts as found; an account named as own isn't outside."""
    prod = details(PROD, roles=[("vendor", VENDORS, may("s3:*"))])

    assert audit(tmp_path, *words, prod=prod).exit_code == code


def test_an_organization_with_a_missing_file(tmp_path: Path) -> None:
    """Accounts of the organization are ours; one without a file is told, and nothing else was found: 3."""
    organization = {"Id": "o-a1b2c3d4e5", "Accounts": {TOOLS: {}, PROD: {}, VENDOR: {}}}
    prod = details(PROD, roles=[("open", trusting(root(VENDOR)), may("s3:*"))])
    done = audit(tmp_path, organization=organization, tools=CALM, prod=prod)

    assert done.exit_code == 3
    assert f"{VENDOR}: there is no file of it" in done.stdout


def test_a_policy_that_cannot_be_read(tmp_path: Path) -> None:
    """What can't be known is told, and isn't taken for nothing: 3."""
    broken = details(TOOLS, users=[("ann", {"Statement": "x"})])
    done = audit(tmp_path, one=broken)

    assert done.exit_code == 3
    assert "can't be read" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Give a directory"),
        (["--org"], "--org and --via belong together"),
        (["--via", "role/Reader", "--profile", "x"], "--org and --via belong together"),
        (["--org", "--via", "Reader"], "Write role/NAME"),
        (["--org", "--via", "role/Reader", "--profile", "a", "--profile", "b"], "one --profile"),
        (["--profile", "a", "--own", "12"], "--own"),
    ],
)
def test_misuse(words: list[str], told: str) -> None:
    """Options that don't go together: 2."""
    done = CliRunner().invoke(main, ["audit", *words])

    assert (done.exit_code, told in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ({"a": {"x": 1}}, "a.json: this is neither"),
        ({"a": CALM, "b": CALM}, "is in another file, too"),
        ({"a": {"Id": "o-1", "Accounts": {TOOLS: 1}}}, "a.json/Accounts/111111111111"),
    ],
)
def test_wrong_files(tmp_path: Path, documents: dict[str, object], told: str) -> None:
    """A file that is none of the known kinds is named: 2."""
    done = audit(tmp_path, **documents)

    assert (done.exit_code, told in done.stderr) == (2, True)


def test_a_directory_without_accounts(tmp_path: Path) -> None:
    """There is nothing to tell: 3."""
    assert audit(tmp_path).exit_code == 3


def run(environment: dict[str, str], *words: str) -> tuple[int, Any, str]:
    done = subprocess.run(
        [*ROLECALL, "audit", "--json", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def test_profiles(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each profile's account is read; one that can't be is told by its profile, with the reason."""
    tools, prod = sandbox.account(TOOLS), sandbox.account(PROD)
    prod.role("open", trusting(root(VENDOR)))
    environment = sandbox.environment(profiles={"tools": tools.admin, "prod": prod.admin}, directory=tmp_path)

    code, told, _ = run(
        environment, *(word for name in ("tools", "prod", "nobody") for word in ("--profile", name))
    )

    assert (code, told["accounts"]) == (1, [TOOLS, PROD])
    assert [(each["account"], "could not be found" in each["cause"]) for each in told["unread"]] == [
        ("nobody", True)
    ]
    assert [each["to"] for each in told["assumable_from_outside"]] == [f"arn:aws:iam::{PROD}:role/open"]


def test_an_organization(sandbox: Sandbox, tmp_path: Path) -> None:
    """Every account is read by way of its reader role, with the policies above it; one without is told."""
    management = sandbox.account(PROD)
    service = management.client("organizations")
    service.create_organization(FeatureSet="ALL")
    (top,) = service.list_roots()["Roots"]
    service.enable_policy_type(RootId=top["Id"], PolicyType="RESOURCE_CONTROL_POLICY")
    unit = service.create_organizational_unit(ParentId=top["Id"], Name="closed")["OrganizationalUnit"]["Id"]
    perimeter = {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*"}
    condition = {"StringNotEqualsIfExists": {"aws:PrincipalAccount": PROD}}
    made = service.create_policy(
        Name="perimeter",
        Description="",
        Type="RESOURCE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [perimeter | {"Condition": condition}]}),
    )
    service.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    closed, opened, unread = (
        service.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"][
            "AccountId"
        ]
        for name in ("closed", "open", "unread")
    )
    service.move_account(AccountId=closed, SourceParentId=top["Id"], DestinationParentId=unit)
    for number in (closed, opened):
        account = sandbox.account(number)
        account.role("Reader", trusting(root(PROD)), policies=[may("iam:GetAccountAuthorizationDetails")])
        account.role("vendor", trusting([root(VENDOR), root(unread)]))
    environment = sandbox.environment(default=management.admin, directory=tmp_path)

    code, told, _ = run(environment, "--org", "--via", "role/Reader")

    assert (code, sorted(told["accounts"])) == (1, sorted([PROD, closed, opened]))
    assert [each["account"] for each in told["unread"]] == [unread]
    assert [(each["from"], each["to"]) for each in told["assumable_from_outside"]] == [
        (VENDOR, f"arn:aws:iam::{opened}:role/vendor")
    ]
