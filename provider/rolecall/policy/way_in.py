"""What a caller sends to get into a role by one statement of its trust policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from rolecall.errors import DeclarationError, Fault

from .arn import Arn
from .demands import Demands, demands
from .operations import ASSUME_ROLE, ASSUME_ROLE_WITH_WEB_IDENTITY, TAG_SESSION
from .statement import Policy, Statement

_ASSUMED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {"AWS": ASSUME_ROLE, "Federated": ASSUME_ROLE_WITH_WEB_IDENTITY}
)
"""The operation that principals of a kind call."""

_AUDIENCE: Final = ":aud"
_OPEN: Final = ("*", "?", "${")
"""What makes a value a pattern, of which nobody knows what to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """One Allow statement, as the instructions that a caller needs.

    Read off the conditions as written: of several values that would do, the first one.

    Attributes:
        operation: the IAM action by which the role is assumed.
        external_id: the external ID to send. Not in ``repr``.
        mfa: whether a condition is about MFA.
        session_name: the session name to use.
        source_identity: the source identity to set.
        session_tags: the session tags to pass.
        transitive_tag_keys: keys of those that go on to further roles.
        may_tag: whether session tags may be passed at all.
        roles_only: whether only sessions of roles get in; they get an hour at most.
        provider_arn: the OIDC provider whose tokens get in; ``None`` where AWS credentials do.
        audience: the audience of the token; ``None`` where nothing is said of it.
        unsaid: what is asked for without a value to send, such as a pattern: names of the attributes above.
    """

    operation: str
    external_id: str | None = field(default=None, repr=False)
    mfa: bool = False
    session_name: str | None = None
    source_identity: str | None = None
    session_tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    may_tag: bool = False
    roles_only: bool = False
    provider_arn: str | None = None
    audience: str | None = None
    unsaid: frozenset[str] = frozenset()


def read_way_in(policy: Policy, index: int, *, path: str = "trust") -> WayIn:
    """Read what the caller of a statement sends.

    Args:
        policy: a trust policy.
        index: the statement's place in it, from 0.
        path: where the place comes from.

    Raises:
        DeclarationError: there is no such statement, it keeps principals out, or its principals assume the
            role by other means: services by themselves, people with a SAML assertion.
    """
    count = len(policy.statements)
    if not 0 <= index < count:
        problem = f"there is no trust {index}"
        raise DeclarationError([Fault(path, problem, f"Give a number from 0 to {count - 1}")])
    statement = policy.statements[index]
    kinds = {str(each.kind) for each in statement.principals.entries} if statement.principals else set()
    for kind, operation in _ASSUMED_BY.items():
        asked = [each for each in demands(policy, operation=operation) if each.statement == index]
        if kind in kinds and asked:
            return _way_in(statement, asked[0], operation)
    remedy = "Give the number of a trust that lets in AWS principals or identities of an OIDC provider"
    raise DeclarationError([Fault(path, f"trust {index} {_why_not(statement, kinds)}", remedy)])


def _way_in(statement: Statement, asked: Demands, operation: str) -> WayIn:
    name = _literal(asked.session_names)
    unsaid = {"session_name"} if asked.mentions_session_name and name is None else set()
    way = WayIn(operation=operation, session_name=name, unsaid=frozenset(unsaid))
    if operation == ASSUME_ROLE_WITH_WEB_IDENTITY:
        # The token itself holds tags and source identity (AWS page: AssumeRoleWithWebIdentity).
        return replace(way, provider_arn=asked.principals[0].value, audience=_audience(statement))
    external_id = _literal(asked.external_ids)
    source_identity = _literal(asked.source_identities)
    tags = {name: _literal(values) for name, values in asked.session_tags}
    open_ = {
        "external_id": asked.mentions_external_id and external_id is None,
        "source_identity": asked.mentions_source_identity and source_identity is None,
        "session_tags": None in tags.values(),
    }
    return replace(
        way,
        external_id=external_id,
        mfa=asked.mentions_mfa,
        source_identity=source_identity,
        session_tags={name: value for name, value in tags.items() if value is not None},
        transitive_tag_keys=asked.transitive_tag_keys,
        may_tag=statement.covers_action(TAG_SESSION),
        roles_only=all(_is_of_role(each.value) for each in asked.principals),
        unsaid=way.unsaid | {name for name, is_open in open_.items() if is_open},
    )


def _audience(statement: Statement) -> str | None:
    values = (
        value
        for test in statement.conditions
        if test.lookup_key.endswith(_AUDIENCE) and not test.use.operator.negated
        for value in test.values
    )
    return _literal(tuple(values))


def _literal(values: tuple[str, ...]) -> str | None:
    return next((value for value in values if not any(mark in value for mark in _OPEN)), None)


def _is_of_role(value: str) -> bool:
    try:
        arn = Arn.parse(value)
    except DeclarationError:
        return False
    return arn.is_role or arn.is_role_session


def _why_not(statement: Statement, kinds: set[str]) -> str:
    if statement.effect == "Deny":
        return "keeps its principals out"
    if kinds == {"Service"}:
        return "lets in a service, which assumes the role by itself"
    return "lets in people who sign in by SAML, which takes a browser"
