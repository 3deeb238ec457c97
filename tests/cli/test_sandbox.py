"""``rolecall sandbox``: serves, hides its keys, runs commands, and hands out MFA codes."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.cli.conftest import DEADLINE_SECONDS, ROLECALL, Served, bare_environment, started

from rolecall.cli import main
from rolecall.cli.sandbox.code import ask, fresh_code
from rolecall.errors import SandboxError

PROFILES = ["workload", "tools", "alice", "vendor", "stranger"]


def run_in_sandbox(
    *command: str, options: Sequence[str] = (), **changed: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*ROLECALL, "sandbox", "run", *options, "--", *command],
        env=bare_environment() | changed,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_told_to_stop(ending: signal.Signals) -> None:
    """Keys are in a file for the user only, not on the terminal; after the signal all of it is gone: 0."""
    with started("sandbox", environment=bare_environment()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(10)]
        file = Path(lines[8].split()[1])
        content = file.read_text(encoding="utf-8")
        mode = stat.S_IMODE(file.stat().st_mode)
        process.send_signal(ending)
        _, stderr = process.communicate(timeout=DEADLINE_SECONDS)

    assert lines[0].startswith("sandbox at http://127.0.0.1:")
    assert [line.split()[0] for line in lines[2:7]] == PROFILES
    assert (process.returncode, stderr) == (0, "sandbox stopped\n")
    assert mode == 0o600
    assert "export AWS_SECRET_ACCESS_KEY=" in content
    assert "SECRET" not in "".join(lines)
    assert not file.parent.exists()


def test_secrets_are_shown_on_request() -> None:
    """``--show-secrets`` prints the exports themselves, for copying."""
    words = ["--show-secrets", "--json", "--region", "eu-west-1"]
    with started("sandbox", *words, environment=bare_environment()) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)

    assert told["environment"]["AWS_SECRET_ACCESS_KEY"]
    assert told["environment"]["AWS_REGION"] == told["region"] == "eu-west-1"
    assert told["environment"]["AWS_ENDPOINT_URL"] == told["endpoint_url"]
    assert list(told["profiles"]) == PROFILES
    assert told["profiles"]["alice"]["mfa_serial"] == "arn:aws:iam::111111111111:mfa/alice"


def test_a_taken_port_is_told(served: Served) -> None:
    """A port that another program has is a reason, not a hang: 3."""
    port = served.environment["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]

    done = served.rolecall("sandbox", "--port", port)

    assert done.returncode == 3
    assert done.stderr.startswith("Error: ")
    assert port in done.stderr


@pytest.mark.parametrize(("options", "told"), [([], "[]"), (["--authorize"], "AccessDenied")])
def test_policies_decide_every_call_on_request(options: list[str], told: str) -> None:
    """A user that may assume roles and nothing else lists buckets, but for `--authorize`."""
    program = (
        "import boto3\n"
        "s3 = boto3.Session(profile_name='tools').client('s3')\n"
        "try: print(s3.list_buckets()['Buckets'])\n"
        "except s3.exceptions.ClientError as error: print(error)"
    )

    done = run_in_sandbox(sys.executable, "-c", program, options=options)

    assert (done.returncode, told in done.stdout) == (0, True), done.stderr


def test_a_command_sees_the_sandbox_and_nothing_else() -> None:
    """The command's AWS is the sandbox; settings of the user's own AWS don't leak in."""
    program = (
        "import boto3, json, os\n"
        "who = {p: boto3.Session(profile_name=p).client('sts').get_caller_identity()['Arn']\n"
        "       for p in [None, 'tools', 'alice', 'vendor', 'stranger']}\n"
        "print(json.dumps([list(who.values()), os.environ.get('AWS_SESSION_TOKEN')]))"
    )

    done = run_in_sandbox(sys.executable, "-c", program, AWS_PROFILE="mine", AWS_SESSION_TOKEN="mine")

    assert done.returncode == 0, done.stderr
    arns, token = json.loads(done.stdout)
    assert [arn.split(":")[4] for arn in arns] == [
        "222222222222",
        "111111111111",
        "111111111111",
        "333333333333",
        "444444444444",
    ]
    assert token is None


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (["sh", "-c", "exit 7"], 7, ""),
        (["sh", "-c", "kill -9 $$"], 137, ""),
        (["sh", "-c", "kill -TERM $$"], 143, ""),
        (["no-such-command"], 127, "Error: no-such-command: command not found\n"),
        (["/"], 126, "Error: /: Permission denied\n"),
    ],
)
def test_the_exit_code_is_the_commands(command: list[str], code: int, told: str) -> None:
    """A command's code goes through; 128 + n after a signal, 127 and 126 as in a shell."""
    done = run_in_sandbox(*command)

    assert (done.returncode, done.stderr) == (code, told)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_go_to_the_command(number: signal.Signals) -> None:
    """The command decides what a signal means, and the sandbox lives until it has decided."""
    program = (
        "import signal, sys\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(42))\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()"
    )
    words = ["sandbox", "run", "--", sys.executable, "-c", program]
    with started(*words, environment=bare_environment()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        process.communicate(timeout=DEADLINE_SECONDS)

    assert process.returncode == 42


@pytest.mark.parametrize("words", [["--port", "1", "run", "--", "true"], ["--json", "code"]])
def test_misplaced_options_are_refused(words: list[str]) -> None:
    """An option before the subcommand would be lost, so it is misuse."""
    done = CliRunner().invoke(main, ["sandbox", *words])

    assert done.exit_code == 2
    assert f"{words[0]} before {'run' if 'run' in words else 'code'!r} would be lost" in done.stderr


def test_codes_are_handed_out(served: Served) -> None:
    """A user of the tools account by name, any device by its serial; six digits on stdout."""
    done = served.rolecall("sandbox", "code", "arn:aws:iam::111111111111:mfa/alice")

    assert done.returncode == 0
    assert done.stdout.strip().isdigit()
    assert len(done.stdout.strip()) == 6


def test_a_device_that_is_not_there(served: Served) -> None:
    """An unknown user is told with the serial that was looked for."""
    done = served.rolecall("sandbox", "code", "bob")

    assert done.returncode == 3
    assert "arn:aws:iam::111111111111:mfa/bob" in done.stderr


def test_a_code_waits_for_the_next_step() -> None:
    """Where every current code was used, it waits as long as the sandbox says, and asks again."""
    answers: list[tuple[int, dict[str, Any]]] = [
        (409, {"wait_seconds": 12}),
        (409, {"wait_seconds": 1}),
        (200, {"code": "012345"}),
    ]
    waited: list[float] = []

    assert fresh_code(lambda: answers.pop(0), sleep=waited.append) == "012345"
    assert waited == [12.0, 1.0]


def test_codes_need_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a sandbox the missing variable is named: 2; where none answers any more: 3."""
    monkeypatch.delenv("ROLECALL_SANDBOX", raising=False)
    outside = CliRunner().invoke(main, ["sandbox", "code"])
    monkeypatch.setenv("ROLECALL_SANDBOX", "http://127.0.0.1:1/_rolecall")
    gone = CliRunner().invoke(main, ["sandbox", "code"])

    assert (outside.exit_code, gone.exit_code) == (2, 3)
    assert "ROLECALL_SANDBOX: it is not set" in outside.stderr
    assert "no sandbox answers at http://127.0.0.1:1/_rolecall" in gone.stderr


@pytest.mark.parametrize("url", ["", "nonsense", "http://127.0.0.1:99999/x", "ftp://[::1"])
def test_a_nonsense_address_is_no_sandbox(url: str) -> None:
    """Whatever the variable holds, it is told as such."""
    with pytest.raises(SandboxError):
        ask(url, "serial")


def test_a_missing_extra_is_told_with_the_command_that_installs_it() -> None:
    """Without moto the sandbox says what to install, and doesn't trace back: 3."""
    program = (
        "import sys\n"
        "sys.modules['moto'] = None\n"
        "from rolecall.cli import main\n"
        "main(['sandbox', 'run', '--', 'true'])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    assert done.returncode == 3
    assert "pip install 'rolecall[sandbox]'" in done.stderr
    assert "Traceback" not in done.stderr
