"""The page of STS's errors says what the table says."""

from tools import sts_errors


def test_the_page_is_as_the_table() -> None:
    """docs/errors.md is made from the table, and was made since that changed."""
    assert sts_errors.PAGE.read_text() == sts_errors.page(), "run `python -m tools.sts_errors`"
