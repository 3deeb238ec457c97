"""Languages of texts as unions of patterns, with a shortest text for each combination of them."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from .limits import TooManyCombinationsError

MOST_STATES: Final = 20_000
"""How many states of the joint automaton of one condition key are looked at."""


@dataclass(frozen=True, slots=True)
class CharSet:
    """A set of characters: those listed, or all but those listed.

    Attributes:
        characters: what is listed.
        excluding: whether the set is the complement.
    """

    characters: frozenset[str]
    excluding: bool = False

    def __contains__(self, character: str) -> bool:
        return (character in self.characters) != self.excluding

    def __and__(self, other: "CharSet") -> "CharSet":
        if self.excluding and other.excluding:
            return CharSet(self.characters | other.characters, excluding=True)
        if self.excluding:
            return CharSet(other.characters - self.characters)
        if other.excluding:
            return CharSet(self.characters - other.characters)
        return CharSet(self.characters & other.characters)

    def __le__(self, other: "CharSet") -> bool:
        if self.excluding:
            return other.excluding and other.characters <= self.characters
        if other.excluding:
            return self.characters.isdisjoint(other.characters)
        return self.characters <= other.characters


ANY: Final = CharSet(frozenset(), excluding=True)


@dataclass(frozen=True, slots=True)
class Element:
    """One character of a set, or with ``repeated`` any number of them."""

    charset: CharSet
    repeated: bool = False


Pattern = tuple[Element, ...]
"""A pattern: its elements one after another."""

Language = tuple[Pattern, ...]
"""The texts that fit one of some patterns."""

EVERYTHING: Final[Language] = ((Element(ANY, repeated=True),),)


def literal(text: str) -> Pattern:
    """The pattern that one text fits."""
    return tuple(Element(CharSet(frozenset(character))) for character in text)


def within(pattern: Pattern, charset: CharSet) -> Pattern:
    """The pattern with no characters but those of a set."""
    return tuple(Element(element.charset & charset, element.repeated) for element in pattern)


def at_least(count: int, charset: CharSet) -> Pattern:
    """So many characters of a set, or more."""
    return (*(Element(charset),) * count, Element(charset, repeated=True))


_PLEASANT: Final = "xyzabcdefghijklmnopqrstuvw9876543210XYZABCDEFGHIJKLMNOPQRSTUVW-_./:"
_RANK: Final = {character: rank for rank, character in enumerate(_PLEASANT)}


def _rank(character: str) -> tuple[int, str]:
    return _RANK.get(character, len(_RANK)), character


def _unmentioned(mentioned: frozenset[str]) -> str:
    pleasant = next((character for character in _PLEASANT if character not in mentioned), None)
    if pleasant is not None:
        return pleasant
    return next(character for character in map(chr, range(0xA1, 0x10000)) if character not in mentioned)


def _letters(charsets: Iterable[CharSet]) -> dict[tuple[bool, ...], list[str]]:
    """One character for each combination of sets, by the combination of those that list more than one.

    No pattern tells the characters of a combination apart, so the whole of Unicode becomes a short alphabet.
    """
    distinct = list(dict.fromkeys(charsets))
    mentioned = frozenset().union(*(charset.characters for charset in distinct))
    coarse = [charset for charset in distinct if charset.excluding or len(charset.characters) > 1]
    single = {character for charset in distinct if charset not in coarse for character in charset.characters}
    chosen: dict[tuple[bool, ...], list[str]] = {}
    seen: set[tuple[bool, ...]] = set()
    for character in (_unmentioned(mentioned), *sorted(mentioned - single, key=_rank)):
        signature = tuple(character in charset for charset in coarse)
        if signature not in seen:
            seen.add(signature)
            chosen.setdefault(signature, []).append(character)
    for character in sorted(single, key=_rank):
        chosen.setdefault(tuple(character in charset for charset in coarse), []).append(character)
    return {signature: sorted(letters, key=_rank) for signature, letters in chosen.items()}


class _Machine:
    """The joint automaton of some languages: a state is the set of places reached, as bits of a number."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self.start = 0
        self.accepting = [0] * len(languages)
        self.extent = [0] * len(languages)
        self._repeated = 0
        self._needless: dict[int, int] = {}
        places: list[tuple[int, Element]] = []
        bit = 1
        for number, language in enumerate(languages):
            for pattern in language:
                self.start |= bit
                first = bit
                for index, element in enumerate(pattern):
                    places.append((bit, element))
                    if element.repeated:
                        self._repeated |= bit
                        self._needless[bit] = _needless(pattern, index, first)
                    self.extent[number] |= bit
                    bit <<= 1
                self.accepting[number] |= bit
                self.extent[number] |= bit
                bit <<= 1
        self.start = self._settle(self.start)
        self.groups = list(_letters(element.charset for _, element in places).values())
        self._once: dict[str, int] = {}
        self._again: dict[str, int] = {}
        self._telling: dict[str, int] = {}
        for letter in (letter for group in self.groups for letter in group):
            fits = [(place, element) for place, element in places if letter in element.charset]
            self._once[letter] = reduce(or_, (place for place, element in fits if not element.repeated), 0)
            self._again[letter] = reduce(or_, (place for place, element in fits if element.repeated), 0)
            alone = frozenset(letter)
            self._telling[letter] = reduce(
                or_, (p for p, e in fits if e.charset.characters == alone and not e.charset.excluding), 0
            )

    def step(self, state: int, letter: str) -> int:
        """The state after one more letter."""
        return self._settle(((state & self._once[letter]) << 1) | (state & self._again[letter]))

    def candidates(self, state: int) -> Iterable[str]:
        """Letters after which all states that can follow have been seen."""
        for group in self.groups:
            indifferent = False
            for letter in group:
                if state & self._telling[letter]:
                    yield letter
                elif not indifferent:
                    indifferent = True
                    yield letter

    def accepted(self, state: int) -> int:
        """The languages that the text belongs to, as bits by their number."""
        return sum(1 << number for number, places in enumerate(self.accepting) if state & places)

    def _settle(self, state: int) -> int:
        """Repeat nothing where that is possible, and forget places that promise less than a later one."""
        fresh = state & self._repeated
        while fresh:
            beyond = (fresh << 1) & ~state
            state |= beyond
            fresh = beyond & self._repeated
        rest = state & self._repeated
        while rest:
            place = rest & -rest
            rest ^= place
            state &= ~self._needless[place]
        return state


