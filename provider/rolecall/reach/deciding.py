"""Decides one edge: whether some call of a principal gets into a role, and what that call has to meet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rolecall.policy import (
    UNKNOWN,
    Answer,
    ConditionTest,
    ContextValue,
    Decision,
    Guardrails,
    Policy,
    Request,
    Side,
    Statement,
    Unknown,
    decide,
)
from rolecall.policy.caller import identify
from rolecall.policy.pattern import Context

from .actor import VARIABLE, Actor, Asked, tell_apart
from .graph import Ask, Edge, Node
from .model import Organization, Role
from .relevance import ASSUME_ROLE, SET_SOURCE_IDENTITY, TAG_SESSION, Relevance, keys_of

_EXTERNAL_ID = "sts:externalid"
_MFA = ("aws:multifactorauthpresent", "aws:multifactorauthage")
_SOURCE_IDENTITY = "sts:sourceidentity"
_TAG_KEYS = ("aws:tagkeys", "sts:transitivetagkeys")
_REQUEST_TAG = "aws:requesttag/"
_RESOURCE_TAGS = ("aws:resourcetag/", "iam:resourcetag/")
_FEWEST = {Answer.ALLOWED: 0, Answer.UNKNOWN: 1, Answer.DENIED: 2}


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """A role made ready to be asked for.

    Attributes:
        node: its place in the graph.
        trust: its trust policy, reduced.
        keys: the condition keys that trust and resource control policies read.
        asked: these with the values they are compared with.
        resource_control: the levels above its account, reduced.
        facts: its own condition keys, in lower case; of a tag that isn't there, nothing.
        tells_apart: whether its policies treat principals of one account differently.
    """

    node: Node
    trust: Policy
    keys: frozenset[str]
    asked: Asked
    resource_control: tuple[tuple[Policy, ...], ...]
    facts: Mapping[str, ContextValue]
    tells_apart: bool

    def covers(self, action: str) -> bool:
        """Whether a statement lets anybody in by an action."""
        return any(each.effect == "Allow" and each.covers_action(action) for each in self.trust.statements)


def door(
    role: Role, trust: Policy, node: Node, organization: Organization | Unknown | None, known: Relevance
) -> Door:
    """Make a role ready."""
    levels = organization.resource_control_policies if isinstance(organization, Organization) else ()
    reduced = tuple(tuple(each.policy for each in known.of_all(level)) for level in levels)
    own = known.of(trust)
    policies = (own, *(known.of(policy) for level in levels for policy in level))
    keys = keys_of(policies)
    facts: dict[str, ContextValue] = {}
    if isinstance(organization, Organization):
        facts["aws:resourceorgid"] = organization.id
        if not isinstance(organization.path, Unknown):
            facts["aws:resourceorgpaths"] = (organization.path,)
    elif isinstance(organization, Unknown):
        facts |= {"aws:resourceorgid": UNKNOWN, "aws:resourceorgpaths": UNKNOWN}
    for prefix in _RESOURCE_TAGS:
        facts |= {f"{prefix}{key.lower()}": value for key, value in role.tags.items()}
    return Door(
        node=node,
        trust=own.policy,
        keys=keys,
        asked=_asked(keys, (each.policy for each in policies)),
        resource_control=reduced,
        facts=facts,
        tells_apart=tell_apart(keys) or _names_somebody(own.policy),
    )


def _names_somebody(trust: Policy) -> bool:
    """Whether a trust policy names users, roles, sessions or deleted principals, and not only accounts."""
    named = (
        entry.value
        for statement in trust.statements
        if statement.principals is not None
        for entry in statement.principals.entries
        if entry.kind == "AWS"
    )
    return any(value != "*" and not value.isdecimal() and not value.endswith(":root") for value in named)


def _asked(keys: Iterable[str], policies: Iterable[Policy]) -> Asked:
    asked: dict[str, list[str]] = {}
    for policy in policies:
        for statement in policy.statements:
            for test in statement.conditions:
                values = asked.setdefault(test.lookup_key, [])
                if not test.use.operator.tests_presence:
                    values += test.values
    return {key: asked.get(key, (VARIABLE,)) for key in keys}


@dataclass(slots=True)
class Judge:
    """Decides edges; keeps what several of them share."""

    _guardrails: dict[tuple[int, int], tuple[Guardrails, tuple[object, ...]]] = field(default_factory=dict)
    _single: dict[Ask, Ask] = field(default_factory=dict)
    _lists: dict[tuple[Ask, ...], tuple[Ask, ...]] = field(default_factory=dict)

    def edge(self, actors: Sequence[Actor], door: Door) -> Edge | None:
        """The edge of a principal to a role; ``None`` where no call of it gets in.

        Args:
            actors: the ways to read the principal where it isn't fully known; the one that gets furthest
                counts.
            door: the role.
        """
        found = (self._try(actor, door) for actor in actors)
        edges = [edge for edge in found if edge is not None]
        return min(edges, key=_demand, default=None)

    def loses_mfa(self, actor: Actor, door: Door) -> bool:
        """Whether a session of a role is kept out of a role only for the MFA that no such session has."""
        if door.keys.isdisjoint(_MFA):
            return False
        return self._ask(actor, door, changed=dict.fromkeys(_MFA, UNKNOWN)).answer is not Answer.DENIED

    def _try(self, actor: Actor, door: Door) -> Edge | None:
        action = _action(actor)
        decision = self._ask(actor, door, action=action)
        if decision.answer is Answer.DENIED:
            return None
        conditions: tuple[_Open, ...] = ()
        without: Answer = decision.answer
        identities: tuple[str, ...] | None = None
        if decision.answer is Answer.UNKNOWN:
            conditions = self._open(actor, door, action)
            needed = {each.test.lookup_key: each for each in conditions if each.must_be_sent}
            tags = any(key in _TAG_KEYS or key.startswith(_REQUEST_TAG) for key in needed)
            if tags and self._ask(actor, door, action=TAG_SESSION).answer is Answer.DENIED:
                return None
            if _SOURCE_IDENTITY in needed:
                identities = needed[_SOURCE_IDENTITY].literals
            if _EXTERNAL_ID in door.keys or _EXTERNAL_ID in actor.keys:
                without = self._ask(actor, door, action=action, changed={_EXTERNAL_ID: None}).answer
        keeps = False
        if action == ASSUME_ROLE and door.covers(SET_SOURCE_IDENTITY):
            keeps = self._ask(actor, door, action=SET_SOURCE_IDENTITY).answer is not Answer.DENIED
        if identities is not None and not keeps:
            return None
        return Edge(
            source=actor.node,
            target=door.node,
            answer=decision.answer,
            asks=self._told(conditions),
            without_external_id=without,
            source_identities=identities,
            keeps_source_identity=keeps,
        )

    def _ask(
        self,
        actor: Actor,
        door: Door,
        *,
        action: str = ASSUME_ROLE,
        changed: Mapping[str, ContextValue | None] | None = None,
    ) -> Decision:
        request = Request(
            role=door.node.name,
            principal=actor.principal,
            action=action,
            context=_context(actor, door, changed or {}),
        )
        guardrails = self._of(actor, door)
        return decide(request, door.trust, caller=actor.own, guardrails=guardrails)

    def _of(self, actor: Actor, door: Door) -> Guardrails:
        levels = (actor.service_control, door.resource_control)
        key = (id(levels[0]), id(levels[1]))
        known = self._guardrails.get(key)
        if known is None:
            made = Guardrails(service_control_policies=levels[0], resource_control_policies=levels[1])
            known = self._guardrails[key] = (made, levels)  # the levels stay, and so their ids
        return known[0]

    def _open(self, actor: Actor, door: Door, action: str) -> tuple["_Open", ...]:
        """The conditions that a call has to meet on the least demanding way through every gate."""
        context = {**identify(actor.principal).context, **_context(actor, door, {})}
        found: list[_Open] = []
        for side, policies in _gates(actor, door):
            ways: list[tuple[_Open, ...]] = []
            for policy in policies:
                for statement in policy.statements:
                    if not statement.covers_action(action) or not _concerns(statement, actor, door, context):
                        continue
                    tests = _in_doubt(statement, context)
                    if tests is None:
                        continue
                    conditions = tuple(_Open(side, test, statement.effect == "Deny") for test in tests)
                    if statement.effect == "Deny":
                        found += conditions
                    else:
                        ways.append(conditions)
            least: tuple[_Open, ...] = min(ways, key=len, default=())
            found += least
        return tuple(found)

    def _told(self, conditions: Iterable["_Open"]) -> tuple[Ask, ...]:
        asks = tuple(dict.fromkeys(map(self._ask_of, conditions)))
        return self._lists.setdefault(asks, asks)

    def _ask_of(self, condition: "_Open") -> Ask:
        test = condition.test
        ask = Ask(
            side=condition.side,
            operator=test.operator,
            key=test.key,
            values=test.values,
            denied=condition.denied,
        )
        return self._single.setdefault(ask, ask)


@dataclass(frozen=True, slots=True)
class _Open:
    """A condition on which it depends whether a call gets in."""

    side: Side
    test: ConditionTest
    denied: bool

    @property
    def must_be_sent(self) -> bool:
        """Whether a call that lacks the key is kept out."""
        return self.test.when_absent == self.denied

    @property
    def literals(self) -> tuple[str, ...]:
        """The values of which the call has to send one; none where that is not a plain list of texts."""
        test = self.test
        plain = test.use.operator.name == "StringEquals" and not self.denied
        return () if not plain or any("${" in value for value in test.values) else test.values


def _gates(actor: Actor, door: Door) -> Iterator[tuple[Side, Sequence[Policy]]]:
    """The groups of policies each of which has to let a call through."""
    yield Side.TRUST, (door.trust,)
    for own in (actor.own.identity_policies, actor.own.permissions_boundary):
        if isinstance(own, Policy):
            yield Side.CALLER, (own,)
        elif own is not None and not isinstance(own, Unknown):
            yield Side.CALLER, own
    for level in (*actor.service_control, *door.resource_control):
        yield Side.GUARDRAIL, level


def _concerns(statement: Statement, actor: Actor, door: Door, context: Context) -> bool:
    """Whether a statement is, or may be, about this principal and role."""
    if statement.principals is not None:
        role_arn = context.get("aws:principalarn")
        known = role_arn if isinstance(role_arn, str) else None
        named, _ = statement.principals.match(identify(actor.principal), context, known)
        if named is False:
            return False
    return statement.covers_resource(door.node.name, context) is not False


def _in_doubt(statement: Statement, context: Context) -> list[ConditionTest] | None:
    """The conditions that may hold or not; ``None`` where one doesn't hold at all."""
    doubtful = []
    for test in statement.conditions:
        holds = test.holds(context)
        if holds is False:
            return None
        if holds is None:
            doubtful.append(test)
    return doubtful


def _demand(edge: Edge) -> tuple[int, int, int]:
    """How much an edge asks of a call."""
    return _FEWEST[edge.answer], _FEWEST[edge.without_external_id], len(edge.asks)


def _action(actor: Actor) -> str:
    if actor.principal.kind != "Federated":
        return ASSUME_ROLE
    saml = ":saml-provider/" in actor.principal.value
    return "sts:AssumeRoleWithSAML" if saml else "sts:AssumeRoleWithWebIdentity"


def _context(actor: Actor, door: Door, changed: Mapping[str, ContextValue | None]) -> dict[str, ContextValue]:
    context = {key: value for key, value in actor.always.items() if value is not None}
    for key in door.keys | actor.keys:
        value = changed[key] if key in changed else _value(actor, door, key)
        if value is not None:
            context[key] = value
    return context


def _value(actor: Actor, door: Door, key: str) -> ContextValue | None:
    if key == "aws:resourceaccount":
        return door.node.account
    if key.startswith(("aws:resourceorg", *_RESOURCE_TAGS)):
        return door.facts.get(key)
    return actor.value(key)
