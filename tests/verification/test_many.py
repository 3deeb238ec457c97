"""Work in many threads: every item once, errors handed over, and an end that nothing holds up."""

import itertools
import threading
from collections.abc import Iterator

import pytest

from rolecall.verification.many import Stopped, Team


def test_every_item_comes_out_once() -> None:
    """All items are worked on, in any order, with their results."""
    done = dict(Team().each(lambda number: number * number, range(50), workers=4))

    assert {number: number * number for number in range(50)} == done


def test_errors_are_results() -> None:
    """What the work raises is handed over with its item, and the others go on."""

    def work(number: int) -> int:
        if number == 1:
            raise ValueError(number)
        return number

    done = dict(Team().each(work, [0, 1, 2]))

    assert isinstance(done[1], ValueError)
    assert (done[0], done[2]) == (0, 2)


def test_leaving_early_ends_the_waiting() -> None:
    """Whoever waits when the rest isn't wanted any more is stopped, long before its time."""
    team = Team()
    stopped = threading.Event()

    def work(number: int) -> int:
        if number:
            try:
                team.sleep(3600)
            except Stopped:
                stopped.set()
                raise
        return number

    results = team.each(work, [0, 1])
    assert next(results) == (0, 0)
    results.close()

    assert stopped.wait(10)
    with pytest.raises(Stopped):
        team.sleep(3600)


def test_a_sleep_that_nobody_stops_returns() -> None:
    """While the results are wanted, waiting is waiting."""
    Team().sleep(0.0)


def test_questions_are_asked_in_the_main_thread() -> None:
    """Only the main thread hears ^C, so what a worker asks of a person is asked there."""
    team = Team()

    def work(number: int) -> tuple[int, str]:
        return number, team.in_main_thread(lambda: threading.current_thread().name)

    main = threading.current_thread().name
    assert dict(team.each(work, range(5))) == {number: (number, main) for number in range(5)}


def test_a_question_that_is_broken_off_ends_everything() -> None:
    """^C at a prompt comes out where the results are taken, although a worker asked."""
    team = Team()

    def broken_off() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(team.each(lambda _: team.in_main_thread(broken_off), [1]))


def test_items_are_drawn_as_results_are_taken() -> None:
    """However many there are, and however slowly results are taken, few are in the house."""
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in itertools.count():
            drawn.append(number)
            yield number

    results = Team().each(lambda number: number, items(), workers=3)
    for taken in range(1, 20):
        next(results)
        assert len(drawn) <= taken + 2 * 3
    results.close()


def test_idling_is_done_while_nothing_comes() -> None:
    """Whoever takes results hears that none comes, can do something, and can end it all."""
    never = threading.Event()
    idled: list[int] = []

    def idle() -> None:
        idled.append(1)
        if len(idled) == 3:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        list(Team().each(lambda _: never.wait(60), [1], idle=idle, idle_seconds=0.001))
    never.set()


def test_nothing_to_do_is_done_at_once() -> None:
    """No items, no results."""
    assert list(Team().each(lambda number: number, list[int]())) == []
