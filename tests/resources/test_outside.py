"""How a verification waits."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.resources.fakes import FakeAws

from rolecall.resources.door import EngineCall
from rolecall.resources.outside import EngineGone


def call(*answers: bool) -> EngineCall:
    """A call of the engine which is live as often as this says."""
    left = iter(answers)
    return EngineCall(None, cast("Any", SimpleNamespace(is_active=lambda: next(left))))


def test_waits_in_slices() -> None:
    """A long wait is made of short ones, and takes as long all the same."""
    aws = FakeAws()
    aws.outside().surroundings(call(True, True, True)).sleep(1.25)

    assert aws.naps == [0.5, 0.5, 0.25]


def test_stops_waiting_when_nobody_waits_for_the_answer() -> None:
    """When the engine is gone the verification ends, instead of asking STS on and on behind its back."""
    aws = FakeAws()
    with pytest.raises(EngineGone):
        aws.outside().surroundings(call(True, False)).sleep(60)

    assert aws.naps == [0.5]


def test_stops_waiting_when_told() -> None:
    """What is asked between slices can end the wait: the other roles of a fleet have failed."""
    aws = FakeAws()
    answers = iter([None, EngineGone("enough")])

    def heed() -> None:
        answer = next(answers)
        if answer is not None:
            raise answer

    with pytest.raises(EngineGone, match="enough"):
        aws.outside().surroundings(None, heed=heed).sleep(60)

    assert aws.naps == [0.5]
