"""``rolecall explain``: one question for people, with the exit code that fits the answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rolecall.cli import main

ROLE = "arn:aws:iam::222222222222:role/deploy"
ALICE = "arn:aws:iam::111111111111:user/alice"
GITHUB = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"
SAML = "arn:aws:iam::222222222222:saml-provider/corp"
HOST = "token.actions.githubusercontent.com"

VENDOR = {
    "Effect": "Allow",
    "Principal": {"AWS": "111111111111"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "acme-9f"}},
}
SERVICE = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
WORKFLOW = {
    "Effect": "Allow",
    "Principal": {"Federated": GITHUB},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringLike": {f"{HOST}:sub": "repo:acme/infra:*"}},
}
PEOPLE = {"Effect": "Allow", "Principal": {"Federated": SAML}, "Action": "sts:AssumeRoleWithSAML"}


def written(folder: Path, name: str, *statements: Any) -> str:
    file = folder / name
    file.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    return str(file)


def rule(effect: str, action: str = "sts:AssumeRole") -> dict[str, str]:
    return {"Effect": effect, "Action": action, "Resource": "*"}


def explain(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *words], env=env)


ANSWERS = [
    # options, exit code, what the answer says
    (["--as", ALICE, "--context", "sts:ExternalId=acme-9f"], 0, "Allowed by statement 1."),
    (["--as", ALICE, "--context", "STS:externalid=acme-1"], 1, '1: sts:ExternalId "acme-1" is not "acme-9f"'),
    (["--as", ALICE], 1, 'sts:ExternalId is absent, and StringEquals wants "acme-9f"'),
    (["--as", ALICE, "--unknown", "sts:ExternalId"], 3, "sts:ExternalId is not known yet"),
    (["--as", ALICE, "--action", "sts:TagSession"], 1, 'is about the action "sts:AssumeRole"'),
    (["--as", "ec2.amazonaws.com"], 0, "Allowed by statement 2."),
    (["--as", GITHUB, "--context", f"{HOST}:sub=repo:acme/infra:x"], 0, "Allowed by statement 3."),
    (["--as", SAML], 0, "Allowed by statement 4."),
    (["--as", "arn:aws:iam::111111111111:root"], 1, "root user can't assume roles"),
    (["--as", "arn:aws-cn:iam::111111111111:user/a", "--role", ROLE], 1, "another partition"),
]


@pytest.mark.shows("AssumeRole", "decided")
@pytest.mark.shows("AssumeRole: external ID", "decided")
@pytest.mark.shows("AssumeRoleWithSAML", "decided")
@pytest.mark.shows("AssumeRoleWithWebIdentity", "decided")
@pytest.mark.parametrize(("options", "code", "says"), ANSWERS)
def test_answers(options: list[str], code: int, says: str, tmp_path: Path) -> None:
    """The exit code is the answer; the text tells what decided, or what failed first in each statement."""
    policy = written(tmp_path, "trust.json", VENDOR, SERVICE, WORKFLOW, PEOPLE)

    done = explain("--policy", policy, *options)

    assert (done.exit_code, done.stderr) == (code, "")
    assert says in done.stdout


def test_every_statement_is_explained(tmp_path: Path) -> None:
    """Where nobody is let in, each statement says the first thing that failed."""
    done = explain("--policy", written(tmp_path, "trust.json", VENDOR, SERVICE), "--as", ALICE)

    assert done.stdout.splitlines() == [
        "Denied by the trust policy: no statement allows it.",
        '  Statement 1: sts:ExternalId is absent, and StringEquals wants "acme-9f".',
        f'  Statement 2: trusts "ec2.amazonaws.com", not "{ALICE}".',
    ]


@pytest.mark.shows("AssumeRole: session policies", "decided")
@pytest.mark.parametrize(
    ("option", "effect", "says"),
    [
        (
            "--identity-policy",
            "Deny",
            "Denied by the caller's own policies: statement 1 of identity policy 1",
        ),
        ("--boundary", "Deny", "Denied by the caller's own policies"),
        ("--session-policy", "Deny", "Denied by the caller's own policies"),
        ("--scp", "Deny", "Denied by a guardrail of the organization"),
        ("--scp", "Allow", "Allowed by"),
        ("--identity-policy", "Allow", "Allowed by"),
    ],
)
def test_other_policies_have_a_say(option: str, effect: str, says: str, tmp_path: Path) -> None:
    """The caller's own policies and the organization's decide with the trust policy."""
    policy = written(tmp_path, "trust.json", VENDOR)
    other = written(tmp_path, "other.json", rule(effect))

    done = explain("--policy", policy, "--as", ALICE, "--context", "sts:ExternalId=acme-9f", option, other)

    assert says in done.stdout
    assert done.exit_code == (0 if says.startswith("Allowed") else 1)


def test_a_resource_control_policy_has_a_say(tmp_path: Path) -> None:
    """A file of a level may hold a list of policies."""
    everyone = {**rule("Deny"), "Principal": "*"}
    level = tmp_path / "rcp.json"
    level.write_text(json.dumps([{"Version": "2012-10-17", "Statement": [everyone]}]))

    done = explain(
        "--policy", written(tmp_path, "t.json", SERVICE), "--as", "ec2.amazonaws.com", "--rcp", str(level)
    )

    assert "resource control policy 1" in done.stdout
    assert done.exit_code == 1


def test_a_role_in_the_callers_account_needs_less(tmp_path: Path) -> None:
    """Without --role the role is one of another account; there a named user needs an identity policy."""
    named = {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"}
    words = ["--policy", written(tmp_path, "t.json", named), "--as", ALICE]
    nothing = written(tmp_path, "none.json", rule("Allow", "s3:GetObject"))

    assert explain(*words, "--identity-policy", nothing).exit_code == 1
    own = explain(*words, "--identity-policy", nothing, "--role", "arn:aws:iam::111111111111:role/deploy")
    assert own.exit_code == 0


def test_json_for_machines(tmp_path: Path) -> None:
    """One JSON object with the decision, its sentences and the three sides."""
    done = explain("--policy", written(tmp_path, "t.json", SERVICE), "--as", ALICE, "--json")

    told = json.loads(done.stdout)
    assert told["decision"] == "denied"
    assert told["reason"] == " ".join([told["sentence"], *told["statements"]])
    assert told["sides"] == {"trust": "denied", "caller": "allowed", "guardrails": "allowed"}
    assert done.exit_code == 1


def test_a_secret_value_stays_out(tmp_path: Path) -> None:
    """What comes from the environment is shown as a fingerprint, and so is what it is compared with."""
    done = explain(
        "--policy",
        written(tmp_path, "t.json", VENDOR),
        "--as",
        ALICE,
        "--context-env",
        "sts:ExternalId=THEIRS",
        env={"THEIRS": "s3cret-id"},
    )

    assert done.exit_code == 1
    assert "s3cret" not in done.output
    assert "acme-9f" not in done.output
    assert "sha256:" in done.stdout


def test_several_values_of_a_key(tmp_path: Path) -> None:
    """A key that is given twice has both values."""
    tagged = {
        **SERVICE,
        "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "project"]}},
    }
    words = ["--policy", written(tmp_path, "t.json", tagged), "--as", "ec2.amazonaws.com"]

    two = ["--context", "aws:TagKeys=team", "--context", "aws:TagKeys=project"]
    assert explain(*words, *two).exit_code == 0
    assert explain(*words, *two, "--context", "aws:TagKeys=owner").exit_code == 1


MISUSES = [
    ([], "Give --policy and --as, or --batch."),
    (["--as", "alice"], '--as: "alice" is nobody who can ask'),
    (["--as", "arn:aws:s3:::bucket"], "--as: "),
    (["--as", ALICE, "--role", "deploy"], '--role: "deploy" is not an ARN'),
    (["--as", ALICE, "--action", "s3:GetObject"], "--action: "),
    (["--as", ALICE, "--context", "sts:ExternalId"], "--context: "),
    (["--as", ALICE, "--context", "=x"], "--context: "),
    (["--as", ALICE, "--context", "a=1", "--context", "A=2"], "--context: a condition key is given twice"),
    (["--as", ALICE, "--context-env", "k=ROLECALL_NOT_THERE"], "ROLECALL_NOT_THERE is not set"),
    (["--as", ALICE, "--json", "--batch", "-"], "--batch takes everything from its file"),
]


@pytest.mark.parametrize(("options", "says"), MISUSES)
def test_misuse(options: list[str], says: str, tmp_path: Path) -> None:
    """What can't be meant is exit code 2, told on stderr with the option's name."""
    policy = ["--policy", written(tmp_path, "t.json", SERVICE)] if options else []

    done = explain(*policy, *options)

    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr


def test_bad_policies_are_told_all_at_once(tmp_path: Path) -> None:
    """Every fault of every file, with the option, the file and the JSON path."""
    trust = written(tmp_path, "trust.json", {"Effect": "Maybe", "Principal": "*", "Action": "sts:AssumeRole"})
    identity = written(tmp_path, "alice.json", {"Effect": "Allow", "Action": "sts:AssumeRole"})
    broken = tmp_path / "scp.json"
    broken.write_bytes(b"{")

    done = explain("--policy", trust, "--as", ALICE, "--identity-policy", identity, "--scp", str(broken))

    assert done.exit_code == 2
    for path in (
        "--policy trust.json/Statement/0/Effect: ",
        "--policy trust.json/Statement/0/Principal: ",
        "--identity-policy alice.json/Statement/0: ",
        "--scp scp.json: not JSON",
    ):
        assert path in done.stderr
