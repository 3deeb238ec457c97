"""Says in words what a decoded authorization message says: who was refused what, and by which statement.

AWS page: DecodeAuthorizationMessage. AWS documents what is in a message, not its form; what is read here was
seen in messages of EC2. What isn't there is left out, and never guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolecall.errors import DeclarationError
from rolecall.policy import Arn

from .safe import quoted, safe


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a denial's table."""

    what: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition key with the values that it has in the request, or is compared with in a statement."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyingStatement:
    """A statement that denied.

    Attributes:
        sid: its Sid; empty for none.
        principals, actions, resources: what it is about.
        conditions: under which conditions.
    """

    sid: str
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A decoded authorization message.

    Attributes:
        allowed: whether the request was allowed after all.
        explicit: whether a statement denied it; otherwise none allowed it.
        statements: those that denied it.
        principal: ARN of who asked, or its id.
        action, resource: what was asked for; empty where the message doesn't say.
        conditions: the condition keys of the request.
    """

    allowed: bool
    explicit: bool
    statements: tuple[DenyingStatement, ...]
    principal: str
    action: str
    resource: str
    conditions: tuple[Condition, ...]


def read_denial(document: Mapping[str, Any]) -> Denial:
    """A decoded message as a value."""
    context = _object(document.get("context"))
    principal = _object(context.get("principal"))
    return Denial(
        allowed=document.get("allowed") is True,
        explicit=document.get("explicitDeny") is True,
        statements=tuple(map(_statement, _items(document.get("matchedStatements")))),
        principal=_text(principal.get("arn")) or _text(principal.get("id")),
        action=_text(context.get("action")),
        resource=_text(context.get("resource")),
        conditions=_conditions(context),
    )


def denial_sentence(denial: Denial) -> str:
    """The denial in a sentence or two: whom, what, why, and what to do."""
    who = _whose(denial.principal)
    asked = safe(denial.action) or "something that the message doesn't name"
    where = f" on {safe(denial.resource)}" if denial.resource else ""
    if denial.allowed:
        return f"{who} was allowed {asked}{where}: the refusal had another reason than policies."
    if not denial.explicit:
        return (
            f"{who} was refused {asked}{where}: no statement allows it. "
            "Allow it in an identity policy, and check the boundary, the session policies and the "
            "organization's policies, each of which has to allow it too."
        )
    names = " and ".join(map(_named, denial.statements)) or "a statement that the message doesn't name"
    if len(denial.statements) > 1:
        denies, remedy = "deny", "Change those statements, or make the request one that they aren't about."
    else:
        denies, remedy = "denies", "Change that statement, or make the request one that it isn't about."
    return f"{who} was refused {asked}{where}: {names} {denies} it, whatever else allows it. {remedy}"


def denial_rows(denial: Denial) -> tuple[Row, ...]:
    """The denial as a table: the request first, then each statement that denied it."""
    request = (
        ("principal", denial.principal),
        ("action", denial.action),
        ("resource", denial.resource),
    )
    rows = [Row(what, safe(value)) for what, value in request if value]
    rows += _condition_rows("", denial.conditions)
    for number, statement in enumerate(denial.statements, start=1):
        name = f"denied by {number}" if len(denial.statements) > 1 else "denied by"
        rows.append(Row(name, _named(statement)))
        elements = (
            ("principals", statement.principals),
            ("actions", statement.actions),
            ("resources", statement.resources),
        )
        rows += [Row(f"  {what}", _listed(values)) for what, values in elements if values]
        rows += _condition_rows("  ", statement.conditions)
    return tuple(rows)


def _condition_rows(indent: str, conditions: Sequence[Condition]) -> Iterator[Row]:
    for each in conditions:
        yield Row(f"{indent}{safe(each.key)}", _listed(each.values))


def _whose(principal: str) -> str:
    """Whom an ARN names, in a person's words where it is a user's or a role's."""
    try:
        arn = Arn.parse(principal)
    except DeclarationError:
        return quoted(principal) if principal else "Somebody"
    if arn.is_role_session:
        return f"Role {quoted(arn.role_of_session().name)} of {arn.account} (session {quoted(arn.name)})"
    if arn.is_user:
        return f"User {quoted(arn.name)} of {arn.account}"
    return safe(principal)


def _named(statement: DenyingStatement) -> str:
    if statement.sid:
        return f"statement {quoted(statement.sid)}"
    about = f" about {_listed(statement.actions)}" if statement.actions else ""
    return f"a statement without Sid{about}"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(safe(value) for value in values)


def _statement(raw: Mapping[str, Any]) -> DenyingStatement:
    return DenyingStatement(
        sid=_text(raw.get("statementId")),
        principals=_values(raw.get("principals")),
        actions=_values(raw.get("actions")),
        resources=_values(raw.get("resources")),
        conditions=_conditions(raw),
    )


def _conditions(holder: Mapping[str, Any]) -> tuple[Condition, ...]:
    return tuple(
        Condition(key=_text(each.get("key")), values=_values(each.get("values")))
        for each in _items(holder.get("conditions"))
    )


def _values(raw: object) -> tuple[str, ...]:
    return tuple(_text(each.get("value")) for each in _items(raw))


def _items(raw: object) -> list[Mapping[str, Any]]:
    """What a list of the message holds: ``{"items": [...]}``."""
    items = _object(raw).get("items")
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []


def _object(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""
