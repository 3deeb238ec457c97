"""How operators on texts and ARNs compare: literal values, patterns, and values with policy variables."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ..pattern import Chunk, Context, Token, Truth, resolve, tokenize, without_variables
from ..request import Unknown
from .operator import Matcher


class Pattern(Protocol):
    """Something that a text may fit."""

    def matches(self, text: str) -> Truth:
        """Whether the text fits; ``None`` where that can't be known."""
        ...


Split = Callable[[tuple[Token, ...]], tuple[tuple[Token, ...], ...]]
"""Cuts a value into the parts that are compared one by one, before variables get their values."""

Build = Callable[[tuple[Chunk, ...]], Pattern]
"""Makes a pattern out of parts without variables."""


@dataclass(frozen=True, slots=True)
class Template:
    """A value with variables, which becomes a pattern for one request at a time.

    Attributes:
        parts: literal texts, wildcards and variables of each part.
        build: makes the pattern once the variables have values.
        without_value: the answer where a variable has no value.
    """

    parts: tuple[tuple[Token, ...], ...]
    build: Build
    without_value: Truth

    def matches(self, given: str, context: Context) -> Truth:
        """Whether a value of the request fits."""
        resolved = [resolve(tokens, context) for tokens in self.parts]
        known = [tokens for tokens in resolved if tokens is not None and not isinstance(tokens, Unknown)]
        if len(known) == len(resolved):
            return self.build(tuple(known)).matches(given)
        return self.without_value if None in resolved else None


def text_matcher(
    values: tuple[str, ...], *, split: Split, build: Build, wildcards: bool, variables: bool, negated: bool
) -> Matcher:
    """Read an operator's values once.

    What a negated operator makes of a variable without value is not documented: its answer
    can't be known. A positive one is false.

    Args:
        values: the policy's values.
        split: cuts a value into the parts that are compared one by one.
        build: makes a pattern out of literal texts and wildcards.
        wildcards: whether ``*`` and ``?`` are wildcards.
        variables: whether the policy's version has variables.
        negated: whether the outcome will be turned around.

    Raises:
        VariableSyntaxError: a value holds a broken variable.
    """
    literals: set[str] = set()
    patterns: list[Pattern] = []
    templates: list[Template] = []
    for value in values:
        tokens = tokenize(value, wildcards=wildcards, variables=variables)
        fixed = without_variables(tokens)
        texts = tuple(token for token in fixed if isinstance(token, str))
        if len(fixed) < len(tokens):
            templates.append(Template(split(tokens), build, None if negated else False))
        elif len(texts) < len(fixed):
            patterns.append(build(tuple(map(without_variables, split(tokens)))))
        else:
            literals.add("".join(texts))
    if not patterns and not templates:
        return partial(_among, frozenset(literals))
    return partial(_fitting, frozenset(literals), tuple(patterns), tuple(templates))


def _among(literals: frozenset[str], given: str, _context: Context) -> Truth:
    return given in literals


def _fitting(
    literals: frozenset[str],
    patterns: tuple[Pattern, ...],
    templates: tuple[Template, ...],
    given: str,
    context: Context,
) -> Truth:
    if given in literals:
        return True
    unknown = False
    for pattern in patterns:
        truth = pattern.matches(given)
        if truth:
            return True
        unknown = unknown or truth is None
    for template in templates:
        truth = template.matches(given, context)
        if truth:
            return True
        unknown = unknown or truth is None
    return None if unknown else False
