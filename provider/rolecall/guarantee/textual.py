"""The languages of the texts that a condition's values match."""

from functools import cache
from typing import Final

from rolecall.policy import ConditionTest
from rolecall.policy.pattern import (
    ARN_PARTS,
    Chunk,
    Token,
    Variable,
    Wildcard,
    split_arn,
    tokenize,
    without_variables,
)

from .languages import ANY, EVERYTHING, CharSet, Element, Language, Pattern, literal

_NO_COLON: Final = CharSet(frozenset(":"), excluding=True)
_FURTHEST_CASED: Final = 0x1F000
_CONTEXTUAL: Final = frozenset("\u0307\u03c3\u03c2")
"""Characters that lowering makes of several, or of the same one depending on its neighbours."""


def takes_variables(test: ConditionTest) -> bool:
    """Whether a value holds a policy variable, which ties the key to another one."""
    if not (test.variables and test.use.operator.takes_variables):
        return False
    return any(isinstance(token, Variable) for value in test.values for token in tokens_of(test, value))


def tokens_of(test: ConditionTest, value: str) -> tuple[Token, ...]:
    """A value taken apart as its operator does it."""
    operator = test.use.operator
    return tokenize(
        value,
        wildcards=operator.family == "arn" or operator.name.endswith("Like"),
        variables=test.variables,
    )


def is_textual(test: ConditionTest) -> bool:
    """Whether a condition compares texts in a way that ``languages_of`` can describe."""
    family, name = test.use.operator.family, test.use.operator.name
    if family not in {"string", "arn", "boolean"} or takes_variables(test):
        return False
    return not ("IgnoreCase" in name and any(_CONTEXTUAL & set(value.lower()) for value in test.values))


def languages_of(test: ConditionTest) -> tuple[Language, ...]:
    """Languages that tell apart whatever the condition tells apart; it must be textual."""
    operator = test.use.operator
    if operator.family == "boolean":
        return tuple((_ignoring_case(word),) for word in ("true", "false"))
    if operator.family == "arn":
        return _of_arns(test)
    if "IgnoreCase" in operator.name:
        return (tuple(map(_ignoring_case, _plain(test))),)
    return (tuple(_glob(without_variables(tokens_of(test, value)), ANY) for value in test.values),)


def _plain(test: ConditionTest) -> list[str]:
    """Values without wildcards, in lower case, with ``${*}`` and the like replaced by what they stand for."""
    chunks = (without_variables(tokens_of(test, value)) for value in test.values)
    return ["".join(token for token in chunk if isinstance(token, str)).lower() for chunk in chunks]


def _glob(chunk: Chunk, charset: CharSet) -> Pattern:
    """A pattern whose wildcards stand for characters of a set only."""
    found: list[Element] = []
    for token in chunk:
        if isinstance(token, Wildcard):
            found.append(Element(charset, repeated=token is Wildcard.MANY))
        else:
            found.extend(literal(token))
    return tuple(found)


def _of_arns(test: ConditionTest) -> tuple[Language, ...]:
    """What fits for sure, and what a pattern that is no ARN only might fit."""
    sure: list[Pattern] = []
    perhaps: list[Pattern] = []
    for value in test.values:
        tokens = tokens_of(test, value)
        whole = without_variables(tokens)
        parts = [without_variables(part) for part in split_arn(tokens)]
        if whole == (Wildcard.MANY,):
            sure.extend(EVERYTHING)
        elif all(isinstance(token, str) for token in whole) or len(parts) != ARN_PARTS:
            (perhaps if len(parts) != ARN_PARTS else sure).append(_glob(whole, ANY))
        else:
            pattern = _glob(parts[0], _NO_COLON)
            for number, part in enumerate(parts[1:], start=2):
                pattern += (*literal(":"), *_glob(part, ANY if number == ARN_PARTS else _NO_COLON))
            sure.append(pattern)
    return (tuple(sure), tuple(perhaps)) if perhaps else (tuple(sure),)


def _ignoring_case(lowered: str) -> Pattern:
    return tuple(Element(CharSet(_capitals(character))) for character in lowered)


@cache
def _capitals(lowered: str) -> frozenset[str]:
    """All characters that lowering turns into this one, itself included; the Kelvin sign is a k, too."""
    if lowered.isascii():
        return frozenset(each for each in (lowered, lowered.upper(), "\u212a") if each.lower() == lowered)
    return frozenset(each for each in map(chr, range(_FURTHEST_CASED)) if each.lower() == lowered)
