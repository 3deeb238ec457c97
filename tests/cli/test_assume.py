"""``rolecall assume`` and ``rolecall session`` as a user runs them, against an AWS that enforces."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, Served, started

CI = "arn:aws:iam::111111111111:user/ci"
ALICE = "arn:aws:iam::111111111111:user/alice"
TOOLS_ROOT = "arn:aws:iam::111111111111:root"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
EXTERNAL_ID = "blue-heron-71"
EXTERNAL_ID_REQUIRED = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
WHO = (
    "import boto3, json, os\n"
    "aws = {name: value for name, value in os.environ.items() if name.startswith('AWS_')}\n"
    "print(json.dumps([boto3.client('sts').get_caller_identity()['Arn'], aws]))"
)
CODES = " ".join([*ROLECALL, "sandbox", "code", "alice"])


def arn_of(environment: Mapping[str, str], credentials: Mapping[str, str]) -> str:
    """Who credentials are to the sandbox."""
    sts = boto3.client(
        "sts",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    try:
        return str(sts.get_caller_identity()["Arn"])
    finally:
        sts.close()


@pytest.mark.shows("AssumeRole", "performed")
@pytest.mark.shows("AssumeRole: external ID", "performed")
def test_a_command_runs_as_the_role(served: Served) -> None:
    """In its environment are the role's credentials, and no profile that would override them."""
    role = served.role("run", CI, EXTERNAL_ID_REQUIRED)
    sent = ["--caller", "tools", "--external-id", EXTERNAL_ID, "--session-name", "alice"]
    other = {"AWS_PROFILE": "stranger", "AWS_DEFAULT_PROFILE": "stranger", "AWS_SECURITY_TOKEN": "old"}

    done = served.rolecall("assume", role, *sent, "--", sys.executable, "-c", WHO, **other)

    assert (done.returncode, done.stderr) == (0, "")
    arn, settings = json.loads(done.stdout)
    assert arn == "arn:aws:sts::222222222222:assumed-role/run/alice"
    assert not other.keys() & settings.keys()
    assert settings["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert settings["AWS_REGION"] == served.environment["AWS_REGION"]


def test_the_region_is_the_commands_too(served: Served) -> None:
    """``--region`` is where STS is asked, and where the command works."""
    role = served.role("region", CI)
    words = ["assume", role, "--caller", "tools", "--region", "eu-west-1", "--", "sh", "-c"]

    done = served.rolecall(*words, "echo $AWS_REGION $AWS_DEFAULT_REGION")

    assert (done.returncode, done.stdout) == (0, "eu-west-1 eu-west-1\n")


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (["sh", "-c", "exit 7"], 7, ""),
        (["sh", "-c", "kill -9 $$"], 137, ""),
        (["no-such-command"], 127, "Error: no-such-command: command not found\n"),
    ],
)
def test_the_exit_code_is_the_commands(command: list[str], code: int, told: str, served: Served) -> None:
    """As in a shell."""
    role = served.role(f"exit-{code}", CI)

    done = served.rolecall("assume", role, "--caller", "tools", "--", *command)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", told)


def test_signals_go_to_the_command(served: Served) -> None:
    """The command decides what a signal means."""
    role = served.role("signals", CI)
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(42))\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()"
    )
    words = ["assume", role, "--caller", "tools", "--", sys.executable, "-c", program]
    with started(*words, environment=served.environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=DEADLINE_SECONDS)

    assert process.returncode == 42


def test_a_shell_takes_the_exports(served: Served, tmp_path: Path) -> None:
    """``eval "$(rolecall assume ROLE)"`` makes a shell the role, whatever profile it had."""
    role = served.role("eval", CI)
    program = tmp_path / "who.py"
    program.write_text(WHO)
    assume = " ".join([*ROLECALL, "assume", role, "--caller", "tools", "--session-name", "alice"])
    environment = served.environment | {"AWS_PROFILE": "stranger"}

    done = subprocess.run(
        ["sh", "-c", f'eval "$({assume})" && {sys.executable} {program}'],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_SECONDS,
    )

    arn, settings = json.loads(done.stdout)
    assert arn == "arn:aws:sts::222222222222:assumed-role/eval/alice"
    assert "AWS_PROFILE" not in settings


