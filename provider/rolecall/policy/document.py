"""Reading a policy document: what AWS would store becomes a ``Policy``, all else is refused with reasons."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeGuard, cast

from rolecall.errors import Fault, PolicyError

from . import jsontext
from .conditions import ConditionTest, OperatorUse, read_operator
from .decision import PolicyKind, StatementRef
from .formats import SID, fault_of, shown
from .pattern import VariableSyntaxError, tokenize
from .principals import Principals
from .request import Principal, PrincipalKind
from .statement import Effect, Policy, Statement, Version
from .trust_rules import principal_fault, shared_issuer_faults

_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_TOP_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
_COMMON_ELEMENTS: Final = frozenset({"Sid", "Effect", "Action", "NotAction", "Condition"})
_PRINCIPAL_KINDS: Final = ("AWS", "Service", "Federated")
_ACTION: Final = re.compile(r"\*|[A-Za-z0-9.-]+:[^\s:]+", re.ASCII)
_STS_ACTION: Final = re.compile(r"sts:[A-Za-z*?]+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    """Which elements a kind of policy has beside the common ones.

    Attributes:
        required: groups of elements; exactly one of each group has to be there.
        misplaced: why an element of other kinds of policy does not belong here.
        known: all elements that there are.
    """

    required: tuple[tuple[str, ...], ...]
    misplaced: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        known = _COMMON_ELEMENTS.union(*self.required).difference(self.misplaced)
        object.__setattr__(self, "known", known)


_ACTIONS: Final = ("Action", "NotAction")
_RESOURCES: Final = ("Resource", "NotResource")
_NO_RESOURCE: Final = "A trust policy belongs to its role; remove it"
_NO_PRINCIPAL: Final = "This policy applies to whom it is attached to; remove it"
_WITH_RESOURCE: Final = _Grammar(
    required=(_ACTIONS, _RESOURCES),
    misplaced={"Principal": _NO_PRINCIPAL, "NotPrincipal": _NO_PRINCIPAL},
)
_GRAMMARS: Final = {
    PolicyKind.TRUST: _Grammar(
        required=(("Principal",), _ACTIONS),
        misplaced={
            "Resource": _NO_RESOURCE,
            "NotResource": _NO_RESOURCE,
            "NotPrincipal": "List the others under Principal, or deny by a condition on aws:PrincipalArn",
        },
    ),
    PolicyKind.IDENTITY: _WITH_RESOURCE,
    PolicyKind.BOUNDARY: _WITH_RESOURCE,
    PolicyKind.SESSION: _WITH_RESOURCE,
    PolicyKind.SERVICE_CONTROL: _WITH_RESOURCE,
    PolicyKind.RESOURCE_CONTROL: _Grammar(
        required=(("Principal",), ("Action",), _RESOURCES),
        misplaced={
            "NotPrincipal": 'A resource control policy has "Principal": "*"',
            "NotAction": "A resource control policy lists its actions under Action",
        },
    ),
}


def parse(
    document: str | bytes | Mapping[str, object],
    *,
    kind: PolicyKind = PolicyKind.TRUST,
    stored: bool = False,
) -> Policy:
    """Read a policy document (AWS page: Grammar of the IAM JSON policy language).

    Args:
        document: JSON text, its UTF-8 bytes, or the decoded object.
        kind: what the policy is attached to.
        stored: whether AWS already has the document. It keeps older trust in shared identity
            providers that it would refuse to store today.

    Raises:
        PolicyError: AWS would not store the document; all its faults, with JSON pointers.
    """
    decoded = jsontext.decode(document) if isinstance(document, str | bytes) else document
    reader = _Reader(kind, stored)
    policy = reader.policy(decoded)
    if reader.faults or policy is None:
        raise PolicyError(reader.faults)
    return policy


def _is_object(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether a value is a JSON object; asking for the plain type first is ten times as fast."""
    return type(value) is dict or isinstance(value, Mapping)


