"""``rolecall verify`` against ministack, an imitation of AWS that shares no code with this package.

The package's own sandbox decides with ``rolecall.policy``, so that the two agree proves little. ministack
brings another evaluator. Read in its source (1.5.33), run with ``AUTH=true``:

- It enforces signatures of users and sessions, trust policies with their principals and conditions
  (external ID, session name), identity policies of callers, and that reading IAM needs a permission.
- It doesn't imitate MFA: no code is looked at, and no session carries MFA. It doesn't look at source
  identities and MaxSessionDuration, stores trust policies that AWS refuses (a bare ``"*"``, a principal that
  isn't there), lets account roots assume roles, and everything is known everywhere at once. So none of that
  is tried here.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import boto3
import pytest

from .conftest import DEADLINE_SECONDS, ROLECALL, bare_environment

TOOLS: Final = "111111111111"
WORKLOAD: Final = "222222222222"
CI: Final = f"arn:aws:iam::{TOOLS}:user/ci"
EXTERNAL_ID: Final = "blue-heron-71"

ASSUME: Final = ["sts:AssumeRole"]
READ_ITSELF: Final = ["iam:Get*", "iam:List*"]
USERS: Final = {"ci": ASSUME, "stranger": [*ASSUME, *READ_ITSELF], "shy": ASSUME, "powerless": READ_ITSELF}
"""Users of the tools account, each a profile, and what their identity policies allow."""

Condition = Mapping[str, Mapping[str, str]]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Ministack:
    """A server that runs, with users whose keys are profiles.

    Attributes:
        endpoint: its address.
        environment: of a process that uses it; its default is the root of the workload account.
    """

    endpoint: str
    environment: Mapping[str, str]

    def iam(self, account: str) -> Any:
        """A client of an account's root: a key of 12 digits is that."""
        return boto3.client(
            "iam",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=account,
            aws_secret_access_key="unchecked",
        )

    def role(self, name: str, condition: Condition | None, *, principal: str = CI) -> str:
        """Makes a role of the workload account that trusts one principal, and returns its ARN."""
        statement: dict[str, object] = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": principal},
        }
        if condition:
            statement["Condition"] = condition
        made = self.iam(WORKLOAD).create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement))
        return str(made["Role"]["Arn"])

    def verify(self, role: str, *options: str) -> "Answer":
        """Runs the command and reads its report."""
        done = subprocess.run(
            [*ROLECALL, "verify", role, *options, "--json"],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        assert done.stderr == ""
        (report,) = json.loads(done.stdout)["roles"]
        return Answer(done.returncode, report)


@dataclass(frozen=True, slots=True)
class Answer:
    """How ``rolecall verify`` ended.

    Attributes:
        exit_code: of the command.
        report: what it found out about the one role.
    """

    exit_code: int
    report: Mapping[str, Any]

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each kind of probe."""
        return {each["kind"]: each["verdict"] for each in self.report["probes"]}


def policy(*statements: Mapping[str, object]) -> str:
    """A policy document as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def wait_until_ready(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the server answers; fails where it ends before."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        assert process.poll() is None, f"ministack ended:\n{log.read_text()}"
        assert time.monotonic() < deadline, f"ministack doesn't answer:\n{log.read_text()}"
        try:
            with urlopen(f"{endpoint}/_ministack/health", timeout=DEADLINE_SECONDS):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)


def make_users(ministack: Ministack, credentials: Path) -> None:
    """Makes the users, and writes a profile for each."""
    iam = ministack.iam(TOOLS)
    for name, actions in USERS.items():
        iam.create_user(UserName=name)
        allowed = policy({"Effect": "Allow", "Action": actions, "Resource": "*"})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=allowed)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        with credentials.open("a", encoding="utf-8") as file:
            file.write(
                f"[{name}]\naws_access_key_id = {key['AccessKeyId']}\n"
                f"aws_secret_access_key = {key['SecretAccessKey']}\n"
            )


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    """One server for the tests of this file; each makes a role with a name of its own."""
    folder = tmp_path_factory.mktemp("ministack")
    port = free_port()
    settings = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # else it takes port 8883 as well
        "TMPDIR": str(folder),
    }
    ours = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": WORKLOAD,
        "AWS_SECRET_ACCESS_KEY": "unchecked",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    server = Ministack(ours["AWS_ENDPOINT_URL"], {**bare_environment(), **ours})
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=folder,
            env=bare_environment() | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            wait_until_ready(server.endpoint, process, log)
            make_users(server, folder / "credentials")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def test_a_role_as_declared_is_proved(ministack: Ministack) -> None:
    """With the external ID the caller gets in, without or with another it doesn't, nor does a stranger: 0."""
    role = ministack.role("proved", {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}})

    answer = ministack.verify(role, "--caller", "ci", "--stranger", "stranger")

    assert answer.exit_code == 0, answer.report
    assert answer.verdicts == dict.fromkeys(
        ["as-declared", "external-id-absent", "external-id-suffixed", "external-id-unrelated", "stranger"],
        "proved",
    )
    stored = ministack.iam(WORKLOAD).get_role(RoleName="proved")["Role"]
    assert (answer.report["level"], answer.report["role_unique_id"]) == ("live", stored["RoleId"])


