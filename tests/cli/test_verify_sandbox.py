"""``rolecall verify`` as a user runs it: a process of its own, against an AWS that enforces."""

import http.client
import json
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, Served, started

CI = "arn:aws:iam::111111111111:user/ci"
ALICE = "arn:aws:iam::111111111111:user/alice"
DEVICE = "arn:aws:iam::111111111111:mfa/alice"
EXTERNAL_ID = "blue-heron-71"
EXTERNAL_ID_REQUIRED = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}


@pytest.mark.shows("AssumeRole: external ID", "performed")
def test_a_role_as_declared_is_proved(served: Served) -> None:
    """The caller gets in with the external ID, not without it, and a stranger doesn't: 0."""
    role = served.role("proved", CI, EXTERNAL_ID_REQUIRED)

    done = served.rolecall("verify", role, "--caller", "tools", "--stranger", "stranger")

    assert (done.returncode, done.stderr) == (0, "")
    assert "verdict ✔ proved  level live" in done.stdout
    assert "refuted" not in done.stdout


def test_a_role_without_the_condition_is_refuted(served: Served) -> None:
    """An external ID that is sent but not demanded protects nothing: 1, and a sentence that says so."""
    role = served.role("open", CI)

    done = served.rolecall("verify", role, "--caller", "tools", "--external-id", EXTERNAL_ID)

    assert done.returncode == 1
    assert (
        '"profile tools" got in without an external ID (us-east-1): the trust policy has no condition on '
        "sts:ExternalId that is always enforced. Add StringEquals sts:ExternalId" in done.stdout
    )


def test_json_parses_and_holds_no_secret(served: Served) -> None:
    """The machine's report of a secret external ID names neither it nor any key."""
    role = served.role("secret", CI, EXTERNAL_ID_REQUIRED)

    done = served.rolecall(
        "verify", role, "--caller", "tools", "--external-id-env", "EXT", "--json", EXT=EXTERNAL_ID
    )

    report = json.loads(done.stdout)
    assert (done.returncode, report["format"], report["verdict"]) == (0, 1, "proved")
    secrets = [EXTERNAL_ID, served.environment["AWS_SECRET_ACCESS_KEY"]]
    assert not any(secret in done.stdout + done.stderr for secret in secrets)


@pytest.mark.shows("AssumeRole: MFA", "performed")
def test_mfa_is_proved_both_ways(served: Served) -> None:
    """With a code from a command the caller gets in, and with the plain keys it doesn't."""
    role = served.role("mfa", ALICE, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    codes = " ".join([*ROLECALL, "sandbox", "code", "alice"])

    done = served.rolecall(
        "verify", role, "--caller", "alice", "--mfa-serial", DEVICE, "--mfa-code-command", codes
    )

    assert done.returncode == 0, done.stdout
    assert "without MFA" in done.stdout


def test_an_unreachable_endpoint_cannot_tell(served: Served) -> None:
    """Where nothing answers there is no verdict: 3, not 1."""
    done = served.rolecall(
        "verify",
        "arn:aws:iam::222222222222:role/any",
        "--caller",
        "tools",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
    )

    assert done.returncode == 3
    assert "Could not connect" in done.stdout
    assert "Traceback" not in done.stderr


def test_bad_input_is_listed_before_any_call(served: Served) -> None:
    """A bad ARN and a bad external ID are told together, on stderr, without the value of the latter: 2."""
    done = served.rolecall(
        "verify", "arn:aws:iam::22:role/x", "--caller", "tools", "--external-id", "not good"
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert 'ROLE_ARN: "arn:aws:iam::22:role/x" is not an ARN' in done.stderr
    assert "--external-id: the external ID has a character" in done.stderr
    assert "not good" not in done.stderr


def test_a_role_is_compared_with_what_was_declared(served: Served, tmp_path: Path) -> None:
    """Without a caller the live trust policy is compared with a file: 0 where it is the same, else 1."""
    role = served.role("compared", CI, EXTERNAL_ID_REQUIRED)
    trust = tmp_path / "trust.json"
    declared = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": CI},
            "Condition": EXTERNAL_ID_REQUIRED,
        },
    }
    trust.write_text(json.dumps(declared))
    same = served.rolecall("verify", role, "--trust-policy", str(trust))
    trust.write_text(json.dumps(declared).replace("user/ci", "user/other"))
    other = served.rolecall("verify", role, "--trust-policy", str(trust))

    assert (same.returncode, other.returncode) == (0, 1)
    assert "IAM holds another trust policy" in other.stdout


def test_requirements_are_checked(served: Served, tmp_path: Path) -> None:
    """A third party who needs no external ID breaks the requirement, by name: 1."""
    role = served.role("third-party", "arn:aws:iam::333333333333:root")
    rules = tmp_path / "rolecall.yaml"
    rules.write_text("require:\n  third_party_external_id: true\n")

    done = served.rolecall("verify", role, "--require", str(rules))

    assert done.returncode == 1
    assert 'requirement "third_party_external_id" is broken' in done.stdout


@pytest.mark.parametrize("name", ["workload", "ambient"])
def test_the_owner_may_be_named(name: str, served: Served) -> None:
    """Whoever may read the role is a profile, or the credentials that are there anyway."""
    role = served.role(f"owned-by-{name}", CI, EXTERNAL_ID_REQUIRED)

    done = served.rolecall("verify", role, "--caller", "tools", "--owner", name)

    assert done.returncode == 0


def test_an_interrupt_ends_the_waiting(served: Served) -> None:
    """^C in the middle of a wait: 130, at once, with the unfinished role named on stderr."""
    role = served.role("never-seen", CI)
    control = urlsplit(served.environment["ROLECALL_SANDBOX"])
    connection = http.client.HTTPConnection(control.netloc, timeout=DEADLINE_SECONDS)
    faults = {"never_propagate": {"role_arn": role}}
    connection.request("POST", f"{control.path}/faults", body=json.dumps(faults))
    assert connection.getresponse().status == 200
    connection.close()

    words = ["verify", role, "--caller", "tools", "--wait", "3600"]
    with started(*words, environment=served.environment) as process:
        assert process.stderr is not None
        assert "waiting for profile tools to be let in" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=DEADLINE_SECONDS)

    assert process.returncode == 130
    assert f'role "never-seen" ({role}): interrupted before there was an answer' in stderr
    assert "Traceback" not in stderr
