"""What a part of a request can be, as far as the statements in question tell it apart."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from rolecall.policy import ConditionTest, ContextValue, Principal, Statement
from rolecall.policy.pattern import Context, Truth, Variable

from .forms import form_of, may_have_several_values
from .limits import TooManyCombinationsError
from .textual import takes_variables, tokens_of
from .values import Value, values_of

MOST_DOUBTS: Final = 6
"""How many things that can't be known one part of a request may hang on."""
MOST_SETS: Final = 2_000
"""How many combinations of values a key with several values may have."""

Size = tuple[int, int, int]
"""How big a request is: unusual parts, condition keys, characters. The smallest is shown."""

NO_SIZE: Final[Size] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a part of a request can be.

    Attributes:
        applying: the statements that this part of the request lets apply, as bits by their number.
        size: what it adds to the request.
        context: condition keys, as some statement writes them, and values.
        principal: who asks, where this is what the part is about.
        doubts: what was assumed, because the evaluator can't know it or because it hangs on other parts.
    """

    applying: int
    size: Size
    context: tuple[tuple[str, ContextValue], ...] = ()
    principal: Principal | None = None
    doubts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition as policies mean it: two that differ in the spelling of the key only are the same.

    Attributes:
        operator: as written.
        key: in lower case.
        values: without order.
        variables: whether a value holds a policy variable.
        written: the key as some policy spells it.
    """

    operator: str
    key: str
    values: frozenset[str]
    variables: bool
    written: str = field(compare=False)

    @classmethod
    def of(cls, test: ConditionTest) -> "Atom":
        """The atom of a condition."""
        return cls(test.operator, test.lookup_key, frozenset(test.values), takes_variables(test), test.key)


def key_options(
    key: str, statements: Sequence[Statement], *, fixed: str | None = None, lacking: Collection[str] = ()
) -> list[Option]:
    """All that one condition key can be, the smallest option for each set of statements that it lets apply.

    Args:
        key: in lower case; none of the principal's own.
        statements: by their numbers.
        fixed: the only value that the key can have, which a request needn't tell.
        lacking: keys, in lower case, that no request of this kind has.

    Raises:
        TooManyCombinationsError: of patterns, of doubts, or of several values.
    """
    tests = {
        test: None for statement in statements for test in statement.conditions if test.lookup_key == key
    }
    written = next(iter(tests)).key
    found: dict[tuple[int, bool], Option] = {}
    try:
        values, opaque = values_of(key, list(tests))
        for given, size in _settings(key, list(tests), values) if fixed is None else [(fixed, NO_SIZE)]:
            context: dict[str, ContextValue] = {} if given is None else {key: given}
            shown = () if given is None or fixed is not None else ((written, given),)
            doubtful = opaque if given is not None else frozenset[ConditionTest]()
            hopeless = frozenset(test for test in doubtful if _never_has_a_value(test, lacking))
            for applying, doubts in judged(statements, tests, context, doubtful - hopeless):
                keep(found, Option(applying, size, shown, doubts=doubts))
    except TooManyCombinationsError as error:
        raise TooManyCombinationsError(f"{error} of {written}") from error
    return list(found.values())


def _never_has_a_value(test: ConditionTest, lacking: Collection[str]) -> bool:
    """Whether all values of a positive condition hold a variable that has none: then it is false."""
    return not test.use.operator.negated and all(
        any(
            isinstance(token, Variable) and token.default is None and token.key in lacking
            for token in tokens_of(test, value)
        )
        for value in test.values
    )


def keep(found: dict[tuple[int, bool], Option], option: Option) -> None:
    """Remember an option unless a smaller one lets the same statements apply."""
    index = option.applying, bool(option.doubts)
    if index not in found or option.size < found[index].size:
        found[index] = option


def judged(
    statements: Sequence[Statement],
    tests: Collection[ConditionTest],
    context: Context,
    opaque: Collection[ConditionTest],
    named: Callable[[Statement], Truth] = lambda _statement: True,
) -> Iterator[tuple[int, frozenset[str]]]:
    """The statements that a part of a request lets apply; several answers where not all can be known.

    What can't be known is assumed either way, the same for all conditions that ask the same.

    Args:
        statements: by their numbers.
        tests: the conditions that are about this part.
        context: the condition keys of this part.
        opaque: conditions whose answer hangs on other parts, too.
        named: whether a statement names the principal, where the part is about the principal.

    Raises:
        TooManyCombinationsError: of doubts.
    """
    atoms: dict[Atom, Truth] = {
        Atom.of(test): None if test in opaque else test.holds(context) for test in tests
    }
    naming = [named(statement) for statement in statements]
    doubtful: list[Atom | None] = [atom for atom, truth in atoms.items() if truth is None]
    if None in naming:
        doubtful.append(None)
    if len(doubtful) > MOST_DOUBTS:
        raise TooManyCombinationsError("what can't be known")
    asked = [[Atom.of(test) for test in each.conditions if test in tests] for each in statements]
    answers: dict[int, None] = {}
    for assumption in product((False, True), repeat=len(doubtful)):
        assumed = dict(zip(doubtful, assumption, strict=True))
        applying = 0
        for number, (name, needed) in enumerate(zip(naming, asked, strict=True)):
            applies = assumed[None] if name is None else name
            if applies and all(assumed[a] if atoms[a] is None else atoms[a] for a in needed):
                applying |= 1 << number
        answers[applying] = None
    doubts = frozenset(map(_doubt, doubtful)) if len(answers) > 1 else frozenset()
    yield from ((applying, doubts) for applying in answers)


def _doubt(atom: Atom | None) -> str:
    if atom is None:
        return 'whether {"AWS": "*"} names services and federated identities is not documented'
    if atom.variables:
        return f"{atom.written} is compared with a policy variable, which ties it to another condition key"
    return f"what {atom.operator} makes of a value that {atom.written} may have is not known"


def _settings(
    key: str, tests: Sequence[ConditionTest], values: Sequence[Value]
) -> Iterable[tuple[ContextValue | None, Size]]:
    yield None, (int(form_of(key).always), 0, 0)
    for value in values:
        yield value.text, (int(not value.usual), 1, len(value.text))
    quantified = any(test.use.quantifier is not None for test in tests)
    if may_have_several_values(key, quantified=quantified):
        yield from _sets(values, tests)


def _sets(values: Sequence[Value], tests: Sequence[ConditionTest]) -> Iterable[tuple[tuple[str, ...], Size]]:
    """Sets of two values or more: one for each way in which conditions can find theirs among them."""
    single: Mapping[Value, tuple[frozenset[Truth], ...]] = {
        value: tuple(frozenset({test.holds({test.lookup_key: (value.text,)})}) for test in tests)
        for value in values
        if value.text
    }
    edge: dict[tuple[frozenset[Truth], ...], tuple[Value, ...]] = {
        answers: (value,) for value, answers in single.items()
    }
    seen = set(edge)
    while edge:
        following: dict[tuple[frozenset[Truth], ...], tuple[Value, ...]] = {}
        for answers, chosen in edge.items():
            for value, more in single.items():
                joined = tuple(one | other for one, other in zip(answers, more, strict=True))
                if joined not in seen:
                    seen.add(joined)
                    following[joined] = (*chosen, value)
        if len(seen) > MOST_SETS:
            raise TooManyCombinationsError("sets of values")
        for chosen in following.values():
            texts = tuple(value.text for value in chosen)
            yield texts, (sum(not value.usual for value in chosen), 1, sum(map(len, texts)) + len(texts))
        edge = following
