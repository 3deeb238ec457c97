"""What a trust policy asks of its callers, read from any document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .conditions import ConditionTest, Quantifier
from .operations import ASSUME_ROLE
from .request import Principal
from .statement import Policy, Statement

_EXTERNAL_ID: Final = "sts:externalid"
_SESSION_NAME: Final = "sts:rolesessionname"
_SOURCE_IDENTITY: Final = "sts:sourceidentity"
_MFA_PRESENT: Final = "aws:multifactorauthpresent"
_MFA_AGE: Final = "aws:multifactorauthage"
_TAG: Final = "aws:requesttag/"
_TAG_KEYS: Final = "aws:tagkeys"
_TRANSITIVE: Final = "sts:transitivetagkeys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What one Allow statement asks of whoever assumes the role, with the Deny statements beside it.

    Read off the conditions as written; whether they are enforced is another question. Values come from
    positive operators of the Allow statement and from negated operators of Deny statements.

    Attributes:
        statement: the statement's place in the policy, from 0.
        principals: whom the statement names.
        external_ids: external IDs listed, without patterns.
        mentions_external_id: whether a condition is about the external ID.
        mentions_mfa: whether a condition is about MFA or its age.
        mfa_age_seconds: the age, in seconds, that MFA must not reach; the smallest where there are several.
        session_names: session names listed, patterns and variables included.
        mentions_session_name: whether a condition is about the session name.
        source_identities: source identities listed, patterns and variables included.
        mentions_source_identity: whether a condition is about the source identity that the call sets.
        session_tags: session tags that the call must pass, by key, with the values listed for each, patterns
            and variables included; without values where only the tag's presence is asked for.
        other_tags_allowed: whether the call may pass tags of other keys besides.
        transitive_tag_keys: keys of those tags that the call must mark as transitive.
    """

    statement: int
    principals: tuple[Principal, ...]
    external_ids: tuple[str, ...]
    mentions_external_id: bool
    mentions_mfa: bool
    mfa_age_seconds: int | None
    session_names: tuple[str, ...]
    mentions_session_name: bool
    source_identities: tuple[str, ...]
    mentions_source_identity: bool
    session_tags: tuple[tuple[str, tuple[str, ...]], ...]
    other_tags_allowed: bool
    transitive_tag_keys: tuple[str, ...]


def demands(policy: Policy, *, operation: str = ASSUME_ROLE) -> tuple[Demands, ...]:
    """Return the demands of each Allow statement that allows an operation, in order.

    Args:
        policy: a trust policy.
        operation: the IAM action by which the role is assumed, such as ``sts:AssumeRoleWithWebIdentity``.
    """
    concerned = [statement for statement in policy.statements if statement.covers_action(operation)]
    denied = [
        _Ask(test, denied=True)
        for statement in concerned
        if statement.effect == "Deny"
        for test in statement.conditions
        if _asks_by_denying(test)
    ]
    return tuple(_demands(statement, denied) for statement in concerned if statement.effect == "Allow")


@dataclass(frozen=True, slots=True)
class _Ask:
    """A condition that a caller has to meet: by holding, or, in a Deny statement, by not holding."""

    test: ConditionTest
    denied: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        operator = self.test.use.operator
        wanted = operator.family == "string" and operator.negated == self.denied
        return self.test.values if wanted else ()

    @property
    def literals(self) -> tuple[str, ...]:
        has_wildcards = self.test.use.operator.name in {"StringLike", "StringNotLike"}
        return tuple(
            value
            for value in self.values
            if not (has_wildcards and ("*" in value or "?" in value))
            and not (self.test.variables and "${" in value)
        )

    @property
    def wants_the_key(self) -> bool:
        """Whether it is met by sending the key, rather than by leaving it out."""
        operator = self.test.use.operator
        return self.denied or not (operator.negated or (operator.tests_presence and self.test.when_absent))

    @property
    def needs_presence(self) -> bool:
        """Whether a list of keys must hold one of the values, rather than only no others."""
        return self.test.use.quantifier is not (Quantifier.ANY if self.denied else Quantifier.ALL)

    @property
    def age_seconds(self) -> int | None:
        """The age that must not be reached; of several values the greatest, since one match is enough."""
        bound = "GreaterThan" if self.denied else "LessThan"
        if self.test.lookup_key != _MFA_AGE or bound not in self.test.use.operator.name:
            return None
        return max((int(float(value)) for value in self.test.values), default=None)


def _asks_by_denying(test: ConditionTest) -> bool:
    """Whether a Deny with this condition makes callers send something, rather than avoid it."""
    if test.lookup_key == _MFA_AGE:
        return "GreaterThan" in test.use.operator.name or test.use.operator.tests_presence
    if test.lookup_key == _MFA_PRESENT or test.use.operator.tests_presence:
        wanted = "true" if test.use.operator.tests_presence else "false"
        return wanted in map(str.lower, test.values)
    return test.use.operator.negated


def _demands(statement: Statement, denied: Sequence[_Ask]) -> Demands:
    asks = (*(_Ask(test) for test in statement.conditions), *denied)
    about = {key: [ask for ask in asks if ask.test.lookup_key == key] for key in _KEYS}
    ages = [ask.age_seconds for ask in asks if ask.age_seconds is not None]
    return Demands(
        statement=statement.ref.index,
        principals=statement.principals.entries if statement.principals else (),
        external_ids=_distinct(value for ask in about[_EXTERNAL_ID] for value in ask.literals),
        mentions_external_id=bool(about[_EXTERNAL_ID]),
        mentions_mfa=bool(about[_MFA_PRESENT] or about[_MFA_AGE]),
        mfa_age_seconds=min(ages, default=None),
        session_names=_distinct(value for ask in about[_SESSION_NAME] for value in ask.values),
        mentions_session_name=bool(about[_SESSION_NAME]),
        source_identities=_distinct(value for ask in about[_SOURCE_IDENTITY] for value in ask.values),
        mentions_source_identity=bool(about[_SOURCE_IDENTITY]),
        session_tags=_session_tags(asks),
        other_tags_allowed=all(ask.needs_presence for ask in about[_TAG_KEYS]),
        transitive_tag_keys=_distinct(
            value for ask in about[_TRANSITIVE] if ask.needs_presence for value in ask.literals
        ),
    )


_KEYS: Final = (
    _EXTERNAL_ID, _SESSION_NAME, _SOURCE_IDENTITY, _MFA_PRESENT, _MFA_AGE, _TAG_KEYS, _TRANSITIVE,
)  # fmt: skip


def _session_tags(asks: Sequence[_Ask]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The tags to pass: those tested one by one, and keys that the list of all keys must hold.

    Tag keys have no case (AWS page: Pass session tags in AWS STS); the first spelling counts.
    """
    wanted = [
        (ask.test.key[len(_TAG) :], ask)
        for ask in asks
        if ask.test.lookup_key.startswith(_TAG) and ask.wants_the_key
    ]
    wanted += [
        (key, ask)
        for ask in asks
        if ask.test.lookup_key in {_TAG_KEYS, _TRANSITIVE} and ask.needs_presence
        for key in ask.literals
    ]
    spelled: dict[str, str] = {}
    values: dict[str, tuple[str, ...]] = {}
    for key, ask in wanted:
        name = spelled.setdefault(key.lower(), key)
        listed = ask.values if ask.test.lookup_key.startswith(_TAG) else ()
        values[name] = _distinct((*values.get(name, ()), *listed))
    return tuple(values.items())


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
