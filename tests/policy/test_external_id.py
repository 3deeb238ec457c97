"""Writing external IDs: right for AWS, and as hard to guess as the chance that went in."""

import pytest

from rolecall.errors import DeclarationError
from rolecall.policy import ENTROPY_BYTES, external_id
from rolecall.policy.formats import EXTERNAL_ID

CHANCE = bytes(range(ENTROPY_BYTES))


@pytest.mark.parametrize("prefix", ["", "acme", "acme@example.com:7", "x" * 1191])
def test_made(prefix):
    """The prefix comes first, all of the chance is in it, and AWS takes it."""
    made = external_id(CHANCE, prefix=prefix)

    assert made.startswith(prefix)
    assert made.endswith(CHANCE.hex())
    assert EXTERNAL_ID.accepts(made)


@pytest.mark.parametrize("prefix", ["a b", "x" * 1192, "\u00e9", "a*"])
def test_a_prefix_that_no_external_id_has(prefix):
    """It is refused by its name, without being shown."""
    with pytest.raises(DeclarationError, match="prefix: the external ID has"):
        external_id(CHANCE, prefix=prefix)


def test_too_little_chance():
    """What can be guessed by trying isn't made."""
    with pytest.raises(ValueError, match="15 random bytes are too few"):
        external_id(CHANCE[:-1])
