"""Codes computed from a seed."""

import pytest

from rolecall.errors import ProbeError
from rolecall.sts.totp import code_at

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890.9, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: float, code: str) -> None:
    """The test vectors of RFC 6238, appendix B, cut to six digits."""
    assert code_at(SEED, at) == code


@pytest.mark.parametrize("seed", [SEED.lower(), " ".join(SEED), f"{SEED}\n", "MFRGG===", "MFRGG"])
def test_a_seed_may_be_written_as_it_is_shown(seed: str) -> None:
    """Lower case, spaces, and padding or none."""
    assert len(code_at(seed, 0)) == 6


@pytest.mark.parametrize("seed", ["", "GEZDGNBV1", "not-a-seed", "１２３４"])
def test_what_is_no_seed_is_not_repeated(seed: str) -> None:
    """The sentence says what is wrong without the value, which may be a real secret with a typo."""
    with pytest.raises(ProbeError, match="isn't base32") as refused:
        code_at(seed, 0)
    assert not seed or seed not in str(refused.value)
