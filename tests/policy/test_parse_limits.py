"""What is too big or too deep is refused before much work is done on it."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from rolecall.errors import PolicyError
from rolecall.policy import PolicyKind, jsontext, parse
from rolecall.policy.jsontext import MOST_CHARACTERS

TRUST = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}


def document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def calls(work: Callable[[], object]) -> int:
    """How many Python functions were called: a measure of work that is the same on every machine."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(trace)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def refused(text: str | bytes) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 20_000, "[" * 60_000 + "]" * 60_000])
def test_deep_nesting(text: str) -> None:
    """Brackets in brackets are a fault, not a crash."""
    assert refused(text).faults


@pytest.mark.parametrize("depth", [7, 100, 900, 5_000])
def test_nesting_below_an_element(depth: int) -> None:
    """However deep a value is nested, the fault names the element that holds it."""
    nested: Any = "x"
    for _ in range(depth):
        nested = [nested]
    try:
        text = document({**TRUST, "Condition": {"StringEquals": {"k": nested}}})
    except RecursionError:
        text = document({**TRUST, "Condition": {"StringEquals": {"k": "HERE"}}}).replace(
            '"HERE"', "[" * depth + '"x"' + "]" * depth
        )

    assert refused(text).faults


@pytest.mark.parametrize(
    "text",
    [
        " " * (MOST_CHARACTERS + 1),
        "x" * 20_000_000,
        b" " * 20_000_000,
        document(TRUST) + " " * MOST_CHARACTERS,
        document(*([TRUST] * 2_000)),
    ],
    ids=["spaces", "letters", "bytes", "tail", "statements"],
)
def test_huge_input_costs_nothing(text: str | bytes) -> None:
    """A document over IAM's limit is refused by its length, without being read."""
    assert calls(lambda: refused(text)) < 100
    assert "characters" in str(refused(text))


@pytest.mark.parametrize("digits", ["1" * 5_000, "1" * 100_000, "1e999999", "-" + "9" * 4_301])
def test_long_numbers(digits: str) -> None:
    """A number that no machine holds is refused."""
    assert refused(document({**TRUST, "Condition": {"NumericEquals": {"k": 7}}}).replace("7", digits)).faults


def of_statements(count: int) -> str:
    return document(
        *({**TRUST, "Condition": {"StringLike": {"k": f"{number}-*"}}} for number in range(count))
    )


def of_values(count: int) -> str:
    return document({**TRUST, "Condition": {"StringLike": {"k": ["*a*?" * 4] * count}}})


def of_principals(count: int) -> str:
    return document({**TRUST, "Principal": {"AWS": [f"{number:012}" for number in range(count)]}})


def of_keys(count: int) -> str:
    return document({**TRUST, "Condition": {"StringEquals": {f"k{number}": "x" for number in range(count)}}})


def of_faults(count: int) -> str:
    return document({**TRUST, "Action": [f"no action {number}" for number in range(count)]})


def of_sids(count: int) -> str:
    return document(*({**TRUST, "Sid": f"s{number}"} for number in range(count)))


def of_variables(count: int) -> str:
    return document({**TRUST, "Condition": {"StringEquals": {"k": "${aws:username}" * count}}})


@pytest.mark.parametrize(
    "make", [of_statements, of_values, of_principals, of_keys, of_faults, of_sids, of_variables]
)
def test_work_grows_with_the_document(make: Callable[[int], str]) -> None:
    """Ten times the document is at most about ten times the work, whatever it is made of."""

    def work(count: int) -> int:
        text = make(count)
        assert len(text) <= MOST_CHARACTERS

        def read() -> None:
            with suppress(PolicyError):
                parse(text)

        return calls(read)

    assert work(600) < 12 * work(60)


class Name(str):
    """A text that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other) is True

    __hash__ = str.__hash__


def test_a_name_that_comes_twice_is_found_at_once() -> None:
    """Among thousands of members the one that comes twice is found without comparing each with each."""
    pairs: list[tuple[str, object]] = [(Name(f"k{number % 4_999}"), 0) for number in range(5_000)]
    Name.compared = 0

    with pytest.raises(PolicyError, match='"k0" stands twice'):
        jsontext._members(pairs)
    assert Name.compared < 100


@pytest.mark.parametrize("kind", PolicyKind)
def test_an_object_that_holds_itself(kind: PolicyKind) -> None:
    """An object decoded by others that holds itself is a fault, too."""
    ring: dict[str, Any] = {**TRUST}
    ring["Condition"] = {"StringEquals": {"k": ring}}

    with pytest.raises(PolicyError):
        parse({"Statement": ring}, kind=kind)
