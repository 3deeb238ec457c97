"""When an answer has settled."""

from collections.abc import Callable, Iterator

import pytest
from tests.verification.fakes import Clock, assumed, refused

from rolecall.verification import Reply, Unanswered
from rolecall.verification.waiting import Settled, Sign, is_allowed, is_refused, pause_seconds, settle

IN, OUT = assumed(), refused()
LOST = Unanswered(cause="connection reset", retryable=True)
BUSY = Unanswered(cause="AWS asked to slow down", code="Throttling", retryable=True)
DEAD = Unanswered(cause="no such profile")


def forever(*replies: Reply) -> Iterator[Reply]:
    """These answers, the last one again and again."""
    yield from replies
    while True:
        yield replies[-1]


def wants_in(reply: Reply) -> Sign:
    """Reads answers to a call that must get in, and of which no policy says otherwise."""
    if isinstance(reply, Unanswered):
        return Sign.NONE
    return Sign.RIGHT if is_allowed(reply) else Sign.OPEN


def settled(
    *replies: Reply,
    timeout: float = 60,
    sign: Callable[[Reply], Sign] = wants_in,
    clock: Clock | None = None,
    told: list[float] | None = None,
    was_right: bool = False,
) -> Settled:
    stream = forever(*replies)
    return settle(
        lambda: next(stream),
        sign=sign,
        timeout_seconds=timeout,
        was_right=was_right,
        surroundings=(clock or Clock()).surroundings(),
        tell=(told if told is not None else []).append,
    )


@pytest.mark.parametrize(
    ("replies", "timeout", "reply", "attempts"),
    [
        pytest.param([IN], 0, IN, 1, id="no patience takes the first answer"),
        pytest.param([OUT, IN], 0, OUT, 1, id="no patience takes a wrong answer too"),
        pytest.param([LOST, IN], 0, LOST, 1, id="no patience takes a lost call too"),
        pytest.param([BUSY, BUSY, IN], 0, IN, 3, id="throttling is retried without any patience"),
        pytest.param([BUSY], 0, BUSY, 3, id="throttling is given up"),
        pytest.param([IN], 60, IN, 2, id="two right answers in a row settle"),
        pytest.param([OUT, OUT, IN], 60, IN, 4, id="not yet is waited for"),
        pytest.param([IN, OUT, IN], 60, IN, 7, id="after one was taken back, five in a row settle"),
        pytest.param([IN, OUT, IN, IN, OUT, IN], 60, IN, 10, id="each one taken back starts the row again"),
        pytest.param([IN, LOST, IN], 60, IN, 4, id="a lost call takes nothing back"),
        pytest.param([DEAD], 60, DEAD, 1, id="what cannot be asked is not asked again"),
        pytest.param([LOST], 60, LOST, 3, id="lost calls are given up"),
        pytest.param([LOST, LOST, IN], 60, IN, 4, id="a lost call is asked again"),
    ],
)
def test_what_settles(replies: list[Reply], timeout: float, reply: Reply, attempts: int) -> None:
    """What settles a call that must get in."""
    result = settled(*replies, timeout=timeout)
    assert (result.reply, result.attempts) == (reply, attempts)


def test_a_wrong_answer_is_kept_until_the_timeout_and_not_beyond() -> None:
    """Never is told at the timeout."""
    clock = Clock()
    result = settled(OUT, timeout=30, clock=clock)
    assert (result.reply, result.contradictory) == (OUT, False)
    assert clock.elapsed == pytest.approx(30)
    assert result.waited_seconds == pytest.approx(30)


def test_answers_that_go_on_changing_are_contradictory() -> None:
    """Let in, and refused when the time is over: neither answer can be believed."""
    result = settled(OUT, IN, OUT, timeout=30)
    assert (result.reply, result.taken_back, result.contradictory) == (OUT, True, True)


def test_a_right_answer_of_an_earlier_question_can_be_taken_back() -> None:
    """The declared call is asked before and after the denied probes: a refusal then takes the first back."""
    result = settled(OUT, IN, was_right=True)
    assert (result.attempts, result.taken_back, result.contradictory) == (6, True, False)


def test_a_wrong_answer_that_the_policies_foretell_is_not_waited_for() -> None:
    """Three in a row, seconds apart, settle what nothing will change."""
    clock = Clock()
    result = settled(OUT, sign=lambda _: Sign.FINAL, clock=clock)
    assert (result.attempts, clock.elapsed) == (3, 2.0)


def test_an_answer_that_the_policies_contradict_is_not_believed_at_once() -> None:
    """Let in by the old policy, which the new one doesn't: asked again until the answer turns."""
    signs = {IN: Sign.OPEN, OUT: Sign.FINAL}
    result = settled(IN, IN, OUT, sign=lambda reply: signs[reply])
    assert (result.reply, result.attempts) == (OUT, 5)


def test_a_refused_mfa_code_is_no_refusal() -> None:
    """The role was never asked about, so a denied probe isn't settled by it."""
    assert not is_refused(refused(mfa_failed=True))
    assert is_refused(OUT)


def test_a_waiting_person_is_told_how_long_it_has_been() -> None:
    """Each pause is announced with the seconds so far."""
    told: list[float] = []
    settled(OUT, OUT, IN, told=told)
    assert told == pytest.approx([0.0, 3.5, 7.0])


def test_most_questions_are_asked_when_most_changes_have_spread() -> None:
    """Seldom at first, often from 7 to 15 s, and ever less often afterwards."""
    assert [pause_seconds(elapsed) for elapsed in (0, 6.9, 7, 14.9, 15, 30, 3600)] == [
        3.5,
        3.5,
        0.5,
        0.5,
        1.5,
        3.0,
        3.0,
    ]