def test_json_is_what_the_aws_cli_prints(served: Served) -> None:
    """All of STS's answer; and the short name of a role is enough."""
    served.role("json", CI)
    words = ["222222222222/json", "--caller", "tools", "--session-name", "alice", "--format", "json"]

    done = served.rolecall("assume", *words)

    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["Credentials"]["Expiration"])
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::222222222222:assumed-role/json/alice"
    assert arn_of(served.environment, answer["Credentials"]) == answer["AssumedRoleUser"]["Arn"]


def test_boto3_takes_it_as_a_credential_process(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile with ``credential_process = rolecall assume …`` is the role."""
    role = served.role("process", CI)
    words = ["assume", role, "--caller", "tools", "--session-name", "alice", "--format", "credential-process"]
    config = tmp_path / "config"
    config.write_text(
        Path(served.environment["AWS_CONFIG_FILE"]).read_text()
        + f"\n[profile deploy]\ncredential_process = {' '.join([*ROLECALL, *words])}\n"
    )
    for name, value in (served.environment | {"AWS_CONFIG_FILE": str(config)}).items():
        monkeypatch.setenv(name, value)

    sts = boto3.Session(profile_name="deploy").client("sts")

    assert sts.get_caller_identity()["Arn"] == "arn:aws:sts::222222222222:assumed-role/process/alice"
    sts.close()


@pytest.mark.shows("AssumeRole: MFA", "performed")
@pytest.mark.shows("AssumeRole: chains", "performed")
def test_a_role_is_reached_with_mfa_through_another(served: Served) -> None:
    """The code opens the hub, whose session opens the role behind it."""
    hub = served.role("hub", TOOLS_ROOT, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    role = served.role("behind", hub)
    mfa = ["--mfa-serial", DEVICE, "--mfa-code-command", CODES]

    done = served.rolecall("assume", role, "--via", hub, "--caller", "alice", *mfa, "--format", "json")

    assert done.returncode == 0, done.stderr
    assert "assumed-role/behind/" in done.stdout


def test_the_door_that_stays_shut_is_named(served: Served) -> None:
    """Of the roles on the way, the one that refused."""
    hub = served.role("open-hub", CI)
    role = served.role("behind-a-hub", ALICE)

    done = served.rolecall("assume", role, "--via", hub, "--caller", "tools")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {role}: AccessDenied: ")


def test_a_refusal_says_who_was_refused_what(served: Served) -> None:
    """1, nothing on stdout, and no secret on stderr."""
    role = served.role("shut", CI, EXTERNAL_ID_REQUIRED)
    words = ["--caller", "tools", "--external-id-env", "EXT", "--", "echo", "never"]

    done = served.rolecall("assume", role, *words, EXT="grey-heron-72")

    assert (done.returncode, done.stdout) == (1, "")
    assert f"{CI} is not authorized to perform: sts:AssumeRole" in done.stderr
    assert "grey-heron-72" not in done.stderr


def test_bad_input_is_listed_before_any_call(served: Served) -> None:
    """Everything that is wrong, together: 2."""
    done = served.rolecall("assume", "deploy", "--caller", "nobody", "--duration", "5", "--tag", "team")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "Error: 4 things are wrong:"
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]] == [
        "--caller",
        "--duration",
        "--tag",
        "ROLE",
    ]


def test_nothing_answers(served: Served) -> None:
    """Where STS can't be asked there is no refusal: 3."""
    done = served.rolecall(
        "assume", "222222222222/x", "--caller", "tools", AWS_ENDPOINT_URL="http://127.0.0.1:1"
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert "Could not connect" in done.stderr


def test_a_session_is_told_what_it_cannot_have(served: Served) -> None:
    """A caller that is a session gets no long session and no console duration: 2, before any AssumeRole."""
    role = served.role("chained", CI)
    words = ["--duration", "7200", "--console", "--session-duration", "7200"]
    inner = [*ROLECALL, "assume", role, *words]

    done = served.rolecall("assume", role, "--caller", "tools", "--", *inner)

    assert (done.returncode, done.stdout) == (2, "")
    assert "--duration: a session gets a role for 3600 seconds at most" in done.stderr
    assert "--session-duration: the console takes none for a role that a session got" in done.stderr


def signed_in(url: str) -> dict[str, Any]:
    """Who the sandbox takes a link's opener for."""
    with urllib.request.urlopen(url) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


@pytest.mark.shows("getSigninToken", "performed", "enforced")
def test_a_link_signs_in_to_the_console(served: Served) -> None:
    """The role, at the page asked for, as long as asked for; the link holds none of the credentials."""
    role = served.role("console", CI)
    words = ["--caller", "tools", "--session-name", "alice", "--destination", "/s3/home"]

    done = served.rolecall("assume", role, *words, "--console", "--session-duration", "1800")

    assert (done.returncode, done.stderr) == (0, "")
    who = signed_in(done.stdout.strip())
    assert who["Arn"] == "arn:aws:sts::222222222222:assumed-role/console/alice"
    assert who["Destination"] == "https://console.aws.amazon.com/s3/home"
    assert "ASIA" not in done.stdout


def test_a_link_needs_an_endpoint_that_takes_the_credentials(served: Served) -> None:
    """A wrong endpoint is named: 3."""
    role = served.role("wrong-endpoint", CI)
    wrong = f"{served.environment['AWS_ENDPOINT_URL']}/nowhere"

    done = served.rolecall("assume", role, "--caller", "tools", "--console", "--sign-in-endpoint", wrong)

    assert (done.returncode, done.stdout) == (3, "")
    assert f"Error: {wrong} " in done.stderr


@pytest.mark.shows("GetSessionToken", "performed")
def test_a_users_own_session(served: Served) -> None:
    """GetSessionToken: the user itself; a session can't get another."""
    words = ["session", "--caller", "tools", "--duration", "900", "--format", "json"]

    done = served.rolecall(*words)
    again = served.rolecall("session", "--caller", "tools", "--", *ROLECALL, "session")

    credentials = json.loads(done.stdout)["Credentials"]
    assert arn_of(served.environment, credentials) == CI
    assert again.returncode == 2
    assert "--caller: its credentials are a session already" in again.stderr


@pytest.mark.shows("GetFederationToken", "performed")
@pytest.mark.shows("getSigninToken", "performed")
def test_a_federated_user_signs_in(served: Served) -> None:
    """GetFederationToken is the console's door for users without a password."""
    done = served.rolecall("session", "--caller", "workload", "--federated-user", "bob", "--console")

    assert (done.returncode, done.stderr) == (0, "")
    assert signed_in(done.stdout.strip())["Arn"] == "arn:aws:sts::222222222222:federated-user/bob"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--console"], "--console: a user's own session can't sign in to the console"),
        (["--open"], "--open: a user's own session can't sign in"),
        (["--tag", "a=b"], "--tag: GetSessionToken takes none"),
        (["--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"], "--policy-arn: GetSessionToken takes"),
        (["--federated-user", "x"], '--federated-user: "x" has 1 character'),
        (
            ["--federated-user", "bob", "--mfa-serial", DEVICE, "--mfa-code-env", "HOME"],
            "--mfa-serial: GetFederationToken takes no MFA",
        ),
        (
            ["--federated-user", "bob", "--console", "--session-duration", "900"],
            "--session-duration: the console takes none",
        ),
        (["--duration", "129601"], "--duration: 129601 is out of range"),
    ],
)
def test_what_a_session_cannot_have(words: list[str], part: str, served: Served) -> None:
    """Each kind of session has its own limits, told before any call: 2."""
    done = served.rolecall("session", "--caller", "tools", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr


def test_no_secret_is_in_the_process_list(served: Served) -> None:
    """Credentials reach the command by its environment, which others can't read; arguments everybody can."""
    role = served.role("argv", CI)
    program = (
        "import os, pathlib\n"
        "every = b''.join(each.read_bytes() for each in pathlib.Path('/proc').glob('[0-9]*/cmdline'))\n"
        "secrets = [os.environ[name] for name in ('AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN')]\n"
        "print([secret.encode() in every for secret in secrets])"
    )
    if not os.path.isdir("/proc/self"):
        pytest.skip("there is no /proc")

    done = served.rolecall("assume", role, "--caller", "tools", "--", sys.executable, "-c", program)

    assert done.stdout == "[False, False]\n", done.stderr
