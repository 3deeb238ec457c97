"""What the evaluator answers: a decision with its three sides and its reasons, as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .request import Unknown


class Answer(StrEnum):
    """A decision in one word. ``UNKNOWN`` is never a pass."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """Who has a say: the role's owner, the caller's account, or the organisation above either."""

    TRUST = "trust"
    CALLER = "caller"
    GUARDRAIL = "guardrail"


class PolicyKind(StrEnum):
    """Which policy a statement stands in; the value is its name in sentences."""

    TRUST = "trust policy"
    IDENTITY = "identity policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"


class Bar(StrEnum):
    """A rule of STS that no policy can lift; the value says it in a sentence (AWS page: AssumeRole)."""

    ROOT_USER = "an account's root user can't assume roles"
    FEDERATED_USER = "credentials from GetFederationToken can't assume roles"
    OTHER_PARTITION = "roles can't be assumed from another partition"
    OTHER_OPERATION = "this kind of principal assumes roles by another operation"


@dataclass(frozen=True, slots=True)
class StatementRef:
    """Where a statement stands: the ``index``-th (from 0) of the ``policy``-th policy of its kind."""

    kind: PolicyKind
    policy: int
    index: int
    sid: str | None = None


# The two that follow are made in every decision. A named tuple is made in half the time that a frozen
# dataclass takes, which is a third of the whole.


class Mismatch(NamedTuple):
    """The first thing that kept a statement from applying to the request.

    Attributes:
        statement: the statement that did not apply.
        effect: ``Allow`` or ``Deny``.
        element: the element that failed: ``Principal``, ``Action``, ``Resource`` or ``Condition``.
        operator: the condition operator as written, for a condition.
        key: the condition key as written, for a condition.
        wanted: the values that the policy lists.
        given: the values that the request has; ``None`` where the key is absent, ``UNKNOWN`` where that
            can't be known.
    """

    statement: StatementRef
    effect: str
    element: str
    operator: str | None = None
    key: str | None = None
    wanted: tuple[str, ...] = ()
    given: tuple[str, ...] | Unknown | None = None


class Decision(NamedTuple):
    """Whether one principal may make one request, and which statements settled it.

    Attributes:
        answer: all three sides together.
        trust: what the role's trust policy says by itself.
        caller: what identity policies, permissions boundary and session policies say together.
        guardrails: what service and resource control policies say together.
        settled_by: the statements that decided; empty where nothing allowed (an implicit deny).
        mismatches: why each other statement of the deciding side did not apply.
        doubts: where the answer is ``UNKNOWN``, the mismatches that could not be decided; without any, those
            of the caller's side of which AWS doesn't document whether they matter. Empty where a whole
            policy is unknown.
        barred_by: the rule of STS that denies whatever the policies say; the sides give their own answers.
    """

    answer: Answer
    trust: Answer
    caller: Answer
    guardrails: Answer
    settled_by: tuple[StatementRef, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    doubts: tuple[Mismatch, ...] = ()
    barred_by: Bar | None = None


class Permission(NamedTuple):
    """Whether the caller's own policies permit a use, and which statements settled it.

    Attributes:
        answer: identity policies, permissions boundary and session policies together.
        settled_by: the statements that denied or allowed; empty where nothing allowed (an implicit deny).
        doubts: where the answer is ``UNKNOWN``, the mismatches that could not be decided.
    """

    answer: Answer
    settled_by: tuple[StatementRef, ...] = ()
    doubts: tuple[Mismatch, ...] = ()
