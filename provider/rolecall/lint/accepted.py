"""Findings that somebody has accepted: which, where, why, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy.pattern import Glob, tokenize, without_variables
from rolecall.shapes import Faults, Read, fields, shown, text

from .lint import REQUIREMENT_PREFIX
from .model import Finding
from .rules import RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A finding that is known and let be.

    Attributes:
        rule: the rule's id.
        where: the role's ARN or name, or the file's name; ``*`` and ``?`` are wildcards. After a ``#``, the
            JSON pointer in the trust policy at or below which the finding stands.
        reason: why it is let be.
        until: the last day on which it counts as accepted, in UTC; ``None`` for no end.
    """

    rule: str
    where: str
    reason: str
    until: date | None = None

    def covers(self, finding: Finding, places: Sequence[str]) -> bool:
        """Whether this speaks of a finding, whatever the day.

        Args:
            finding: the finding.
            places: the names by which the policy goes: its role's ARN and name, its file's name.
        """
        name, _, pointer = self.where.partition("#")
        glob = Glob(without_variables(tokenize(name, wildcards=True, variables=False)))
        within = not pointer or finding.path == pointer or finding.path.startswith(f"{pointer}/")
        return finding.rule == self.rule and within and any(map(glob.matches, places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A finding, with what was said of it.

    Attributes:
        finding: the finding.
        accepted: the acceptance that covers it and still holds; the finding doesn't count then.
        expired: the acceptance that covered it until its end; the finding counts again.
    """

    finding: Finding
    accepted: Acceptance | None = None
    expired: Acceptance | None = None


def weigh(
    findings: Sequence[Finding], acceptances: Sequence[Acceptance], *, places: Sequence[str], today: date
) -> tuple[Weighed, ...]:
    """Set findings of one policy against what was accepted.

    Args:
        findings: of one policy.
        acceptances: all that there are.
        places: the names by which the policy goes.
        today: the day, in UTC.
    """
    weighed = []
    for finding in findings:
        covering = [each for each in acceptances if each.covers(finding, places)]
        holding = [each for each in covering if each.until is None or each.until >= today]
        weighed.append(
            Weighed(
                finding=finding,
                accepted=holding[0] if holding else None,
                expired=max(covering, key=_end) if covering and not holding else None,
            )
        )
    return tuple(weighed)


def _end(acceptance: Acceptance) -> date:
    return acceptance.until or date.max


def read_acceptances(raw: object, *, path: str) -> tuple[Acceptance, ...]:
    """The checked form of a list of acceptances: mappings with rule, where, reason and, optionally, until.

    Args:
        raw: decoded YAML or JSON; a day may be a date or text such as ``2027-01-31``.
        path: where the list comes from, for faults.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    read: list[Acceptance] = []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise DeclarationError([Fault(path, f"{shown(raw)} is no list", "Give a list of accepted findings")])
    for index, entry in enumerate(raw):
        before = len(faults)
        given = fields(entry, _FIELDS, f"{path}[{index}]", faults, required=("rule", "where", "reason"))
        if len(faults) == before:
            read.append(Acceptance(**given))
    if faults:
        raise DeclarationError(faults)
    return tuple(read)


_IDS: Final = frozenset(rule.id for rule in RULES)


def _rule(value: object, path: str, faults: Faults) -> str | None:
    if isinstance(value, str) and (value in _IDS or value.startswith(REQUIREMENT_PREFIX)):
        return value
    faults.append(Fault(path, f"there is no rule {shown(value)}", "Take the id from the finding"))
    return None


def _day(value: object, path: str, faults: Faults) -> date | None:
    try:
        return date.fromisoformat(value.isoformat() if isinstance(value, date) else str(value))
    except ValueError:
        faults.append(Fault(path, f"{shown(value)} is no day", "Write it like 2027-01-31"))
        return None


_FIELDS: Final[Mapping[str, Read]] = {"rule": _rule, "where": text, "reason": text, "until": _day}