SUFFIXED, UNRELATED, ABSENT = "external-id-suffixed", "external-id-unrelated", "external-id-absent"


@pytest.mark.parametrize(
    ("name", "condition", "refuted"),
    [
        ("no-condition", None, {ABSENT, SUFFIXED, UNRELATED}),
        ("if-exists", {"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}}, {ABSENT}),
        ("for-all-values", {"ForAllValues:StringEquals": {"sts:ExternalId": EXTERNAL_ID}}, {ABSENT}),
        ("any-value", {"StringLike": {"sts:ExternalId": "*"}}, {SUFFIXED, UNRELATED}),
        ("any-ending", {"StringLike": {"sts:ExternalId": f"{EXTERNAL_ID}*"}}, {SUFFIXED}),
        ("null", {"Null": {"sts:ExternalId": "false"}}, {SUFFIXED, UNRELATED}),
    ],
)
def test_an_external_id_that_is_mentioned_but_not_demanded(
    ministack: Ministack, name: str, condition: Condition | None, refuted: set[str]
) -> None:
    """What gets in that shouldn't is refuted, probe by probe; what is kept out all the same is proved: 1."""
    role = ministack.role(name, condition)

    answer = ministack.verify(role, "--caller", "ci", "--external-id", EXTERNAL_ID)

    assert answer.exit_code == 1
    probes = {"as-declared", ABSENT, SUFFIXED, UNRELATED}
    assert answer.verdicts == {each: "refuted" if each in refuted else "proved" for each in probes}


def test_a_session_name_that_is_demanded(ministack: Ministack) -> None:
    """Another session name is refused: 0."""
    role = ministack.role("nightly", {"StringEquals": {"sts:RoleSessionName": "nightly"}})

    answer = ministack.verify(role, "--caller", "ci", "--session-name", "nightly")

    assert (answer.exit_code, answer.verdicts) == (
        0,
        {"as-declared": "proved", "session-name-wrong": "proved"},
    )


def test_a_caller_that_nobody_trusts(ministack: Ministack) -> None:
    """A caller that the trust policy doesn't let in isn't as declared, whatever the caller may do: 1."""
    role = ministack.role("others", None, principal=f"arn:aws:iam::{TOOLS}:user/stranger")

    answer = ministack.verify(role, "--caller", "ci")

    (probe,) = answer.report["probes"]
    assert (answer.exit_code, probe["verdict"], probe["enforced_by"]) == (1, "refuted", "trust")


def test_a_caller_that_its_own_account_does_not_let_out(ministack: Ministack) -> None:
    """Where the trust policy lets a caller in but its own policies don't let it out, it is pending: 3."""
    role = ministack.role("delegated", None, principal=f"arn:aws:iam::{TOOLS}:root")

    answer = ministack.verify(role, "--caller", "powerless")

    (probe,) = answer.report["probes"]
    assert (answer.exit_code, probe["verdict"], probe["enforced_by"]) == (3, "pending", "caller")


def test_a_stranger_that_nothing_is_known_about(ministack: Ministack) -> None:
    """A stranger that may not read its own policies may have been refused by these: 3, not proved."""
    role = ministack.role("shy", {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}})

    answer = ministack.verify(role, "--caller", "ci", "--stranger", "shy")

    assert (answer.exit_code, answer.verdicts["stranger"]) == (3, "inconclusive")


def test_a_trust_policy_that_cannot_be_read(ministack: Ministack) -> None:
    """Refusals prove nothing where the owner may not read the role: 3."""
    role = ministack.role("unread", {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}})

    answer = ministack.verify(role, "--caller", "ci", "--external-id", EXTERNAL_ID, "--owner", "stranger")

    assert (answer.exit_code, answer.report["trust_policy_sha256"]) == (3, None)
    assert answer.verdicts["as-declared"] == "proved"
    assert {answer.verdicts[each] for each in (ABSENT, SUFFIXED, UNRELATED)} == {"inconclusive"}
