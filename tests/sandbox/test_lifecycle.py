"""A sandbox starts or says why, ends completely, and leaves nothing behind."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.sandbox.helpers import TOOLS, may

from rolecall.errors import SandboxError
from rolecall.sandbox import Sandbox


def test_one_at_a_time() -> None:
    """A second sandbox in a process is refused in clear words, and possible once the first has ended."""
    with Sandbox() as first:
        with pytest.raises(SandboxError, match="already"):
            Sandbox().start()
        assert first.account(TOOLS).client("sts").get_caller_identity()["Account"] == TOOLS
    with Sandbox() as second:
        assert second.endpoint_url.startswith("http://127.0.0.1:")


def test_nothing_leaks_from_one_to_the_next() -> None:
    """Users, buckets and calls of one sandbox are gone in the next."""
    with Sandbox() as first:
        account = first.account(TOOLS)
        old = account.user("someone", policies=[may("*")])
        account.client("s3").create_bucket(Bucket="of-the-first")
        account.client("sts").get_caller_identity()

    with Sandbox() as second:
        fresh = second.account(TOOLS)
        assert [user["UserName"] for user in fresh.client("iam").list_users()["Users"]] == ["admin"]
        assert fresh.client("s3").list_buckets()["Buckets"] == []
        assert second.calls == []
        with pytest.raises(Exception, match="InvalidClientTokenId"):
            second.client("sts", old.credentials).get_caller_identity()


def test_reset() -> None:
    """A reset forgets accounts, faults and calls, and keeps the address."""
    with Sandbox() as sandbox:
        address = sandbox.endpoint_url
        old = sandbox.account(TOOLS).user("someone")
        sandbox.faults.throttle(5)
        sandbox.reset()

        sandbox.account(TOOLS).user("someone")
        assert sandbox.endpoint_url == address
        assert sandbox.account(TOOLS).client("sts").get_caller_identity()
        with pytest.raises(Exception, match="InvalidClientTokenId"):
            sandbox.client("sts", old.credentials).get_caller_identity()


def test_reset_ends_what_was_handed_out() -> None:
    """What only this sandbox can read is of no use after a reset."""
    with Sandbox() as sandbox:
        someone = sandbox.account(TOOLS).user("someone").credentials
        message = sandbox.encoded_denial(someone, action="ec2:StartInstances")
        sandbox.reset()

        sts = sandbox.account(TOOLS).client("sts")
        with pytest.raises(Exception, match="InvalidAuthorizationMessage"):
            sts.decode_authorization_message(EncodedMessage=message)


def test_threads_end() -> None:
    """No thread of a sandbox outlives it, although a client is still connected."""
    before = set(threading.enumerate())
    with Sandbox() as sandbox:
        host, port = sandbox.endpoint_url.removeprefix("http://").split(":")
        idle = socket.create_connection((host, int(port)))
        sandbox.account(TOOLS).client("sts").get_caller_identity()
        assert set(threading.enumerate()) > before

    assert set(threading.enumerate()) == before
    assert idle.recv(1) == b""
    idle.close()


def test_loopback_only() -> None:
    """Nobody outside the machine can reach it."""
    with Sandbox() as sandbox:
        port = int(sandbox.endpoint_url.rpartition(":")[2])
        with socket.socket() as other:
            # The port is free on another address of the loopback network, so it isn't taken on all of them.
            other.bind(("127.0.0.2", port))


def test_taken_port() -> None:
    """A port that is taken is an error at once, and the next start is not in its way."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=str(port)):
            Sandbox(port=port).start()
    with Sandbox(port=port) as sandbox:
        assert sandbox.endpoint_url.endswith(f":{port}")


def test_not_started() -> None:
    """A sandbox that doesn't run says so; stopping it once more does nothing."""
    sandbox = Sandbox()
    sandbox.stop()

    with pytest.raises(SandboxError, match="doesn't run"):
        sandbox.account(TOOLS)
    with pytest.raises(SandboxError, match="doesn't run"):
        _ = sandbox.endpoint_url


@pytest.mark.parametrize(
    "account_id", ["11111111111", "1111111111111", "11111111111a", "１２３４５６７８９０１２"]
)
def test_account_ids(sandbox: Sandbox, account_id: str) -> None:
    """An account ID has twelve ASCII digits."""
    with pytest.raises(SandboxError, match="12 digits"):
        sandbox.account(account_id)


@pytest.mark.parametrize("region", ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"])
def test_closed_partitions(region: str) -> None:
    """A region of a partition that is closed to the public is refused, since its ARNs would be wrong."""
    with pytest.raises(SandboxError, match="partition"):
        Sandbox(region=region)


def test_account_forced_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's variable that puts everything into one account would break every rule here, so it is refused."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", TOOLS)

    with pytest.raises(SandboxError, match="MOTO_ACCOUNT_ID"):
        Sandbox().start()


def _python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout + done.stderr


def test_import_is_cheap() -> None:
    """Importing the room loads neither moto nor boto3."""
    program = (
        "import sys, json, rolecall.sandbox;"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )

    loaded = set(json.loads(_python(program)))
    assert loaded.isdisjoint({"moto", "boto3", "botocore", "flask", "werkzeug", "pyotp", "pulumi"})


def test_without_moto() -> None:
    """Where the extra is missing, the error names it and tells how to install it."""
    program = (
        "import sys; sys.modules['moto'] = None\n"
        "from rolecall.sandbox import Sandbox\n"
        "try: Sandbox().start()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    printed = _python(program)
    assert printed.startswith("SandboxError ")
    assert "needs the extra sandbox" in printed
    assert "pip install 'rolecall[sandbox]'" in printed


def test_quiet() -> None:
    """A sandbox writes nothing by itself."""
    program = (
        "from rolecall.sandbox import Sandbox\n"
        "with Sandbox() as s: s.account('111111111111').client('sts').get_caller_identity()"
    )

    assert _python(program) == ""


def test_many_threads(sandbox: Sandbox) -> None:
    """Writers and readers at the same time don't disturb each other."""
    account = sandbox.account(TOOLS)
    iam = account.client("iam")
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for step in range(5):
                iam.create_user(UserName=f"user-{number}-{step}")
                iam.list_users()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert len(iam.list_users()["Users"]) == 41


def test_machine_configuration_is_left_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Clients of a sandbox work whatever profile and endpoint the machine is set to."""
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-is-not-there")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.fspath(tmp_path / "none"))

    assert sandbox.account(TOOLS).client("sts").get_caller_identity()["Account"] == TOOLS
