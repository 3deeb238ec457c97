"""What every trust policy must meet, whatever its declaration says; a broken one shows who gets in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy import Answer, Arn, Policy, Principal, Request, decide
from rolecall.policy.formats import ACCOUNT_ID, fault_of
from rolecall.shapes import Faults, Read, fields, flag, many
from rolecall.verification import BrokenRequirement

from .witness import ANYONE, account_of, allows, askers, satisfying

_ANY_ROLE: Final = "arn:aws:iam::000000000000:role/any"
_EXTERNAL_ID: Final = ("sts:externalid",)
_MFA: Final = ("aws:multifactorauthpresent", "aws:multifactorauthage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """The requirements of an organisation.

    Attributes:
        own_accounts: account IDs that aren't third parties; a role's own account never is.
        third_party_external_id: nobody of another account gets in without an external ID.
        humans_mfa: no IAM user who is named as a principal gets in without MFA.
        no_public: nobody gets in of whom the trust policy asks nothing.
    """

    own_accounts: tuple[str, ...] = ()
    third_party_external_id: bool = False
    humans_mfa: bool = False
    no_public: bool = False

    def broken(self, policy: Policy, role_arn: str | None) -> tuple[BrokenRequirement, ...]:
        """The requirements that a trust policy doesn't meet, each with who gets in.

        Args:
            policy: the trust policy.
            role_arn: the role; ``None`` where it isn't known yet.
        """
        role = role_arn or _ANY_ROLE
        return tuple(
            BrokenRequirement(requirement=name, sentence=sentence)
            for name, check in _CHECKS.items()
            if getattr(self, name)
            for sentence in check(self, policy, role)
        )


def read_requirements(raw: Mapping[str, object] | None, *, path: str) -> Requirements:
    """The checked form of ``rolecall:require``; ``None`` requires nothing.

    Raises:
        DeclarationError: with every fault that was found.
    """
    faults: Faults = []
    given = fields(raw or {}, _FIELDS, path, faults)
    if faults:
        raise DeclarationError(faults)
    return Requirements(**given)


def _gets_in(policy: Policy, role: str, asker: Principal, context: Mapping[str, object]) -> bool:
    request = Request(role=role, principal=asker, context=dict(context))  # type: ignore[arg-type]
    return decide(request, policy).trust is Answer.ALLOWED


def _strangers_without_external_id(requirements: Requirements, policy: Policy, role: str) -> list[str]:
    own = {*requirements.own_accounts, Arn.parse(role).account}
    return [
        f"{_named(asker)}, a third party, gets in without an external ID (statement {index + 1})"
        for index, statement in allows(policy)
        for asker in askers(statement)
        if account_of(asker) not in own
        and _gets_in(policy, role, asker, satisfying(statement, without=_EXTERNAL_ID))
    ]


def _humans_without_mfa(_requirements: Requirements, policy: Policy, role: str) -> list[str]:
    return [
        f"{asker.value}, an IAM user, gets in without MFA (statement {index + 1})"
        for index, statement in allows(policy)
        for asker in askers(statement)
        if statement.principals is not None
        and asker in statement.principals.entries
        and Arn.parse(asker.value).is_user
        and _gets_in(policy, role, asker, satisfying(statement, without=_MFA))
    ]


def _public(_requirements: Requirements, policy: Policy, role: str) -> list[str]:
    if _gets_in(policy, role, Principal("AWS", ANYONE), {}):
        return ["anyone of any account gets in, for nothing is asked of them"]
    return []


def _named(asker: Principal) -> str:
    if asker.value == ANYONE:
        return "any account"
    return f"account {account_of(asker)}" if asker.value.endswith(":user/anyone") else asker.value


_CHECKS: Final[Mapping[str, Callable[[Requirements, Policy, str], list[str]]]] = {
    "third_party_external_id": _strangers_without_external_id,
    "humans_mfa": _humans_without_mfa,
    "no_public": _public,
}


def _account(value: object, path: str, faults: Faults) -> str | None:
    fault = fault_of(ACCOUNT_ID, value, path)
    if fault is not None:
        faults.append(fault)
    return str(value)


_FIELDS: Final[Mapping[str, Read]] = {
    "own_accounts": many(_account),
    "third_party_external_id": flag,
    "humans_mfa": flag,
    "no_public": flag,
}
