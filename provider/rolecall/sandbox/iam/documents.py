"""Policy documents as the sandbox keeps them: what AWS would refuse to store never gets in."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache

from rolecall.errors import PolicyError
from rolecall.policy.decision import PolicyKind
from rolecall.policy.document import parse
from rolecall.policy.formats import TRUST_POLICY_CHARACTERS
from rolecall.policy.statement import Policy

from ..door.refusals import Refusal


@lru_cache(maxsize=4096)
def parsed(document: str, kind: PolicyKind) -> Policy:
    """Return the policy that a document holds.

    Raises:
        Refusal: ``MalformedPolicyDocument`` for what AWS would not store.
    """
    try:
        return parse(document, kind=kind)
    except PolicyError as error:
        raise Refusal("MalformedPolicyDocument", "; ".join(map(str, error.faults))) from error


@lru_cache(maxsize=4096)
def stored_trust(document: str) -> Policy:
    """Return the trust policy of a role, which was checked when it was stored."""
    return parse(document, kind=PolicyKind.TRUST, stored=True)


def check_trust(document: str) -> None:
    """Check a trust policy before it is stored.

    Raises:
        Refusal: ``MalformedPolicyDocument``, or ``LimitExceeded`` where it is longer than 2,048 characters.
    """
    parsed(document, PolicyKind.TRUST)
    if len("".join(document.split())) > TRUST_POLICY_CHARACTERS:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_CHARACTERS}")


def aws_principals(document: str) -> Iterator[str]:
    """Yield every value under ``"Principal": {"AWS": …}`` of a trust policy that has been checked."""
    statements = json.loads(document)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        named = statement["Principal"].get("AWS", [])
        yield from named if isinstance(named, list) else [named]


def with_principals(document: str, rename: Callable[[str], str]) -> str:
    """Return the trust policy with each AWS principal renamed."""
    content = json.loads(document)
    statements = content["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        named = statement["Principal"].get("AWS")
        if isinstance(named, list):
            statement["Principal"]["AWS"] = [rename(value) for value in named]
        elif named is not None:
            statement["Principal"]["AWS"] = rename(named)
    return json.dumps(content)
