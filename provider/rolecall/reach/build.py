"""Makes the graph of who can assume what out of the details of many accounts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from rolecall.policy import UNKNOWN, Arn, CallerSide, Policy, Principal, Unknown, account_root
from rolecall.policy.principals import UNIQUE_ID

from .actor import STRANGER_ID, Actor, Ours, always_of, facts_of, outside_facts, stranger_arn, tell_apart
from .admin import Admins
from .deciding import Door, Judge, door
from .graph import Broken, Edge, Graph, Node, NodeKind
from .index import TargetIndex
from .model import AccountDetails, Identity, Organization, Role, User
from .relevance import TAG_SESSION, Relevance, keys_of


def build(accounts: Sequence[AccountDetails], *, own_accounts: Collection[str] = ()) -> Graph:
    """Find every principal that can assume a role of these accounts.

    Only principals that a trust policy names are looked at, and of those that it names by their account
    only the ones whose own policies reach for the role, so that the work grows with the edges.

    Args:
        accounts: what is known of each.
        own_accounts: IDs of further accounts that are ours, though nothing of them was read.

    Raises:
        ValueError: an account comes twice.
    """
    read = [each.account for each in accounts]
    if len(set(read)) < len(read):
        raise ValueError(
            f"an account comes twice: {', '.join(sorted({a for a in read if read.count(a) > 1}))}"
        )
    organizations = {each.organization.id for each in accounts if isinstance(each.organization, Organization)}
    ours = Ours(accounts=frozenset({*read, *own_accounts}), organizations=frozenset(organizations))
    return _Builder(ours).build(accounts)


@dataclass(slots=True)
class _Residents:
    """The principals of one account that was read.

    Attributes:
        by_arn: users and roles by ARN, roles also by their ARN without path.
        by_id: by unique id.
        everybody: all of them.
        targets: who of them reaches for which roles.
    """

    by_arn: dict[str, Actor] = field(default_factory=dict)
    by_id: dict[str, Actor] = field(default_factory=dict)
    everybody: list[Actor] = field(default_factory=list)
    targets: TargetIndex[Actor] = field(default_factory=TargetIndex)


@dataclass(slots=True)
class _Builder:
    """Gathers nodes and edges."""

    ours: Ours
    nodes: dict[str, Node] = field(default_factory=dict)
    residents: dict[str, _Residents] = field(default_factory=dict)
    relevance: Relevance = field(default_factory=Relevance)
    judge: Judge = field(default_factory=Judge)
    admins: Admins = field(default_factory=Admins)
    broken: list[Broken] = field(default_factory=list)
    likenesses: dict[object, object] = field(default_factory=dict)

    def build(self, accounts: Sequence[AccountDetails]) -> Graph:
        for account in accounts:
            self.residents[account.account] = self._residents(account)
        edges: list[Edge] = []
        for account in accounts:
            for role in account.roles:
                if not isinstance(role.trust, Unknown):
                    ready = door(role, role.trust, self.nodes[role.arn], account.organization, self.relevance)
                    edges += self._entering(ready)
        leaving: dict[Node, list[Edge]] = {}
        entering: dict[Node, list[Edge]] = {}
        for edge in edges:
            leaving.setdefault(edge.source, []).append(edge)
            entering.setdefault(edge.target, []).append(edge)
        return Graph(
            nodes=self.nodes,
            edges=tuple(edges),
            leaving={node: tuple(found) for node, found in leaving.items()},
            entering={node: tuple(found) for node, found in entering.items()},
            broken=tuple(self.broken),
            accounts=tuple(account.account for account in accounts),
            problems=tuple(f"{each.account}: {problem}" for each in accounts for problem in each.problems),
        )

    def _residents(self, account: AccountDetails) -> _Residents:
        found = _Residents()
        organization = account.organization
        levels = organization.service_control_policies if isinstance(organization, Organization) else ()
        reduced = tuple(self.relevance.of_all(level) for level in levels)
        service_control = tuple(tuple(each.policy for each in level) for level in reduced)
        above = frozenset[str]().union(*(keys_of(level) for level in reduced))
        for identity in (*account.users, *account.roles):
            actor = self._actor(identity, account, service_control, above)
            found.everybody.append(actor)
            found.by_arn[identity.arn] = actor
            found.by_arn.setdefault(str(Arn.parse(identity.arn).without_path()), actor)
            if identity.unique_id:
                found.by_id[identity.unique_id] = actor
            own = actor.own.identity_policies
            if isinstance(own, tuple):
                found.targets.add(actor, own)
            else:
                found.targets.add_anywhere(actor)
        return found

    def _actor(
        self,
        identity: Identity,
        account: AccountDetails,
        service_control: tuple[tuple[Policy, ...], ...],
        above: frozenset[str],
    ) -> Actor:
        kind = NodeKind.USER if isinstance(identity, User) else NodeKind.ROLE
        node = Node(
            name=identity.arn, kind=kind, account=account.account, admin=self.admins.is_admin(identity)
        )
        self.nodes[identity.arn] = node
        taggable = isinstance(identity, Role) and _lets_tag(identity.trust)
        policies, boundary = identity.policies, identity.boundary
        own = () if isinstance(policies, Unknown) else self.relevance.of_all(policies)
        limit = self.relevance.of(boundary) if isinstance(boundary, Policy) else None
        keys = keys_of((*own, limit) if limit else own) | above
        alike = (account.account, kind, taggable, policies is UNKNOWN, boundary is UNKNOWN, own, limit)
        return Actor(
            node=node,
            principal=Principal("AWS", identity.arn),
            kind=kind.value,
            own=CallerSide(
                identity_policies=policies if isinstance(policies, Unknown) else tuple(e.policy for e in own),
                permissions_boundary=boundary if limit is None else limit.policy,
            ),
            keys=keys,
            service_control=service_control,
            facts=facts_of(identity, account.organization, taggable=taggable),
            always=always_of(identity),
            taggable=taggable,
            likeness=None if tell_apart(keys) else self.likenesses.setdefault(alike, object()),
        )

    def _entering(self, ready: Door) -> Iterator[Edge]:
        """The edges to one role, each principal once."""
        met: set[Node] = set()
        alike: dict[object, Edge | None] = {}
        for actors in self._candidates(ready):
            node = actors[0].node
            if node in met:
                continue
            met.add(node)
            likeness = None if ready.tells_apart else actors[0].likeness
            if likeness is None:
                edge = self.judge.edge(actors, ready)
            elif likeness in alike:
                known = alike[likeness]
                edge = known and known.of(node)
            else:
                edge = alike[likeness] = self.judge.edge(actors, ready)
            if edge is not None:
                yield edge
            elif node.kind is NodeKind.ROLE and self.judge.loses_mfa(actors[0], ready):
                self.broken.append(Broken(source=node, target=ready.node))

    def _candidates(self, ready: Door) -> Iterator[tuple[Actor, ...]]:
        for statement in ready.trust.statements:
            if statement.effect != "Allow" or statement.principals is None:
                continue
            for principal in statement.principals.entries:
                if principal.kind == "AWS":
                    yield from self._named(principal.value, ready)
                else:
                    yield (self._beyond_iam(principal),)

    def _named(self, value: str, ready: Door) -> Iterator[tuple[Actor, ...]]:
        if value == "*":
            for residents in self.residents.values():
                yield from ((actor,) for actor in residents.targets.reaching(ready.node.name))
            # Whether a wildcard grants by itself within an account is not documented, so all are in question.
            yield from ((actor,) for actor in self.residents[ready.node.account or ""].everybody)
            yield self._strangers(ready, name="*", account=None, arn=None)
            return
        if UNIQUE_ID.fullmatch(value):
            found = (residents.by_id.get(value) for residents in self.residents.values())
            yield from ((actor,) for actor in found if actor is not None)
            return
        arn = Arn.parse(account_root(value) if value.isdecimal() else value)
        of_account = self.residents.get(arn.account)
        if arn.is_account_root:
            if of_account is None:
                yield self._strangers(ready, name=arn.account, account=arn.account, arn=None)
            else:
                yield from ((actor,) for actor in of_account.targets.reaching(ready.node.name))
            return
        if arn.is_federated_user:
            return  # credentials of GetFederationToken can't assume roles
        if of_account is None:
            yield self._strangers(ready, name=value, account=arn.account, arn=value)
            return
        actor = of_account.by_arn.get(str(arn.role_of_session()) if arn.is_role_session else value)
        if actor is not None:
            yield (actor,)

    def _strangers(
        self, ready: Door, *, name: str, account: str | None, arn: str | None
    ) -> tuple[Actor, ...]:
        """The ways to read principals of an account that wasn't read, or of any."""
        if arn is not None:
            kind, row = NodeKind.PRINCIPAL, "user" if Arn.parse(arn).is_user else "role"
        else:
            kind, row = NodeKind.ANYONE if account is None else NodeKind.ACCOUNT, "account"
        node = self._node(name, kind, account=account, outside=account not in self.ours.accounts)
        partition = Arn.parse(ready.node.name).partition
        principal = Principal("AWS", arn or stranger_arn(account, partition))
        return tuple(
            Actor(
                node=node,
                principal=principal,
                kind=row,
                facts=facts,
                always={"aws:principalarn": facts["aws:principalarn"], "aws:userid": STRANGER_ID},
            )
            for facts in outside_facts(ready.asked, account=account, arn=arn, ours=self.ours)
        )

    def _beyond_iam(self, principal: Principal) -> Actor:
        kind = NodeKind.SERVICE if principal.kind == "Service" else NodeKind.FEDERATED
        account = principal.value.split(":")[4] if principal.value.startswith("arn:") else None
        return Actor(
            node=self._node(principal.value, kind, account=account),
            principal=principal,
            kind=principal.kind.lower(),
        )

    def _node(self, name: str, kind: NodeKind, *, account: str | None, outside: bool = False) -> Node:
        return self.nodes.setdefault(name, Node(name=name, kind=kind, account=account, outside=outside))


def _lets_tag(trust: Policy | Unknown) -> bool:
    """Whether sessions of a role may bring tags of their own."""
    if isinstance(trust, Unknown):
        return True
    return any(each.effect == "Allow" and each.covers_action(TAG_SESSION) for each in trust.statements)
