"""The texts that callers paste: read back by what they are for."""

import configparser
import inspect
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
import yaml
from botocore.session import Session

from rolecall.errors import DeclarationError
from rolecall.policy import Policy, build_trust_policy, parse, read_trusts
from rolecall.reports.access import ACCESS_FORMATS, access_texts, read_access
from rolecall.reports.access.quoting import quoted, quoted_for_hcl

ROLE = "arn:aws:iam::222222222222:role/ops/deploy"
ALICE = "arn:aws:iam::111111111111:user/alice"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
OIDC = "arn:aws:iam::222222222222:oidc-provider"

VENDOR = {"accounts": ["333333333333"], "external_ids": ["acme-3f1c9a0e7b52"]}
HUMAN = {"users": [ALICE], "requires_mfa": True}
CI = {"roles": ["arn:aws:iam::111111111111:role/ci"], "role_session_name": "deploy"}
TAGGED = {"users": [ALICE], "session_tags": {"team": ["infra"], "cost centre": ["42"]}}
GITHUB = {"provider_arn": f"{OIDC}/token.actions.githubusercontent.com", "oidc_subjects": ["repo:a/b:*"]}
GITLAB = {"provider_arn": f"{OIDC}/gitlab.com", "oidc_subjects": ["project_path:a/b:*"]}


def trust_policy(*trusts: dict[str, Any]) -> Policy:
    return parse(build_trust_policy(read_trusts(trusts)))


def texts(*trusts: dict[str, Any], longest: int = 43_200, **caller: Any) -> dict[str, Any]:
    return access_texts(read_access(caller, trust_policy(*trusts), ROLE, longest=longest))


def test_a_vendor() -> None:
    """Every format tells the role, the external ID and what the caller said, and nothing else."""
    made = texts(VENDOR, source_profile="tools", region="eu-west-1", duration_seconds=1800)

    assert (
        made["cli_profile"]
        == """\
[profile deploy]
role_arn = arn:aws:iam::222222222222:role/ops/deploy
source_profile = tools
external_id = acme-3f1c9a0e7b52
duration_seconds = 1800
region = eu-west-1"""
    )
    assert (
        made["aws_provider"]
        == """\
aws.Provider(
    "deploy",
    region="eu-west-1",
    profile="tools",
    assume_roles=[aws.ProviderAssumeRoleArgs(
        role_arn="arn:aws:iam::222222222222:role/ops/deploy",
        external_id="acme-3f1c9a0e7b52",
        duration="1800s",
    )],
)"""
    )
    assert (
        made["terraform_provider"]
        == """\
provider "aws" {
  alias   = "deploy"
  region  = "eu-west-1"
  profile = "tools"

  assume_role {
    role_arn    = "arn:aws:iam::222222222222:role/ops/deploy"
    external_id = "acme-3f1c9a0e7b52"
    duration    = "1800s"
  }
}"""
    )
    assert (
        made["github_step"]
        == """\
- uses: aws-actions/configure-aws-credentials@v5
  with:
    role-to-assume: "arn:aws:iam::222222222222:role/ops/deploy"
    aws-region: "eu-west-1"
    role-duration-seconds: 1800
    role-external-id: "acme-3f1c9a0e7b52"
    role-chaining: true
    role-skip-session-tagging: true"""
    )


@pytest.mark.parametrize("name", ACCESS_FORMATS)
def test_the_page_shows_what_is_written(name: str) -> None:
    """docs/access.md has each format's text as it is written for the program above it."""
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
    made = texts(VENDOR, source_profile="tools", region="eu-west-1")[name].replace("role/ops/", "role/")

    assert f"```text\n{made}\n```" in page


def test_a_person_with_mfa() -> None:
    """The CLI asks for the code; a provider and a workflow can't, and the notes say so."""
    made = texts(HUMAN, mfa_serial=DEVICE, region="eu-west-1")

    assert f"mfa_serial = {DEVICE}" in made["cli_profile"]
    assert "source_profile = default" in made["cli_profile"]
    assert "GetSessionToken" in made["notes"]["aws_provider"]
    assert made["github_step"] is None
    assert "MFA" in made["notes"]["github_step"]


def test_mfa_without_a_device() -> None:
    """Without the serial number the CLI sends no code, so there is no profile."""
    made = texts(HUMAN)

    assert made["cli_profile"] is None
    assert "mfa_serial" in made["notes"]["cli_profile"]


def test_a_session_name_that_the_trust_dictates() -> None:
    """Each tool has a name of its own for it."""
    made = texts(CI, region="eu-west-1")

    assert "role_session_name = deploy" in made["cli_profile"]
    assert 'session_name="deploy"' in made["aws_provider"]
    assert yaml.safe_load(made["github_step"])[0]["with"]["role-session-name"] == "deploy"


def test_session_tags() -> None:
    """Only providers can pass tags of one's own."""
    made = texts(TAGGED)

    assert 'tags={"team": "infra", "cost centre": "42"}' in made["aws_provider"]
    assert (
        '    tags = {\n      "team"        = "infra"\n      "cost centre" = "42"\n    }'
        in made["terraform_provider"]
    )
    assert made["cli_profile"] is None
    assert made["notes"]["cli_profile"] == "a profile can't send session tags"


def test_github_actions() -> None:
    """A token of GitHub's own needs neither keys nor tags; the note tells the permission that it takes."""
    made = texts(GITHUB, region="eu-west-1")

    assert yaml.safe_load(made["github_step"])[0]["with"] == {
        "role-to-assume": ROLE,
        "aws-region": "eu-west-1",
    }
    assert "id-token: write" in made["notes"]["github_step"]
    assert made["cli_profile"] is None