def _needless(pattern: Pattern, index: int, first: int) -> int:
    """Places from which nothing is left but what the repeated element at ``index`` takes up as well."""
    places = 0
    for earlier in range(index - 1, -1, -1):
        if not pattern[earlier].charset <= pattern[index].charset:
            break
        places |= first << earlier
    return places


def shortest_texts(languages: Sequence[Language], *, domain: Language = EVERYTHING) -> Mapping[int, str]:
    """A shortest text of the domain for each combination of languages that some text of it belongs to.

    Args:
        languages: by their numbers.
        domain: the texts that there are.

    Returns:
        Texts by the set of their languages: bit ``n`` stands for the ``n``-th language.

    Raises:
        TooManyCombinationsError: after ``MOST_STATES`` states.
    """
    machine = _Machine((*languages, domain))
    alive, whole = machine.extent[-1], 1 << len(languages)
    found: dict[int, str] = {}
    seen = {machine.start}
    queue = deque([(machine.start, "")])
    while queue:
        state, text = queue.popleft()
        accepted = machine.accepted(state)
        if accepted & whole:
            found.setdefault(accepted ^ whole, text)
        for letter in machine.candidates(state):
            after = machine.step(state, letter)
            if after & alive and after not in seen:
                seen.add(after)
                queue.append((after, text + letter))
        if len(seen) > MOST_STATES:
            raise TooManyCombinationsError("its patterns")
    return found
