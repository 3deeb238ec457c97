"""Says what nobody here can show: that the callers of accounts of which no caller was given get in."""

from collections.abc import Collection, Iterator

from rolecall.errors import DeclarationError
from rolecall.policy import Arn, Policy, demands

from .model import ProbeKind
from .report import Skipped


def untried(policy: Policy | None, *, role_arn: str, tried: Collection[str]) -> Iterator[Skipped]:
    """An entry for each other account that a trust policy names, and of which no caller was to get in.

    Args:
        policy: the trust policy; ``None`` where it isn't known.
        role_arn: the role; its own account has no need to show anything.
        tried: accounts of the callers that were to get in.
    """
    told = {*tried, Arn.parse(role_arn).account}
    for ask in demands(policy) if policy is not None else ():
        accounts = (_account(principal.value) for principal in ask.principals if principal.kind == "AWS")
        for account in accounts:
            if account and account not in told:
                told.add(account)
                how = "gets in with this external ID" if ask.mentions_external_id else "gets in"
                yield Skipped(
                    kind=ProbeKind.AS_DECLARED,
                    caller=f"account {account}",
                    reason=f"only account {account} can show that it {how}, by rolecall verify --receipt",
                    account=account,
                )


def _account(principal: str) -> str:
    """The account of a principal; ``""`` for everybody and for the ids of deleted ones."""
    if principal.isdigit():
        return principal
    try:
        return Arn.parse(principal).account
    except DeclarationError:
        return ""