def test_another_audience() -> None:
    """An audience that isn't the usual one has to be asked for."""
    made = texts({**GITHUB, "oidc_audiences": ["acme"]}, region="eu-west-1")

    assert yaml.safe_load(made["github_step"])[0]["with"]["audience"] == "acme"


def test_tokens_of_others() -> None:
    """A token in a file goes with profiles and providers; GitHub's action has no token of another issuer."""
    made = texts(GITLAB, token_file="/run/token", region="eu-west-1", source_profile="tools")

    assert "web_identity_token_file = /run/token" in made["cli_profile"]
    assert "source_profile" not in made["cli_profile"]
    assert "assume_role_with_web_identity=aws.ProviderAssumeRoleWithWebIdentityArgs(" in made["aws_provider"]
    assert "  assume_role_with_web_identity {" in made["terraform_provider"]
    assert made["github_step"] is None


def test_a_chained_workflow_gets_an_hour() -> None:
    """The action starts from a role, so a longer session would be refused."""
    made = texts(VENDOR, duration_seconds=7200, region="eu-west-1")

    assert "7200" in made["cli_profile"]
    assert made["github_step"] is None


@pytest.mark.parametrize("trust", [VENDOR, HUMAN, CI, TAGGED, GITHUB, GITLAB])
def test_no_silence(trust: dict[str, Any]) -> None:
    """Each format has a text, or a note that says why there is none."""
    made = texts(trust)

    assert set(made) == {*ACCESS_FORMATS, "notes"}
    assert all(made[name] is not None or made["notes"][name] for name in ACCESS_FORMATS)


@pytest.mark.parametrize(
    ("trust", "caller", "path"),
    [
        (VENDOR, {"tokn": 1}, "tokn"),
        (VENDOR, {"trust": 1}, "trust"),
        (VENDOR, {"trust": "0"}, "trust"),
        (VENDOR, {"name": "a]\n[b"}, "name"),
        (VENDOR, {"source_profile": "x\nregion = y"}, "source_profile"),
        (VENDOR, {"mfa_serial": "x"}, "mfa_serial"),
        (VENDOR, {"duration_seconds": 899}, "duration_seconds"),
        (VENDOR, {"duration_seconds": 7200}, "duration_seconds"),
        (VENDOR, {"region": "Ireland"}, "region"),
        (GITLAB, {"token_file": "a\nb"}, "token_file"),
        (GITLAB, {"source_identity": "alice"}, "source_identity"),
        (TAGGED, {"session_tags": {"team": "${x}"}}, "session_tags.team"),
        ({**VENDOR, "role_session_name": "ops-*"}, {}, "session_name"),
    ],
)
def test_faults(trust: dict[str, Any], caller: dict[str, Any], path: str) -> None:
    """What can't be right, or is asked for and not said, is a fault at its place."""
    with pytest.raises(DeclarationError) as caught:
        texts(trust, longest=3600, **caller)

    assert [fault.path for fault in caught.value.faults] == [path]


def test_an_hour_for_sessions_of_roles() -> None:
    """However long the role's sessions may last, one that a role assumes lasts an hour."""
    with pytest.raises(DeclarationError, match="an hour at most"):
        texts(CI, duration_seconds=7200)


def test_faults_hide_the_external_id() -> None:
    """An external ID may be a secret: the fault shows no value."""
    with pytest.raises(DeclarationError) as caught:
        texts(VENDOR, external_id="not allowed!")

    assert "not allowed!" not in str(caught.value)


STRANGE = 'a "b" \\ \n\t\x00 ü \u2028 \x85 \U0001f600 \U000e0001 ${x} %{y}'


def test_literals_come_back() -> None:
    """Whatever is in a text, Python and YAML read it back; Terraform takes nothing of it for a template."""
    assert eval(quoted(STRANGE)) == STRANGE
    assert yaml.safe_load(quoted(STRANGE)) == STRANGE
    assert quoted_for_hcl("${x} %{y} $x") == '"$${x} %%{y} $x"'


@pytest.mark.parametrize("name", ["deploy", "a b", "ops/deploy", "acme:x"])
def test_profiles_are_found_by_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK finds the profile under the name that was given, spaces included."""
    config = tmp_path / "config"
    config.write_text(texts(VENDOR, name=name)["cli_profile"])
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    assert Session(profile=name).get_scoped_config()["role_arn"] == ROLE


def test_a_profile_is_an_ini_section() -> None:
    """Other readers of INI files see the same settings."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(texts(VENDOR)["cli_profile"])

    assert dict(parser["profile deploy"])["external_id"] == "acme-3f1c9a0e7b52"


@pytest.mark.parametrize("trust", [TAGGED, GITLAB])
def test_provider_lines_are_python(trust: dict[str, Any]) -> None:
    """The line is a call that pulumi-aws takes: every argument is one of its own."""
    kept: dict[str, Any] = {}

    class Aws:
        ProviderAssumeRoleArgs = aws.ProviderAssumeRoleArgs
        ProviderAssumeRoleWithWebIdentityArgs = aws.ProviderAssumeRoleWithWebIdentityArgs

        @staticmethod
        def Provider(_name: str, **arguments: Any) -> None:  # noqa: N802
            kept.update(arguments)

    exec(texts(trust, token_file="/run/token")["aws_provider"], {"aws": Aws})

    [(argument, value)] = kept.items()
    assert argument in inspect.signature(aws.Provider._internal_init).parameters
    assert (value[0] if isinstance(value, list) else value).role_arn == ROLE
