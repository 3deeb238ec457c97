"""Foreign text can't move a terminal, grow without end, or carry a secret that STS echoed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.reports import fingerprint, quoted, safe

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", f"{MARK}red{MARK}"),
        ("\x1b]0;title\x07after", f"{MARK}after"),
        ("\x1b]8;;http://x\x1b\\link", f"{MARK}link"),
        ("\x1b]0;never closed", MARK),
        ("\x9b2Jgone", f"{MARK}gone"),
        ("bell\x07", f"bell{MARK}"),
        ("two\nlines\tand  spaces ", "two lines and spaces"),
        ("abc\u202edef", f"abc{MARK}def"),
        ("zero\u200bwidth", f"zero{MARK}width"),
        ("half\udc80", f"half{MARK}"),
        ("Zürich …", "Zürich …"),
    ],
)
def test_text_does_nothing_to_a_terminal(text: str, shown: str) -> None:
    """Escape sequences and invisible characters are replaced, white space becomes one space."""
    assert shown == safe(text)


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    """Whatever comes in, one line of visible characters comes out."""
    shown = safe(text, limit=50)

    assert len(shown) <= 50
    assert all(character.isprintable() for character in shown)


def test_long_text_is_cut() -> None:
    """What is longer than the limit ends in an ellipsis, within the limit."""
    assert f"{'a' * 9}…" == safe("a" * 100, limit=10)
    assert safe("a" * 10, limit=10) == "a" * 10


@pytest.mark.parametrize("name", ["externalId", "tokenCode"])
def test_a_value_that_sts_echoes_is_hidden(name: str) -> None:
    """STS repeats a bad parameter in its ValidationError; external IDs and MFA codes are not passed on."""
    message = f"1 validation error detected: Value 'acme 1' at '{name}' failed to satisfy constraint"

    assert "acme" not in safe(message)
    assert name in safe(message)


def test_quotes_stand_around_the_safe_text() -> None:
    """A quoted text is safe as well."""
    assert f'"{MARK}x"' == quoted("\x1b[1mx")


def test_fingerprints_tell_secrets_apart_without_telling_them() -> None:
    """The same secret has the same fingerprint, another one another, and neither shows."""
    assert fingerprint("acme-1") == fingerprint("acme-1") != fingerprint("acme-2")
    assert "acme" not in fingerprint("acme-1")
