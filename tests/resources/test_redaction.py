"""External IDs are kept out of texts."""

import pytest
from tests.resources.fakes import trust_policy

from rolecall.resources.redaction import Redaction


@pytest.mark.parametrize(
    "document",
    [
        trust_policy("acme-1"),
        {"Statement": {"Condition": {"StringLike": {"STS:externalid": ["acme-1", "x-2"]}}}},
        {"callers": [{"profile": "tools", "external_id": "acme-1"}]},
        [{"accounts": ["111111111111"], "external_ids": ["acme-1"]}],
    ],
)
def test_finds_external_ids_wherever_they_stand(document: object) -> None:
    """A trust policy, ``verify`` and ``trusts`` are searched, with keys in any case."""
    redacted = Redaction.of(document)('sent "acme-1"')

    assert "acme-1" not in redacted
    assert redacted.startswith('sent "(sha256:')


def test_fingerprints_tell_external_ids_apart() -> None:
    """Two secrets stay two in a redacted text."""
    first, second = Redaction(["acme-1", "acme-2"])("acme-1 acme-2").split()

    assert first != second


def test_longer_external_id_is_not_told_in_part() -> None:
    """An external ID that begins with another one is replaced whole."""
    assert "zebra" not in Redaction(["acme", "acme/zebra"])("acme/zebra")


def test_words_keep_their_letters() -> None:
    """A short external ID that happens to be a part of words doesn't garble them."""
    assert Redaction(["as"])("as declared: was assumed") == f"{Redaction(['as'])('as')} declared: was assumed"


def test_other_values_stay() -> None:
    """Only external IDs are hidden."""
    assert Redaction.of({"profile": "tools", "name": ""})("tools") == "tools"
