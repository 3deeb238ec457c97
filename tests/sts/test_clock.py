"""How far this machine's clock is off."""

import pytest

from rolecall.sts.clock import skew_seconds
from rolecall.verification import skew_sentence

NOON = 1767268800.0  # 2026-01-01 12:00:00 UTC


@pytest.mark.parametrize(
    ("date", "now", "skew"),
    [
        ("Thu, 01 Jan 2026 12:10:00 GMT", NOON, 600.5),
        ("Thu, 01 Jan 2026 11:50:00 GMT", NOON, -599.5),
        ("Thu, 01 Jan 2026 12:00:00 GMT", NOON + 0.5, 0.0),
        ("yesterday", NOON, 0.0),
        ("", NOON, 0.0),
    ],
)
def test_the_date_header_tells(date: str, now: float, skew: float) -> None:
    """It says whole seconds; what can't be read says nothing."""
    assert skew_seconds({"ResponseMetadata": {"HTTPHeaders": {"date": date}}}, now) == skew


def test_an_answer_without_headers_says_nothing() -> None:
    """Such as an error that boto3 made by itself."""
    assert skew_seconds({}, NOON) == 0.0


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, ""),
        (30.0, ""),
        (-30.0, ""),
        (31.0, "this machine's clock is 31 s behind AWS's"),
        (-90.0, "this machine's clock is 90 s ahead of AWS's"),
        (600.4, "this machine's clock is 10 min behind AWS's"),
    ],
)
def test_what_matters_is_told(seconds: float, told: str) -> None:
    """More than one step of a TOTP code matters."""
    assert skew_sentence(seconds) == told
