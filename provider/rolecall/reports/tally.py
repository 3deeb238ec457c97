"""Counts and sorts the roles of a report by what came of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rolecall.verification.model import Verdict

from .document import ReportDocument, RoleDocument
from .words import VERDICTS

NOTHING_PROBED: Final = "nothing probed"
NOT_VERIFIED: Final = "not verified"

ORDER: Final = (
    str(Verdict.REFUTED),
    NOT_VERIFIED,
    str(Verdict.INCONCLUSIVE),
    str(Verdict.PENDING),
    NOTHING_PROBED,
    str(Verdict.PROVED),
)
"""What may come of a role, the worst first."""

_SYMBOLS: Final[Mapping[str, str]] = MappingProxyType(
    {str(verdict): words.symbol for verdict, words in VERDICTS.items()}
)


def verdict_of(role: RoleDocument) -> str:
    """The verdict of one role, or that nothing was probed."""
    return str(role["verdict"] or NOTHING_PROBED)


def worst_first(document: ReportDocument) -> list[RoleDocument]:
    """The roles by what came of them, the worst first, then by ARN."""
    return sorted(document["roles"], key=lambda role: (ORDER.index(verdict_of(role)), role["role_arn"]))


def tally(document: ReportDocument) -> dict[str, int]:
    """How many roles came to what; the worst first, without what no role came to."""
    told = [*map(verdict_of, document["roles"]), *(NOT_VERIFIED for _ in document["unverified"])]
    return {word: told.count(word) for word in ORDER if word in told}


def tally_sentence(document: ReportDocument) -> str:
    """The tally in a line: ``3 roles: 1 refuted, 2 proved``."""
    counts = tally(document)
    total = sum(counts.values())
    if not total:
        return "no roles"
    words = ", ".join(f"{count} {word}" for word, count in counts.items())
    return f"{total} role{'' if total == 1 else 's'}: {words}"


def symbol(word: str) -> str:
    """The sign that stands before a word of the tally; it repeats what the word says."""
    return _SYMBOLS.get(word, "○")
