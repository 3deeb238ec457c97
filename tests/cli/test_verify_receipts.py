"""``rolecall verify`` between two parties: the vendor writes a receipt, the owner of the role joins it."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Served

VENDOR = "arn:aws:iam::333333333333:root"
EXTERNAL_ID = "blue-heron-71"
OTHER = json.dumps(
    {
        "format": 1,
        "run_id": "1",
        "roles": [{"role_arn": "arn:aws:iam::222222222222:role/other", "callers": []}],
    }
)
REQUIRED = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}


def as_vendor(served: Served, role: str, receipt: Path, *words: str) -> Any:
    """The vendor has its own credentials alone, so it can't read the role."""
    return served.rolecall(
        "verify",
        role,
        *("--caller", "vendor", "--owner", "vendor", "--external-id-env", "EXT"),
        *("--receipt", str(receipt), *words),
        EXT=EXTERNAL_ID,
    )


def as_owner(served: Served, role: str, receipt: Path, *words: str) -> Any:
    return served.rolecall("verify", role, "--stranger", "stranger", "--with-receipt", str(receipt), *words)


def test_both_halves_come_together(served: Served, tmp_path: Path) -> None:
    """The vendor shows that it gets in with the external ID only; the owner's report says who stated it."""
    role = served.role("two-halves", VENDOR, REQUIRED)
    receipt = tmp_path / "receipt.json"

    vendor = as_vendor(served, role, receipt)
    owner = as_owner(served, role, receipt, "--json")

    assert (vendor.returncode, f"receipt written to {receipt}" in vendor.stderr) == (0, True)
    assert EXTERNAL_ID not in receipt.read_text()
    assert owner.returncode == 0, owner.stdout
    (told,) = json.loads(owner.stdout)["roles"]
    assert (told["verdict"], told["level"], told["skipped"]) == ("proved", "receipt", [])
    (stated,) = told["receipts"]
    assert (stated["account"], stated["refused"]) == ("333333333333", "")
    assert {probe["verdict"] for probe in stated["probes"]} == {"proved"}
    assert all(probe["request_id"] and probe["endpoint"] for probe in stated["probes"])


def test_the_table_calls_a_statement_stated(served: Served, tmp_path: Path) -> None:
    """Only what was tried here is called proved."""
    role = served.role("stated", VENDOR, REQUIRED)
    as_vendor(served, role, tmp_path / "receipt.json")
    owner = as_owner(served, role, tmp_path / "receipt.json")

    stated = [line for line in owner.stdout.splitlines() if "   stated   " in line]
    assert len(stated) == 4
    assert "level receipt" in owner.stdout
    assert "its word, which is not proved here" in owner.stdout


def test_without_a_receipt_the_owner_learns_what_is_missing(served: Served) -> None:
    """A stranger that holds the external ID is refused, and only the vendor can show the rest."""
    role = served.role("one-half", VENDOR, REQUIRED)
    done = served.rolecall("verify", role, "--stranger", "stranger")

    assert done.returncode == 0
    assert "stranger with external ID" in done.stdout
    assert (
        '"account 333333333333" was not tried with the declared call: only account 333333333333 can show '
        "that it gets in with this external ID, by rolecall verify --receipt." in done.stdout
    )


def test_a_vendor_that_gets_in_without_the_external_id_fails_both(served: Served, tmp_path: Path) -> None:
    """The vendor's own run ends with 1, and so does the owner's."""
    role = served.role("wide-open", VENDOR, {"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}})
    receipt = tmp_path / "receipt.json"

    assert as_vendor(served, role, receipt).returncode == 1
    owner = as_owner(served, role, receipt)
    assert owner.returncode == 1
    assert '"account 333333333333, by receipt" got in without an external ID' in owner.stdout


def test_an_old_receipt_does_not_count(served: Served, tmp_path: Path) -> None:
    """It could not tell: 3, with the reason."""
    role = served.role("old-receipt", VENDOR, REQUIRED)
    as_vendor(served, role, tmp_path / "receipt.json")
    owner = as_owner(served, role, tmp_path / "receipt.json", "--receipt-max-age", "0")

    assert owner.returncode == 3
    assert "does not count: it is too old" in owner.stdout


def test_a_receipt_alone_is_something_to_do(served: Served, tmp_path: Path) -> None:
    """The owner may have no caller at all; the live trust policy is evaluated."""
    role = served.role("receipt-alone", VENDOR, REQUIRED)
    as_vendor(served, role, tmp_path / "receipt.json")
    done = served.rolecall("verify", role, "--with-receipt", str(tmp_path / "receipt.json"))

    assert done.returncode == 0
    assert "nothing probed  level receipt" in done.stdout


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "--with-receipt receipt.json: is no JSON"),
        ("{}", "--with-receipt receipt.json: is no receipt"),
        (
            OTHER,
            "--with-receipt receipt.json: it is about arn:aws:iam::222222222222:role/other",
        ),
    ],
)
def test_a_bad_receipt_is_bad_input(served: Served, tmp_path: Path, content: str, part: str) -> None:
    """What is no receipt, or about none of the roles, is told before any call: 2."""
    (tmp_path / "receipt.json").write_text(content)
    done = as_owner(served, "arn:aws:iam::222222222222:role/any", tmp_path / "receipt.json")

    assert (done.returncode, part in done.stderr) == (2, True), done.stderr


def test_a_receipt_needs_a_caller(served: Served, tmp_path: Path) -> None:
    """There is nothing to state without one."""
    done = served.rolecall(
        "verify",
        "arn:aws:iam::222222222222:role/any",
        *("--stranger", "stranger", "--receipt", str(tmp_path / "receipt.json")),
    )
    assert (done.returncode, "--receipt: there is no caller" in done.stderr) == (2, True)


def test_what_a_session_can_do_is_asked_on_the_command_line(served: Served) -> None:
    """The sandbox lets sessions do everything unless told otherwise: what must not be done is refuted."""
    role = served.role("able", "arn:aws:iam::111111111111:user/ci")
    calls = ("--can-do", "s3 list_buckets", "--can-do", 'iam get_user {"UserName": "admin"}')

    able = served.rolecall("verify", role, "--caller", "tools", *calls)
    unable = served.rolecall("verify", role, "--caller", "tools", "--cannot-do", "s3 list_buckets")

    assert able.returncode == 0, able.stdout
    assert "can do: s3 list_buckets" in able.stdout
    assert unable.returncode == 1
    assert 'its session may do "s3 list_buckets", which it must not' in unable.stdout


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--can-do", "list_buckets"), "--can-do: 'list_buckets' is no call to a service"),
        (("--can-do", "s3 list_buckets {"), "is no call to a service"),
        (("--cannot-do", "s3 delete_bucket"), "delete_bucket may change something"),
        (("--can-do", "s3 list_bucket"), "s3 has no operation 'list_bucket'"),
    ],
)
def test_a_bad_call_is_bad_input(served: Served, words: tuple[str, ...], part: str) -> None:
    """Told before any call: 2."""
    done = served.rolecall("verify", "arn:aws:iam::222222222222:role/any", "--caller", "tools", *words)
    assert (done.returncode, part in done.stderr) == (2, True), done.stderr
