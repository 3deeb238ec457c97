"""``rolecall new-external-id``: one external ID a call, never the same."""

from click.testing import CliRunner

from rolecall.cli import main
from rolecall.policy.formats import EXTERNAL_ID


def made(*words: str) -> str:
    done = CliRunner().invoke(main, ["new-external-id", *words])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.removesuffix("\n")


def test_an_id_is_printed() -> None:
    """What is printed is an external ID that AWS takes, with 128 bits that are never the same."""
    one, other = made(), made()

    assert EXTERNAL_ID.accepts(one)
    assert len(bytes.fromhex(one)) == 16
    assert one != other


def test_prefix() -> None:
    """The prefix tells whose it is, and takes nothing away from the chance in it."""
    prefix, _, rest = made("--prefix", "acme").partition("-")

    assert prefix == "acme"
    assert len(bytes.fromhex(rest)) == 16


def test_a_prefix_that_no_external_id_has() -> None:
    """AWS would refuse it, so nothing is printed."""
    done = CliRunner().invoke(main, ["new-external-id", "--prefix", "a b"])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "prefix: the external ID has a character at position 2" in done.stderr
