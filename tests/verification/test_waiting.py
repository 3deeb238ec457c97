"""When an answer has settled."""

from collections.abc import Iterator

import pytest
from tests.verification.fakes import Clock, assumed, refused

from rolecall.verification import Reply, Unanswered
from rolecall.verification.waiting import is_allowed, is_refused, settle

IN, OUT = assumed(), refused()
LOST = Unanswered(cause="connection reset", retryable=True)
DEAD = Unanswered(cause="no such profile")


def forever(*replies: Reply) -> Iterator[Reply]:
    """These answers, the last one again and again."""
    yield from replies
    while True:
        yield replies[-1]


@pytest.mark.parametrize(
    ("replies", "timeout", "settled", "attempts"),
    [
        pytest.param([IN], 0, IN, 1, id="no patience takes the first answer"),
        pytest.param([OUT, IN], 0, OUT, 1, id="no patience takes a wrong answer too"),
        pytest.param([IN], 60, IN, 2, id="two right answers in a row settle"),
        pytest.param([IN, OUT, IN], 60, IN, 4, id="a flapping answer starts the row again"),
        pytest.param([OUT, OUT, IN], 60, IN, 4, id="not yet is waited for"),
        pytest.param([DEAD], 60, DEAD, 1, id="what cannot be asked is not asked again"),
        pytest.param([LOST], 60, LOST, 3, id="lost calls are given up"),
        pytest.param([LOST, LOST, IN], 60, IN, 4, id="a lost call is asked again"),
    ],
)
def test_allowed_answers(replies: list[Reply], timeout: float, settled: Reply, attempts: int) -> None:
    """What settles a call that must get in."""
    clock = Clock()
    stream = forever(*replies)
    result = settle(
        lambda: next(stream),
        right=is_allowed,
        hopeless=lambda _: False,
        timeout_seconds=timeout,
        surroundings=clock.surroundings(),
        tell=lambda _: None,
    )
    assert (result.reply, result.attempts) == (settled, attempts)


def test_a_wrong_answer_is_kept_until_the_timeout_and_not_beyond() -> None:
    """Never is told at the timeout."""
    clock = Clock()
    result = settle(
        lambda: OUT,
        right=is_allowed,
        hopeless=lambda _: False,
        timeout_seconds=30,
        surroundings=clock.surroundings(),
        tell=lambda _: None,
    )
    assert result.reply == OUT
    assert clock.elapsed == pytest.approx(30)
    assert result.waited_seconds == pytest.approx(30)


def test_a_refused_mfa_code_is_no_refusal() -> None:
    """The role was never asked about, so a denied probe isn't settled by it."""
    assert not is_refused(refused(mfa_failed=True))
    assert is_refused(OUT)


def test_a_waiting_person_is_told_how_long_it_has_been() -> None:
    """Each pause is announced with the seconds so far."""
    told: list[float] = []
    stream = forever(OUT, OUT, IN)
    settle(
        lambda: next(stream),
        right=is_allowed,
        hopeless=lambda _: False,
        timeout_seconds=30,
        surroundings=Clock().surroundings(),
        tell=told.append,
    )
    assert told == pytest.approx([0.0, 0.25, 0.5])
