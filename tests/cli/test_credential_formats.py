"""Credentials for each shell and tool, with nothing left that overrides them."""

import json
import subprocess
from datetime import UTC, datetime

import boto3
import pytest
from tests.cli.conftest import bare_environment

from rolecall.cli.credentials.formats import FORMATS, OVERRIDING, environment
from rolecall.cli.credentials.options import FORMAT_NAMES
from rolecall.sts import Issued, Keys

ISSUED = Issued(
    access_key_id="ASIAIOSFODNN7EXAMPLE",
    secret_access_key="a'b\\c$d",
    session_token="e+f/g=",
    expires_at=datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC),
    about={"SourceIdentity": "alice", "PackedPolicySize": 3},
    keys=Keys(boto3.Session(), "us-east-1"),
)


def test_the_table_has_what_the_option_offers() -> None:
    """Help lists the formats without loading them."""
    assert tuple(FORMATS) == FORMAT_NAMES


def test_sh_gets_the_values_as_they_are() -> None:
    """Whatever characters a secret has; and the profile is gone."""
    script = f"{FORMATS['env'](ISSUED, 'eu-west-1')}\nenv"
    old = dict.fromkeys(OVERRIDING, "old")

    done = subprocess.run(
        ["sh", "-c", script], env=bare_environment() | old, capture_output=True, text=True, check=True
    )

    aws = dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith("AWS_"))
    assert aws == {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "a'b\\c$d",
        "AWS_SESSION_TOKEN": "e+f/g=",
        "AWS_CREDENTIAL_EXPIRATION": "2031-05-06T07:08:09Z",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "fish",
            [
                "set -gx AWS_ACCESS_KEY_ID 'ASIAIOSFODNN7EXAMPLE'",
                r"set -gx AWS_SECRET_ACCESS_KEY 'a\'b\\c$d'",
                "set -gx AWS_SESSION_TOKEN 'e+f/g='",
                "set -gx AWS_CREDENTIAL_EXPIRATION '2031-05-06T07:08:09Z'",
                "set -e AWS_PROFILE",
                "set -e AWS_DEFAULT_PROFILE",
                "set -e AWS_SECURITY_TOKEN",
            ],
        ),
        (
            "powershell",
            [
                "$Env:AWS_ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE'",
                r"$Env:AWS_SECRET_ACCESS_KEY = 'a''b\c$d'",
                "$Env:AWS_SESSION_TOKEN = 'e+f/g='",
                "$Env:AWS_CREDENTIAL_EXPIRATION = '2031-05-06T07:08:09Z'",
                "Remove-Item Env:AWS_PROFILE -ErrorAction SilentlyContinue",
                "Remove-Item Env:AWS_DEFAULT_PROFILE -ErrorAction SilentlyContinue",
                "Remove-Item Env:AWS_SECURITY_TOKEN -ErrorAction SilentlyContinue",
            ],
        ),
    ],
)
def test_each_shell_has_its_own_quotes(name: str, lines: list[str]) -> None:
    """Quotes and backslashes are the shell's; no region is set where none is known."""
    assert FORMATS[name](ISSUED, None).splitlines() == lines


def test_a_credential_process_has_a_version() -> None:
    """What AWS's SDKs expect of one (AWS page: Sourcing credentials with an external process)."""
    assert json.loads(FORMATS["credential-process"](ISSUED, None)) == {
        "Version": 1,
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "a'b\\c$d",
        "SessionToken": "e+f/g=",
        "Expiration": "2031-05-06T07:08:09Z",
    }


def test_json_keeps_what_sts_said_besides() -> None:
    """Under AWS's own names."""
    answer = json.loads(FORMATS["json"](ISSUED, None))

    assert (answer["SourceIdentity"], answer["PackedPolicySize"]) == ("alice", 3)
    assert set(answer["Credentials"]) == {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}


def test_a_child_keeps_its_environment_and_its_region() -> None:
    """Only what overrides the credentials goes; an unknown region changes nothing."""
    inherited = {"PATH": "/bin", "AWS_REGION": "us-east-2", "AWS_PROFILE": "x", "AWS_SECURITY_TOKEN": "y"}

    found = environment(ISSUED, None, inherited)

    assert (found["PATH"], found["AWS_REGION"]) == ("/bin", "us-east-2")
    assert not set(OVERRIDING) & found.keys()
    assert found["AWS_SESSION_TOKEN"] == "e+f/g="
