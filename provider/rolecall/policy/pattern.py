"""Texts of a policy with wildcards and policy variables, taken apart once and matched often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final

from .request import UNKNOWN, ContextValue, Unknown

Truth = bool | None
"""A three-valued answer; ``None`` where it can't be known, so that unknown is never taken for yes."""

Context = Mapping[str, ContextValue]
"""Condition keys in lower case and their values."""

ARN_PARTS: Final = 6


class Wildcard(Enum):
    """What stands for other characters in a pattern."""

    ONE = "?"
    MANY = "*"


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable such as ``${aws:username}`` or ``${aws:PrincipalTag/team, 'none'}``.

    Attributes:
        key: the condition key, in lower case.
        default: what stands in for an absent key; ``None`` where nothing does.
    """

    key: str
    default: str | None = None

    def value(self, context: Context) -> str | Unknown | None:
        """Return the text that replaces the variable: ``None`` where there is none, or ``UNKNOWN``.

        A key with several values has no defined text as a variable, hence ``UNKNOWN``.
        """
        given = context.get(self.key)
        if given is None:
            return self.default
        if isinstance(given, str | Unknown):
            return given
        return given[0] if len(given) == 1 else UNKNOWN


Token = str | Wildcard | Variable
Chunk = tuple[str | Wildcard, ...]


class VariableSyntaxError(ValueError):
    """A ``${`` that does not begin a policy variable; the message says why."""


_ESCAPED: Final = {"*": "*", "?": "?", "$": "$"}


def tokenize(text: str, *, wildcards: bool, variables: bool) -> tuple[Token, ...]:
    """Take a text apart into literal texts, wildcards and variables.

    Args:
        text: as it stands in the policy.
        wildcards: whether ``*`` and ``?`` are more than ordinary characters here.
        variables: whether ``${…}`` is; only version 2012-10-17 has variables
            (AWS page: IAM policy elements: Variables and tags).

    Raises:
        VariableSyntaxError: a ``${`` without its ``}``, or with no key in it.
    """
    if not ("$" in text or "*" in text or "?" in text):
        return (text,) if text else ()
    tokens: list[Token] = []
    literal: list[str] = []

    def flush() -> None:
        if literal:
            tokens.append("".join(literal))
            literal.clear()

    place = 0
    while place < len(text):
        character = text[place]
        if variables and text.startswith("${", place):
            end = text.find("}", place)
            if end < 0:
                raise VariableSyntaxError('"${" has no closing "}"')
            inside = text[place + 2 : end]
            if inside in _ESCAPED:
                literal.append(_ESCAPED[inside])
            else:
                flush()
                tokens.append(_variable(inside))
            place = end + 1
            continue
        if wildcards and character in "*?":
            flush()
            wildcard = Wildcard(character)
            if wildcard is not Wildcard.MANY or not tokens or tokens[-1] is not Wildcard.MANY:
                tokens.append(wildcard)
        else:
            literal.append(character)
        place += 1
    flush()
    return tuple(tokens)


def _variable(inside: str) -> Variable:
    key, comma, default = inside.partition(",")
    if not key.strip():
        raise VariableSyntaxError(f'"${{{inside}}}" names no condition key')
    if not comma:
        return Variable(key.strip().lower())
    quoted = default.strip()
    if len(quoted) < len("''") or quoted[0] != "'" or quoted[-1] != "'":
        raise VariableSyntaxError(f"the default value in \"${{{inside}}}\" is not in 'single quotes'")
    return Variable(key.strip().lower(), quoted[1:-1])


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern of literal texts and wildcards, matched in linear time.

    Attributes:
        tokens: literal texts and wildcards in order, never two ``*`` in a row.
    """

    tokens: Chunk
    _head: Chunk = field(init=False, repr=False, compare=False)
    _middle: tuple[Chunk, ...] = field(init=False, repr=False, compare=False)
    _tail: Chunk | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        chunks: list[list[str | Wildcard]] = [[]]
        for token in self.tokens:
            if token is Wildcard.MANY:
                chunks.append([])
            else:
                chunks[-1].append(token)
        frozen = [tuple(chunk) for chunk in chunks]
        object.__setattr__(self, "_head", frozen[0])
        object.__setattr__(self, "_middle", tuple(frozen[1:-1]))
        object.__setattr__(self, "_tail", frozen[-1] if len(frozen) > 1 else None)

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        if self._tail is None:
            return len(text) == _width(self._head) and _fits(self._head, text, 0)
        end = len(text) - _width(self._tail)
        if not (_fits(self._head, text, 0) and _fits(self._tail, text, end)):
            return False
        place = _width(self._head)
        for chunk in self._middle:
            place = _find(chunk, text, place, end)
            if place < 0:
                return False
            place += _width(chunk)
        return place <= end


def _width(chunk: Chunk) -> int:
    return sum(len(part) if isinstance(part, str) else 1 for part in chunk)


def _fits(chunk: Chunk, text: str, place: int) -> bool:
    for part in chunk:
        if isinstance(part, str):
            if not text.startswith(part, place):
                return False
            place += len(part)
        else:
            place += 1
    return True


def _find(chunk: Chunk, text: str, start: int, end: int) -> int:
    """Return the first place where the chunk fits; the leftmost is as good as any, so no backtracking."""
    if len(chunk) == 1 and isinstance(chunk[0], str):
        return text.find(chunk[0], start, end)
    for place in range(start, end - _width(chunk) + 1):
        if _fits(chunk, text, place):
            return place
    return -1


@dataclass(frozen=True, slots=True)
class ArnGlob:
    """A pattern for ARNs: its six colon-separated parts are matched one by one.

    The last part may itself hold colons; a wildcard never reaches beyond its own part
    (AWS page: IAM JSON policy elements: Condition operators, ARN operators).

    Attributes:
        parts: the pattern's parts; other than six means that the pattern is no ARN.
    """

    parts: tuple[Glob, ...]

    def matches(self, text: str) -> Truth:
        """Whether an ARN fits; ``None`` where the pattern is no ARN and only might fit.

        A lone ``*`` fits everything. What AWS makes of other patterns with fewer than six parts
        is not documented: one whose wildcards would have to reach across colons can't be decided.
        """
        if self.parts == _ANY_ARN:
            return True
        if len(self.parts) != ARN_PARTS:
            return None if _across(self.parts).matches(text) else False
        given = text.split(":", ARN_PARTS - 1)
        return len(given) == ARN_PARTS and all(map(Glob.matches, self.parts, given))


_ANY_ARN: Final = (Glob((Wildcard.MANY,)),)


@lru_cache(maxsize=256)
def _across(parts: tuple[Glob, ...]) -> Glob:
    tokens: list[str | Wildcard] = []
    for part in parts:
        tokens += (":", *part.tokens) if tokens else part.tokens
    return Glob(tuple(tokens))


def split_arn(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], ...]:
    """Split the tokens of an ARN pattern at its first five colons; those in variables don't count."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        for number, piece in enumerate(token.split(":", ARN_PARTS - len(parts))):
            if number:
                parts.append([])
            if piece:
                parts[-1].append(piece)
    return tuple(map(tuple, parts))


def without_variables(tokens: Sequence[Token]) -> Chunk:
    """Return the tokens that are no variables."""
    return tuple(token for token in tokens if not isinstance(token, Variable))


def resolve(tokens: Sequence[Token], context: Context) -> Chunk | Unknown | None:
    """Replace variables by their values; what a value holds is literal, wildcards included.

    Returns:
        The tokens without variables; ``None`` where a variable has no value, ``UNKNOWN`` where its value
        can't be known.
    """
    resolved: list[str | Wildcard] = []
    unknown = False
    for token in tokens:
        if not isinstance(token, Variable):
            resolved.append(token)
            continue
        value = token.value(context)
        if value is None:
            return None
        if value is UNKNOWN:
            unknown = True
        elif value:
            resolved.append(value)
    return UNKNOWN if unknown else tuple(resolved)
