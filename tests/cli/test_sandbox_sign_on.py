"""``rolecall sandbox sign-on`` prints metadata that IAM takes, and responses that go with it."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner

from rolecall.cli import main
from rolecall.policy.saml_response import Assertion, read_assertion
from rolecall.sandbox.saml.metadata import read_metadata
from rolecall.sandbox.saml.signature import signed_part

ROLE, PROVIDER = "arn:aws:iam::222222222222:role/sso", "arn:aws:iam::222222222222:saml-provider/company"


def printed(*words: str) -> str:
    done = CliRunner().invoke(main, ["sandbox", "sign-on", *words])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def signed_on(metadata: str, response: str) -> Assertion:
    """Return what a response says, of which the provider of the metadata signed everything."""
    return read_assertion(signed_part(base64.b64decode(response), read_metadata(metadata).certificates))


def test_metadata_and_responses_go_together(tmp_path: Path) -> None:
    """The key is made once; what is signed with it later is good for the metadata printed before."""
    key = tmp_path / "idp.pem"
    metadata = printed("--key", str(key), "--entity-id", "https://idp.acme.example")

    response = printed(
        "--key", str(key), "--entity-id", "https://idp.acme.example",
        "--subject", "s-1", "--session-name", "bob", "--tag", "team=ops", f"{ROLE},{PROVIDER}",
    )  # fmt: skip

    assertion = signed_on(metadata, response)
    assert key.stat().st_mode & 0o777 == 0o600
    assert read_metadata(metadata).entity_id == assertion.issuer == "https://idp.acme.example"
    assert (assertion.subject, assertion.session_name) == ("s-1", "bob")
    assert (assertion.roles, assertion.session.tags) == (((ROLE, PROVIDER),), {"team": "ops"})


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--key", "idp.pem", ROLE], "isn't ROLE_ARN,PROVIDER_ARN"),
        (["--key", "idp.pem", "--tag", "team", f"{ROLE},{PROVIDER}"], "isn't KEY=VALUE"),
        (["--key", "other.pem"], "other.pem can't be used: it holds no RSA key with its certificate"),
        (["--key", "no/such/folder.pem"], "can't be used: No such file or directory"),
        ([], "--key"),
    ],
)
def test_misuse(words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be signed on with is bad input, and nothing is printed."""
    monkeypatch.chdir(tmp_path)
    Path("other.pem").write_text("a secret of somebody else")

    done = CliRunner().invoke(main, ["sandbox", "sign-on", *words])

    assert (done.exit_code, done.stdout) == (2, "")
    assert says in " ".join(done.stderr.split())
    assert "a secret" not in done.stderr
