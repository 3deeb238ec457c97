"""The joint automaton knows every combination of languages, by a shortest text, as regular expressions do."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolecall.guarantee import languages
from rolecall.guarantee.languages import ANY, CharSet, Element, Language, Pattern, shortest_texts
from rolecall.guarantee.limits import TooManyCombinationsError

LETTERS = "ab:"
LONGEST = 5

_charsets = st.sampled_from(
    [
        ANY,
        *(CharSet(frozenset(each)) for each in ("a", "b", ":", "ab")),
        CharSet(frozenset(":"), excluding=True),
    ]
)
_patterns = st.lists(st.builds(Element, _charsets, st.booleans()), max_size=4).map(tuple)
_languages = st.lists(_patterns, min_size=1, max_size=2).map(tuple)


def expression(language: Language) -> re.Pattern[str]:
    return re.compile("|".join(map(_regex, language)), re.DOTALL)


def _regex(pattern: Pattern) -> str:
    def one(element: Element) -> str:
        listed = "".join(map(re.escape, sorted(element.charset.characters)))
        inside = f"[{'^' if element.charset.excluding else ''}{listed}]" if listed else "."
        return inside + ("*" if element.repeated else "")

    return f"(?:{''.join(map(one, pattern))})"


@settings(deadline=None, max_examples=200)
@given(st.lists(_languages, min_size=1, max_size=3), _languages)
def test_shortest_texts_are_all_there_are(chosen: list[Language], domain: Language) -> None:
    """Each combination that some short text has is found, and its text belongs to just those languages."""
    found = shortest_texts(chosen, domain=domain)
    expressions = [expression(each) for each in chosen]

    def combination(text: str) -> int:
        return sum(1 << n for n, each in enumerate(expressions) if each.fullmatch(text))

    for bits, text in found.items():
        assert expression(domain).fullmatch(text)
        assert combination(text) == bits
    for length in range(LONGEST + 1):
        for letters in product(LETTERS + "x", repeat=length):
            text = "".join(letters)
            if expression(domain).fullmatch(text):
                assert len(found[combination(text)]) <= length


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An automaton with too many states is given up."""
    monkeypatch.setattr(languages, "MOST_STATES", 10)
    star = Element(ANY, repeated=True)
    wide: list[Language] = [((star, Element(CharSet(frozenset(each))), star),) for each in "abcdef"]

    with pytest.raises(TooManyCombinationsError):
        shortest_texts(wide)
