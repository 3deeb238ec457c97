"""Answers ``rolecall guarantee``: one sentence a guarantee or JSON, and an exit code."""

import json
from dataclasses import dataclass
from typing import Final

import click

from rolecall.guarantee import (
    Answered,
    Broken,
    Guarantee,
    Holds,
    check,
    external_id,
    mfa,
    only,
    only_repo,
    within_org,
)
from rolecall.reports import answer_document, answer_sentence

from .consoles import answers
from .exits import ExitCode
from .policy_files import check_role, read_policy

_CODES: Final = {Holds: ExitCode.AS_DECLARED, Broken: ExitCode.NOT_AS_DECLARED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options as they were given.

    Attributes:
        policy: file with the trust policy; ``-`` is standard input.
        external_id: whether an external ID is needed.
        listed_ids: external IDs one of which is needed.
        mfa: whether MFA is needed.
        principals: the only ones who get in.
        repositories: the only ones whose workflows get in.
        organizations: the only ones whose principals get in.
        own_accounts: accounts of one's own.
        role: ARN of the role.
    """

    policy: str
    external_id: bool
    listed_ids: tuple[str, ...]
    mfa: bool
    principals: tuple[str, ...]
    repositories: tuple[str, ...]
    organizations: tuple[str, ...]
    own_accounts: tuple[str, ...]
    role: str | None

    def guarantees(self) -> list[Guarantee]:
        """What is asked, in the order of the help.

        Raises:
            DeclarationError: an account, a principal, a repository or an organization is none.
        """
        own = self.own_accounts
        wanted: list[Guarantee] = []
        if self.external_id:
            wanted.append(external_id(own_accounts=own))
        if self.listed_ids:
            wanted.append(external_id(self.listed_ids, own_accounts=own))
        if self.mfa:
            wanted.append(mfa())
        if self.principals:
            wanted.append(only(self.principals))
        if self.repositories:
            wanted.append(only_repo(self.repositories))
        if self.organizations:
            wanted.append(within_org(self.organizations, own_accounts=own))
        return wanted


def run(wanted: Wanted, *, as_json: bool) -> ExitCode:
    """Checks, prints the answers, and returns the worst one's exit code.

    Args:
        wanted: the policy and what it should keep.
        as_json: whether to print JSON instead of sentences.

    Raises:
        click.UsageError: nothing is asked, or the role is none.
        BadInput: the policy can't be read.
        DeclarationError: what is asked makes no sense.
    """
    check_role(wanted.role)
    asked = wanted.guarantees()
    if not asked:
        raise click.UsageError("ask for something, such as --external-id or --mfa")
    policy = read_policy(wanted.policy)
    found = [(each, check(policy, each, role=wanted.role)) for each in asked]
    console = answers()
    if as_json:
        told = {"guarantees": [answer_document(*each) for each in found]}
        console.print(json.dumps(told, indent=2), soft_wrap=True)
    else:
        for each in found:
            console.print(answer_sentence(*each), soft_wrap=True)
    return _worst([answer for _, answer in found])


def _worst(found: list[Answered]) -> ExitCode:
    codes = {_CODES.get(type(answer), ExitCode.COULD_NOT_TELL) for answer in found}
    order = (ExitCode.NOT_AS_DECLARED, ExitCode.COULD_NOT_TELL, ExitCode.AS_DECLARED)
    return next(code for code in order if code in codes)
