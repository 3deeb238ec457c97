"""Tells permissions as a policy, or as an explanation."""

import json
from collections.abc import Iterator, Sequence

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn
from rolecall.verification.permissions import ANY_ROLE, PARTIES, Feature, On, Party, needs, policy_for


def policy(party: str, role_arns: Sequence[str], features: Sequence[str]) -> str:
    """The policy of one party as JSON text.

    Raises:
        DeclarationError: an ARN is none of a role.
    """
    document = policy_for(Party(party), _roles(role_arns), [Feature(each) for each in features])
    return json.dumps(document, indent=2)


def explained(party: str | None, role_arns: Sequence[str], features: Sequence[str]) -> str:
    """Who needs which permissions, and what for; those of some features only, where some are named.

    Raises:
        DeclarationError: an ARN is none of a role.
    """
    roles = _roles(role_arns)
    chosen = [Party(party)] if party is not None else list(Party)
    return "\n\n".join("\n".join(_lines(each, roles, features)) for each in chosen)


def _lines(party: Party, roles: Sequence[str], features: Sequence[str]) -> Iterator[str]:
    yield f"{party}: {PARTIES[party]}"
    for need in needs(party, [Feature(each) for each in features] or list(Feature)):
        where = ", ".join(roles) if need.on is On.ROLES else "*"
        asked = f" (--with {need.feature})" if need.feature is not None else ""
        yield f"  {need.why}{asked}"
        yield from (f"    {action}  on {where}" for action in need.actions)


def _roles(role_arns: Sequence[str]) -> tuple[str, ...]:
    faults = [
        Fault(
            "--role", f'"{arn}" is not the ARN of a role', "It looks like arn:aws:iam::222222222222:role/NAME"
        )
        for arn in role_arns
        if not _is_role(arn)
    ]
    if faults:
        raise DeclarationError(faults)
    return tuple(dict.fromkeys(role_arns)) or (ANY_ROLE,)


def _is_role(arn: str) -> bool:
    try:
        return Arn.parse(arn).is_role
    except DeclarationError:
        return False
