"""Spans of time in words."""

from datetime import timedelta

import pytest

from rolecall.resources.spans import in_words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=9, minutes=59), "9 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_in_words(span: timedelta, words: str) -> None:
    """A span is told in the largest unit of which there are two, rounded down."""
    assert in_words(span) == words
