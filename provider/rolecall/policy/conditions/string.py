"""Operators that compare texts."""

from functools import partial

from ..pattern import Chunk, Context, Glob, Token, Truth
from .operator import Matcher, Operator
from .texts import text_matcher


def _whole(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    return (tokens,)


def _glob(parts: tuple[Chunk, ...]) -> Glob:
    return Glob(parts[0])


def _lowered_glob(parts: tuple[Chunk, ...]) -> Glob:
    return Glob(tuple(token.lower() if isinstance(token, str) else token for token in parts[0]))


def _ignoring_case(values: tuple[str, ...], *, variables: bool, negated: bool) -> Matcher:
    # Lowering a value also lowers the key names of its variables, which have no case anyway.
    inner = text_matcher(
        tuple(map(str.lower, values)),
        split=_whole,
        build=_lowered_glob,
        wildcards=False,
        variables=variables,
        negated=negated,
    )
    return partial(_compare_lowered, inner)


def _compare_lowered(inner: Matcher, given: str, context: Context) -> Truth:
    return inner(given.lower(), context)


_exact = partial(text_matcher, split=_whole, build=_glob, wildcards=False)
_like = partial(text_matcher, split=_whole, build=_glob, wildcards=True)

OPERATORS = tuple(
    Operator(name=name, family="string", matcher=matcher, negated=negated, takes_variables=True)
    for name, matcher, negated in (
        ("StringEquals", _exact, False),
        ("StringNotEquals", _exact, True),
        ("StringEqualsIgnoreCase", _ignoring_case, False),
        ("StringNotEqualsIgnoreCase", _ignoring_case, True),
        ("StringLike", _like, False),
        ("StringNotLike", _like, True),
    )
)
