"""Tells requests, and what was found out about all of them, in words and for machines."""

from collections.abc import Collection, Mapping
from typing import Final, TypedDict

from rolecall.guarantee import Answered, Broken, Difference, Guarantee, Holds
from rolecall.policy import Arn, ContextValue, Principal, Request
from rolecall.policy.request import Unknown

from .safe import fingerprint, quoted, safe

_ASSUMING: Final = "sts:AssumeRole"


class RequestDocument(TypedDict):
    """A request as ``rolecall explain --batch`` reads it.

    Attributes:
        role: ARN of the role.
        action: the operation asked for.
        principal: ``AWS``, ``Service`` or ``Federated``, and who that is.
        context: condition keys and values.
    """

    role: str
    action: str
    principal: dict[str, str]
    context: dict[str, str | list[str]]


def request_document(request: Request) -> RequestDocument:
    """A request for machines."""
    return {
        "role": request.role,
        "action": request.action,
        "principal": {request.principal.kind: request.principal.value},
        "context": {key: _plain(value) for key, value in request.context.items()},
    }


def request_words(request: Request, *, redact: Collection[str] = ()) -> str:
    """Who asks, for what unless that is AssumeRole, and with what: ``user arn:… with sts:ExternalId "ab"``.

    Args:
        request: one whose values are all known.
        redact: condition keys, in any case, whose values are shown as fingerprints.
    """
    hidden = {key.casefold() for key in redact}
    told = [
        f"{safe(key)} {_words(value, hidden=key.casefold() in hidden)}"
        for key, value in request.context.items()
    ]
    asking = "" if request.action == _ASSUMING else f" by {safe(request.action)}"
    return f"{_who(request.principal)}{asking}{' with ' if told else ''}{' and '.join(told)}"


def answer_sentence(guarantee: Guarantee, answer: Answered, *, redact: Collection[str] = ()) -> str:
    """Whether a guarantee holds, with the request that breaks it or the reason why that is open."""
    if isinstance(answer, Holds):
        return f"Holds: {safe(guarantee.sentence)}."
    if isinstance(answer, Broken):
        return f"Broken: {safe(guarantee.sentence)}. Yet this gets in: {_witness(answer, redact)}."
    return f"Could not tell whether {safe(guarantee.sentence)}: {safe(answer.reason)}."


def difference_sentences(difference: Difference, *, redact: Collection[str] = ()) -> tuple[str, ...]:
    """What a new trust policy lets in that the old one didn't, and the reverse; each with an example.

    Args:
        difference: from the old one to the new one.
        redact: condition keys, in any case, whose values are shown as fingerprints.
    """
    if difference.equal:
        return ("It lets in the same requests as before.",)
    return (
        *(f"It newly lets in, for example, {_witness(each, redact)}." for each in difference.added),
        *(f"It no longer lets in, for example, {_witness(each, redact)}." for each in difference.removed),
        *(f"It could not be told whether more has changed: {safe(doubt)}." for doubt in difference.doubts),
    )


def _witness(found: Broken, redact: Collection[str]) -> str:
    return f"{request_words(found.witness, redact=redact)} (statement {found.statement + 1})"


def _who(principal: Principal) -> str:
    if principal.kind == "Service":
        return f"service {safe(principal.value)}"
    if principal.kind == "Federated":
        return f"an identity of {safe(principal.value)}"
    kind = "user" if Arn.parse(principal.value).is_user else "role session"
    return f"{kind} {safe(principal.value)}"


def _words(value: ContextValue, *, hidden: bool) -> str:
    plain = _plain(value)
    shown = [
        fingerprint(each) if hidden else quoted(each)
        for each in ([plain] if isinstance(plain, str) else plain)
    ]
    return shown[0] if isinstance(plain, str) else f"[{', '.join(shown)}]"


def _plain(value: ContextValue) -> str | list[str]:
    if isinstance(value, Unknown):
        raise TypeError("a witness has no unknown values")
    return value if isinstance(value, str) else list(value)


_STATES: Final[Mapping[type, str]] = {Holds: "holds", Broken: "broken"}
_UNTOLD: Final = "could not tell"


class AnswerDocument(TypedDict, total=False):
    """The answer to a guarantee for machines.

    Attributes:
        guarantee: its name.
        says: what it guarantees.
        answer: ``holds``, ``broken`` or ``could not tell``.
        witness: a request that breaks it.
        statement: place, from 0, of the statement that lets the witness in.
        reason: why it could not be told.
    """

    guarantee: str
    says: str
    answer: str
    witness: RequestDocument
    statement: int
    reason: str


def answer_document(guarantee: Guarantee, answer: Answered) -> AnswerDocument:
    """The answer to a guarantee for machines; what doesn't apply is left out."""
    document: AnswerDocument = {
        "guarantee": guarantee.name,
        "says": guarantee.sentence,
        "answer": _STATES.get(type(answer), _UNTOLD),
    }
    if isinstance(answer, Broken):
        document |= {"witness": request_document(answer.witness), "statement": answer.statement}
    elif not isinstance(answer, Holds):
        document["reason"] = answer.reason
    return document


class WitnessDocument(TypedDict):
    """A request that only one of two policies lets in, with the place, from 0, of its statement there."""

    witness: RequestDocument
    statement: int


class DifferenceDocument(TypedDict):
    """What two trust policies decide differently, for machines.

    Attributes:
        equal: whether they let the same requests in, for sure.
        added: what only the new one lets in.
        removed: what only the old one lets in.
        doubts: why there may be more differences.
    """

    equal: bool
    added: list[WitnessDocument]
    removed: list[WitnessDocument]
    doubts: list[str]


def difference_document(difference: Difference) -> DifferenceDocument:
    """A difference for machines."""
    return {
        "equal": difference.equal,
        "added": list(map(_witness_document, difference.added)),
        "removed": list(map(_witness_document, difference.removed)),
        "doubts": list(difference.doubts),
    }


def _witness_document(found: Broken) -> WitnessDocument:
    return {"witness": request_document(found.witness), "statement": found.statement}