@dataclass(slots=True)
class _Reader:
    """Reads one document and collects its faults."""

    kind: PolicyKind
    stored: bool
    variables: bool = False
    faults: list[Fault] = field(default_factory=list)
    sids: set[str] = field(default_factory=set)

    def fault(self, path: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(path, problem, remedy))

    def names(self, members: Mapping[object, object], pointer: str) -> list[str]:
        """Return the members' names; an object decoded by others can have names that no JSON has."""
        names = [name for name in members if isinstance(name, str)]
        if len(names) < len(members):
            self.fault(pointer, "a member's name is no text", "Names in JSON are texts")
        return names

    def policy(self, decoded: object) -> Policy | None:
        if not _is_object(decoded):
            self.fault("", f"the document is {shown(decoded)}", "A policy is a JSON object")
            return None
        for name in self.names(decoded, ""):
            if name not in _TOP_ELEMENTS:
                self.fault(f"/{_escaped(name)}", f"{shown(name)} is no element of a policy", _TOP_REMEDY)
        version = decoded.get("Version", "2008-10-17")
        if version not in _VERSIONS:
            self.fault("/Version", f"{shown(version)} is no version", f'Use "{_VERSIONS[0]}"')
        self.variables = version == _VERSIONS[0]
        policy_id = decoded.get("Id")
        if policy_id is not None and not isinstance(policy_id, str):
            self.fault("/Id", f"{shown(policy_id)} is not a text", "Write it in quotation marks")
        return Policy(
            kind=self.kind,
            version=cast("Version", version),
            id=policy_id if isinstance(policy_id, str) else None,
            statements=tuple(self.statements(decoded)),
        )

    def statements(self, decoded: Mapping[object, object]) -> Iterable[Statement]:
        raw = decoded.get("Statement")
        placed: list[tuple[str, object]] = []
        if _is_object(raw):
            placed = [("/Statement", raw)]
        elif isinstance(raw, list | tuple) and raw:
            placed = [(f"/Statement/{index}", item) for index, item in enumerate(raw)]
        else:
            problem = "there are no statements" if raw in (None, [], ()) else f"{shown(raw)} is no statement"
            self.fault("/Statement", problem, "A policy has at least one statement, an object")
        for index, (pointer, item) in enumerate(placed):
            if not _is_object(item):
                self.fault(pointer, f"{shown(item)} is no statement", "A statement is an object")
                continue
            statement = self.statement(item, pointer, index)
            if statement is not None:
                yield statement

    def statement(self, raw: Mapping[object, object], pointer: str, index: int) -> Statement | None:
        before = len(self.faults)
        self.elements(raw, pointer)
        effect = raw.get("Effect")
        if effect not in ("Allow", "Deny"):
            problem = f"Effect is {shown(effect)}" if "Effect" in raw else "there is no Effect"
            self.fault(f"{pointer}/Effect", problem, 'Effect is "Allow" or "Deny", in this letter case')
        sid = self.sid(raw.get("Sid"), f"{pointer}/Sid") if "Sid" in raw else None
        principals = self.principals(raw["Principal"], f"{pointer}/Principal") if "Principal" in raw else None
        conditions = (
            tuple(self.conditions(raw["Condition"], f"{pointer}/Condition")) if "Condition" in raw else ()
        )
        lists = {
            name: self.texts(raw[name], f"{pointer}/{name}") if name in raw else ()
            for name in (*_ACTIONS, *_RESOURCES)
        }
        for name in _ACTIONS:
            self.check_actions(lists[name], f"{pointer}/{name}")
        for name in _RESOURCES:
            self.check_resources(lists[name], f"{pointer}/{name}")
        if self.kind is PolicyKind.TRUST and effect == "Allow" and principals and not self.stored:
            self.faults.extend(shared_issuer_faults(principals.entries, conditions, pointer))
        if len(self.faults) > before:
            return None
        return Statement(
            ref=StatementRef(self.kind, 0, index, sid),
            pointer=pointer,
            effect=cast("Effect", effect),
            principals=principals,
            actions=lists["Action"],
            not_actions=lists["NotAction"],
            resources=lists["Resource"],
            not_resources=lists["NotResource"],
            conditions=conditions,
            variables=self.variables,
        )

    def elements(self, raw: Mapping[object, object], pointer: str) -> None:
        """Check which elements a statement has."""
        grammar = _GRAMMARS[self.kind]
        for group in grammar.required:
            present = [name for name in group if name in raw]
            if len(present) != 1:
                wanted = " or ".join(group)
                problem = (
                    f"{' and '.join(present)} exclude each other" if present else f"there is no {wanted}"
                )
                self.fault(pointer, problem, f"A statement of a {self.kind} has one {wanted}")
        for name in self.names(raw, pointer):
            if name not in grammar.known:
                remedy = grammar.misplaced.get(name, f"It has {', '.join(sorted(grammar.known))}")
                problem = f"a statement of a {self.kind} has no element {shown(name)}"
                self.fault(f"{pointer}/{_escaped(name)}", problem, remedy)

    def sid(self, raw: object, pointer: str) -> str | None:
        fault = fault_of(SID, raw, pointer)
        if fault is None and raw in self.sids:
            fault = Fault(pointer, f"{shown(raw)} names an earlier statement too", "Choose another Sid")
        if fault is not None:
            self.faults.append(fault)
        if not isinstance(raw, str) or not raw:
            return None
        self.sids.add(raw)
        return raw

    def texts(self, raw: object, pointer: str) -> tuple[str, ...]:
        """Read a text or a list of texts that is not empty."""
        if isinstance(raw, str):
            return (raw,)
        if not isinstance(raw, list | tuple) or not raw:
            problem = "the list is empty" if raw in ([], ()) else f"{shown(raw)} is neither a text nor a list"
            self.fault(pointer, problem, "Write a text or a list of texts")
            return ()
        for index, item in enumerate(raw):
            if not isinstance(item, str):
                self.fault(
                    f"{pointer}/{index}", f"{shown(item)} is not a text", "Write it in quotation marks"
                )
        return tuple(item for item in raw if isinstance(item, str))

    def check_actions(self, actions: tuple[str, ...], pointer: str) -> None:
        for action in actions:
            if not _ACTION.fullmatch(action):
                remedy = "An action is a service prefix, one colon and a name, such as sts:AssumeRole"
                self.fault(pointer, f"{shown(action)} is no action", remedy)
            elif self.kind is PolicyKind.TRUST and not _STS_ACTION.fullmatch(action):
                remedy = "A trust policy takes STS actions only, such as sts:AssumeRole"
                self.fault(pointer, f"{shown(action)} is no action of STS", remedy)

    def check_resources(self, resources: tuple[str, ...], pointer: str) -> None:
        for resource in resources:
            if resource != "*" and not resource.startswith("arn:"):
                self.fault(pointer, f"{shown(resource)} is no resource", 'Write an ARN or "*"')
            else:
                self.check_variables(resource, pointer)

    def check_variables(self, text: str, pointer: str) -> bool:
        try:
            tokenize(text, wildcards=True, variables=self.variables)
        except VariableSyntaxError as error:
            self.fault(pointer, str(error), "Write ${key}, ${key, 'default'}, or ${$} for a dollar sign")
            return False
        return True

    def principals(self, raw: object, pointer: str) -> Principals | None:
        if self.kind is PolicyKind.RESOURCE_CONTROL:
            if raw != "*":
                self.fault(pointer, "the principal is not everyone", 'Write "Principal": "*"')
            return Principals((), everyone=True)
        if not _is_object(raw) or not raw:
            remedy = 'Write an object such as {"AWS": "111111111111"}'
            if raw == "*":
                remedy = '{"AWS": "*"} means everyone; prefer naming accounts'
            self.fault(pointer, f"{shown(raw) if raw != {} else 'an empty object'} is no principal", remedy)
            return None
        entries = []
        for name in self.names(raw, pointer):
            below = f"{pointer}/{_escaped(name)}"
            if name not in _PRINCIPAL_KINDS:
                self.fault(
                    below, f"{shown(name)} is no kind of principal here", "Use AWS, Service or Federated"
                )
                continue
            for value in self.texts(raw[name], below):
                principal = Principal(cast("PrincipalKind", name), value)
                fault = principal_fault(principal, below)
                if fault is not None:
                    self.faults.append(fault)
                entries.append(principal)
        return Principals(tuple(entries))

    def conditions(self, raw: object, pointer: str) -> Iterable[ConditionTest]:
        if not _is_object(raw):
            self.fault(pointer, f"{shown(raw)} is no condition", "A condition is an object of operators")
            return
        for operator in self.names(raw, pointer):
            below = f"{pointer}/{_escaped(operator)}"
            keys = raw[operator]
            use = read_operator(operator)
            if use is None:
                self.fault(below, f"{shown(operator)} is no condition operator", _OPERATOR_REMEDY)
            elif not _is_object(keys):
                self.fault(below, f"{shown(keys)} is no condition", "Write an object of keys and values")
            else:
                for key in self.names(keys, below):
                    test = self.condition(operator, use, key, keys[key], f"{below}/{_escaped(key)}")
                    if test is not None:
                        yield test

    def condition(
        self, operator: str, use: OperatorUse, key: str, raw: object, pointer: str
    ) -> ConditionTest | None:
        before = len(self.faults)
        if not key.strip():
            self.fault(pointer, "the condition key is empty", "Name a key such as sts:ExternalId")
        values = []
        for item in raw if isinstance(raw, list | tuple) else (raw,):
            value = _as_text(item)
            if value is None:
                self.fault(pointer, f"{shown(item)} is no value", "Write a text, a number, true or false")
                continue
            values.append(value)
            problem = use.operator.problem(value) if use.operator.problem else None
            if problem:
                self.fault(pointer, f"{shown(value)} {problem}", f"{operator} compares nothing else")
            elif use.operator.takes_variables and self.variables and "${" in value:
                self.check_variables(value, pointer)
        if len(self.faults) > before:
            return None
        return ConditionTest(
            operator=operator, use=use, key=key, values=tuple(values), variables=self.variables
        )


_TOP_REMEDY: Final = "A policy has Version, Id and Statement, in this letter case"
_OPERATOR_REMEDY: Final = "Use one such as StringEquals, in AWS's spelling; Null takes no prefix or suffix"


def _escaped(name: str) -> str:
    """Escape a name for a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else name


def _as_text(value: object) -> str | None:
    """Return a condition value as the text that AWS compares: ``true``, ``3600``; ``None`` for no value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int) else None
