"""Operators that compare ARNs part by part; ``Equals`` and ``Like`` are the same."""

from functools import partial

from ..pattern import ArnGlob, Chunk, Glob, split_arn
from .operator import Operator
from .texts import text_matcher


def _arn_glob(parts: tuple[Chunk, ...]) -> ArnGlob:
    return ArnGlob(tuple(map(Glob, parts)))


arn_matcher = partial(text_matcher, split=split_arn, build=_arn_glob, wildcards=True)

OPERATORS = tuple(
    Operator(name=name, family="arn", matcher=arn_matcher, negated=negated, takes_variables=True)
    for name, negated in (
        ("ArnEquals", False),
        ("ArnNotEquals", True),
        ("ArnLike", False),
        ("ArnNotLike", True),
    )
)
