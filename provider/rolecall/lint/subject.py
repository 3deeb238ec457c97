"""What the rules look at: a trust policy read once, with the questions that many rules ask of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn, ConditionTest, Policy, Principal, Statement
from rolecall.policy.principals import UNIQUE_ID

from .model import LintContext

ASSUME_ROLE: Final = "sts:AssumeRole"
WITH_SAML: Final = "sts:AssumeRoleWithSAML"
WITH_WEB_IDENTITY: Final = "sts:AssumeRoleWithWebIdentity"

EXTERNAL_ID: Final = "sts:externalid"
MFA_PRESENT: Final = "aws:multifactorauthpresent"
MFA_AGE: Final = "aws:multifactorauthage"


class Sort(Enum):
    """What an entry of a Principal element names."""

    EVERYONE = auto()
    ACCOUNT = auto()
    USER = auto()
    ROLE = auto()
    SESSION = auto()
    FEDERATED_USER = auto()
    DELETED = auto()
    SERVICE = auto()
    OIDC = auto()
    SAML = auto()


ACTIONS: Final[Mapping[Sort, str]] = dict.fromkeys(Sort, ASSUME_ROLE) | {
    Sort.OIDC: WITH_WEB_IDENTITY,
    Sort.SAML: WITH_SAML,
}
"""The action by which each sort of principal assumes a role."""


def sort_of(principal: Principal) -> Sort:
    """What an entry of a Principal element that AWS would store names."""
    value = principal.value
    if principal.kind == "Service":
        return Sort.SERVICE
    if principal.kind == "Federated":
        return Sort.SAML if ":saml-provider/" in value else Sort.OIDC
    if value == "*":
        return Sort.EVERYONE
    if UNIQUE_ID.fullmatch(value):
        return Sort.DELETED
    arn = arn_of(value)
    if arn is None or arn.is_account_root:
        return Sort.ACCOUNT
    for is_of_sort, sort in (
        (arn.is_user, Sort.USER),
        (arn.is_role, Sort.ROLE),
        (arn.is_role_session, Sort.SESSION),
    ):
        if is_of_sort:
            return sort
    return Sort.FEDERATED_USER


def arn_of(text: str) -> Arn | None:
    """The text as an ARN; ``None`` where it is none."""
    try:
        return Arn.parse(text)
    except DeclarationError:
        return None


def account_of(principal: Principal) -> str | None:
    """The account that an entry of a Principal element belongs to; ``None`` where it tells none."""
    if principal.kind != "AWS":
        return None
    if principal.value.isdigit():
        return principal.value
    arn = arn_of(principal.value)
    return arn.account if arn else None


class Place(NamedTuple):
    """One condition, where it stands."""

    statement: Statement
    test: ConditionTest
    pointer: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One trust policy under examination.

    Attributes:
        document: as it was given, decoded where that was possible.
        policy: as AWS reads it; without statements where AWS would refuse it.
        faults: why AWS would refuse to store it.
        context: what is known besides it.
    """

    document: object
    policy: Policy
    faults: tuple[Fault, ...]
    context: LintContext

    @property
    def role_arn(self) -> str:
        """The role; where it isn't known, one of an account that nobody has."""
        return self.context.role_arn or f"arn:{self.partition}:iam::000000000000:role/any"

    @property
    def partition(self) -> str:
        """The partition of the role, else of the first principal that tells one."""
        texts = [self.context.role_arn or ""]
        texts += [entry.value for _, entry in self.entries()]
        return next((arn.partition for arn in map(arn_of, texts) if arn), "aws")

    @property
    def own_accounts(self) -> frozenset[str]:
        """Accounts that aren't third parties."""
        arn = arn_of(self.context.role_arn or "")
        return self.context.own_accounts | ({arn.account} if arn else frozenset())

    def statements(self, effect: str, action: str | None = None) -> Iterator[Statement]:
        """The statements of one effect, that are about an action where one is given."""
        for statement in self.policy.statements:
            if statement.effect == effect and (action is None or statement.covers_action(action)):
                yield statement

    def entries(self, effect: str | None = None) -> Iterator[tuple[Statement, Principal]]:
        """Every entry of every Principal element, with its statement."""
        for statement in self.policy.statements:
            if effect is None or statement.effect == effect:
                for entry in entries_of(statement):
                    yield statement, entry

    def tests(self, *keys: str, effect: str | None = None) -> Iterator[Place]:
        """The conditions about some keys (lower case; all where none is given), with their places."""
        for statement in self.policy.statements:
            if effect is None or statement.effect == effect:
                for place in tests_of(statement):
                    if not keys or place.test.lookup_key in keys:
                        yield place


def entries_of(statement: Statement) -> tuple[Principal, ...]:
    """What a statement's Principal element lists."""
    return statement.principals.entries if statement.principals else ()


def tests_of(statement: Statement) -> Iterator[Place]:
    """A statement's conditions, with their places."""
    for test in statement.conditions:
        parts = (escaped(test.operator), escaped(test.key))
        yield Place(statement, test, f"{statement.pointer}/Condition/{'/'.join(parts)}")


def principal_pointer(statement: Statement, principal: Principal) -> str:
    """JSON pointer of the field of a Principal element that lists an entry."""
    return f"{statement.pointer}/Principal/{principal.kind}"


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
