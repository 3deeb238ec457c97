"""What every trust policy must meet, whatever its declaration says; a broken one shows who gets in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy import Answer, Arn, Policy, Principal, Request, decide
from rolecall.policy.formats import ACCOUNT_ID, fault_of
from rolecall.shapes import Faults, Read, fields, flag, many
from rolecall.verification import BrokenRequirement

from .answers import Broken, CouldNotTell
from .guarantees import Guarantee, among, external_id, mfa
from .questions import check

_ANY_ROLE: Final = "arn:aws:iam::000000000000:role/any"
ANYONE: Final = "arn:aws:iam::999999999999:user/anyone"
"""Stands for a principal that no policy has a reason to name."""


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


def _strangers_without_external_id(requirements: Requirements, policy: Policy, role: str) -> Iterator[str]:
    own = tuple(dict.fromkeys((*requirements.own_accounts, Arn.parse(role).account)))
    asked = external_id(own_accounts=own)
    for door, entry in _doors(policy):
        sentence = f"{_called(entry)}, a third party, gets in without an external ID"
        yield from _told(door, role, replace(asked, concerned=among([entry])), sentence)


def _humans_without_mfa(_requirements: Requirements, policy: Policy, role: str) -> Iterator[str]:
    for door, entry in _doors(policy):
        arn = _arn(entry)
        if arn is not None and arn.is_user:
            sentence = f"{entry.value}, an IAM user, gets in without MFA"
            yield from _told(door, role, replace(mfa(), concerned=among([entry])), sentence)


def _public(_requirements: Requirements, policy: Policy, role: str) -> Iterator[str]:
    request = Request(role=role, principal=Principal("AWS", ANYONE))
    if decide(request, policy).trust is Answer.ALLOWED:
        yield "anyone of any account gets in, for nothing is asked of them"


def _told(policy: Policy, role: str, guarantee: Guarantee, sentence: str) -> Iterator[str]:
    """The sentence of a guarantee that is broken, with the statement; what isn't proved isn't met."""
    answer = check(policy, guarantee, role=role)
    if isinstance(answer, Broken):
        yield f"{sentence} (statement {answer.statement + 1})"
    elif isinstance(answer, CouldNotTell):
        yield f"it can't be ruled out that {sentence}: {answer.reason}"


def _doors(policy: Policy) -> Iterator[tuple[Policy, Principal]]:
    """Each Allow statement by itself, with all Deny statements, and each AWS principal that it names."""
    denies = [statement for statement in policy.statements if statement.effect == "Deny"]
    for statement in policy.statements:
        if statement.effect == "Allow" and statement.principals is not None:
            door = replace(policy, statements=(statement, *denies))
            entries = dict.fromkeys(entry for entry in statement.principals.entries if entry.kind == "AWS")
            yield from ((door, entry) for entry in entries)


def _called(entry: Principal) -> str:
    if entry.value == "*":
        return "any account"
    if entry.value.isdigit():
        return f"account {entry.value}"
    arn = _arn(entry)
    return f"account {arn.account}" if arn is not None and arn.is_account_root else entry.value


def _arn(entry: Principal) -> Arn | None:
    try:
        return Arn.parse(entry.value)
    except DeclarationError:
        return None  # an account ID, everyone, or the id of what was deleted


_CHECKS: Final[Mapping[str, Callable[[Requirements, Policy, str], Iterable[str]]]] = {
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
