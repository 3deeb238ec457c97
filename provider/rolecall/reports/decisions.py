"""Tells the evaluator's decisions, and why each statement did not apply, in sentences."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rolecall.policy import UNKNOWN, Answer, Decision, Mismatch, PolicyKind, Side, StatementRef

from .safe import fingerprint, quoted

SHOWN_VALUES: Final = 3
"""Values of a list that a sentence shows; the others are counted."""

_ELEMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Principal": "trusts",
        "Action": "is about the action",
        "Resource": "is about the resource",
    }
)

_FAILED_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "StringEquals": "is not",
        "StringEqualsIgnoreCase": "is not, in any case,",
        "StringLike": "does not match",
        "StringNotEquals": "is",
        "StringNotEqualsIgnoreCase": "is, in some case,",
        "StringNotLike": "matches",
        "ArnEquals": "does not match",
        "ArnLike": "does not match",
        "ArnNotEquals": "matches",
        "ArnNotLike": "matches",
        "NumericEquals": "is not",
        "NumericNotEquals": "is",
        "NumericLessThan": "is not less than",
        "NumericLessThanEquals": "is greater than",
        "NumericGreaterThan": "is not greater than",
        "NumericGreaterThanEquals": "is less than",
        "DateEquals": "is not",
        "DateNotEquals": "is",
        "DateLessThan": "is not before",
        "DateLessThanEquals": "is after",
        "DateGreaterThan": "is not after",
        "DateGreaterThanEquals": "is before",
        "Bool": "is not",
        "BinaryEquals": "is not",
        "IpAddress": "is not in",
        "NotIpAddress": "is in",
    }
)
"""What it means for a request's value that a condition with this operator did not hold."""

_SIDES: Final[Mapping[Side, str]] = MappingProxyType(
    {
        Side.TRUST: "the trust policy",
        Side.CALLER: "the caller's own policies",
        Side.GUARDRAIL: "a guardrail of the organization",
    }
)


def decision_sentence(decision: Decision) -> str:
    """The decision in one sentence, with the statements that settled it or the side that is missing."""
    settled = ", ".join(map(statement_name, decision.settled_by))
    if decision.answer is Answer.ALLOWED:
        return f"Allowed by {settled}."
    if decision.answer is Answer.UNKNOWN:
        return f"Cannot be told: it depends on {_join(_sides(decision, Answer.UNKNOWN))}."
    if decision.barred_by is not None:
        return f"Denied, whatever the policies say: {decision.barred_by}."
    who = _join(_sides(decision, Answer.DENIED)) or "no policy"
    if settled:
        return f"Denied by {who}: {settled}."
    return f"Denied by {who}: no statement allows it."


def explain(decision: Decision, *, redact: Collection[str] = ()) -> tuple[str, ...]:
    """A decision and the reasons for it.

    Args:
        decision: what the evaluator answered.
        redact: condition keys, in any case, whose values are shown as fingerprints.

    Returns:
        The sentence of the decision, then one for each statement that did not apply or is in doubt.
    """
    reasons = dict.fromkeys((*decision.doubts, *decision.mismatches))
    return (decision_sentence(decision), *(mismatch_sentence(each, redact=redact) for each in reasons))


def mismatch_sentence(mismatch: Mismatch, *, redact: Collection[str] = ()) -> str:
    """Why one statement did not apply: ``Statement 2: sts:ExternalId "a" is not one of ["b", "c"].``"""
    hidden = mismatch.key is not None and mismatch.key.casefold() in {key.casefold() for key in redact}
    name = statement_name(mismatch.statement)
    return f"{name[0].upper()}{name[1:]}: {_reason(mismatch, hidden=hidden)}."


def statement_name(ref: StatementRef) -> str:
    """A statement as people count: from 1, with its Sid and, outside the trust policy, where it stands."""
    sid = f" ({quoted(ref.sid)})" if ref.sid else ""
    where = "" if ref.kind is PolicyKind.TRUST else f" of {ref.kind.value} {ref.policy + 1}"
    return f"statement {ref.index + 1}{sid}{where}"


def _reason(mismatch: Mismatch, *, hidden: bool) -> str:
    wanted = _values(mismatch.wanted, hidden=hidden)
    if mismatch.element in _ELEMENTS:
        given = "one that is not known yet" if mismatch.given is UNKNOWN else _given(mismatch, hidden=hidden)
        return f"{_ELEMENTS[mismatch.element]} {wanted}, not {given}"
    key, operator = mismatch.key or mismatch.element, mismatch.operator or ""
    if mismatch.given is UNKNOWN:
        return f"{key} is not known yet, and {operator} compares it with {wanted}"
    if _base(operator) == "Null":
        return f"{key} is {'absent' if mismatch.given is None else 'present'}, and Null wants {wanted}"
    if mismatch.given is None:
        return f"{key} is absent, and {operator} wants {wanted}"
    failed = _FAILED_TESTS.get(_base(operator), f"fails {operator} against")
    several = "one of " if len(mismatch.wanted) > 1 else ""
    return f"{key} {_given(mismatch, hidden=hidden)} {failed} {several}{wanted}"


def _base(operator: str) -> str:
    """An operator without ``ForAllValues:`` and ``IfExists``."""
    return operator.rpartition(":")[2].removesuffix("IfExists")


def _given(mismatch: Mismatch, *, hidden: bool) -> str:
    given = mismatch.given
    return _values(given, hidden=hidden) if isinstance(given, tuple) else "none"


def _values(values: tuple[str, ...], *, hidden: bool) -> str:
    shown = [fingerprint(value) if hidden else quoted(value) for value in values[:SHOWN_VALUES]]
    if len(values) == 1:
        return shown[0]
    more = f", and {len(values) - SHOWN_VALUES} more" if len(values) > SHOWN_VALUES else ""
    return f"[{', '.join(shown)}{more}]"


def _sides(decision: Decision, answer: Answer) -> tuple[str, ...]:
    answers = {Side.TRUST: decision.trust, Side.CALLER: decision.caller, Side.GUARDRAIL: decision.guardrails}
    return tuple(_SIDES[side] for side, said in answers.items() if said is answer)


def _join(names: Iterable[str]) -> str:
    return " and ".join(names)
