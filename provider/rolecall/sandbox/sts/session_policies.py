"""Session policies: the inline one and the managed ones that a caller puts on its own session."""

import zlib
from typing import Final

from moto.core.exceptions import ServiceException

from rolecall.policy.decision import PolicyKind

from ..door.refusals import Refusal
from ..iam.backend import SandboxIam
from ..iam.documents import parsed
from ..iam.view import managed_document
from .parameters import Parameters

_PACKED_BYTES: Final = 2048


def session_policies(parameters: Parameters, iam: SandboxIam) -> tuple[str, ...]:
    """Return the texts of a call's session policies.

    Args:
        parameters: what the call asks for.
        iam: of the account whose session it will be; AWS takes managed policies of that account only.

    Raises:
        Refusal: ``MalformedPolicyDocument``; ``ValidationError`` for a managed policy that isn't there.
    """
    inline = parameters.get("Policy")
    texts = [] if inline is None else [inline]
    for policy_arn in parameters.policy_arns:
        try:
            texts.append(managed_document(iam, policy_arn))
        except ServiceException as error:
            raise Refusal("ValidationError", f"{policy_arn} is not a policy of this account") from error
    for text in texts:
        parsed(text, PolicyKind.SESSION)
    return tuple(texts)


def packed_size(parameters: Parameters) -> int:
    """Return how many percent of the allowed size policies and tags take; 0 where there are none.

    AWS compresses them into a format that it keeps to itself, and tells only the percentage; this one is
    zlib's, and comes near the percentages that AWS's examples show.

    Raises:
        Refusal: ``PackedPolicyTooLarge`` above 100 %.
    """
    tags = (text for tag in parameters.tags.items() for text in tag)
    texts = (parameters.get("Policy") or "", *parameters.policy_arns, *tags)
    if not any(texts):
        return 0
    percent = -(-len(zlib.compress("\0".join(texts).encode())) * 100 // _PACKED_BYTES)
    most = 100
    if percent > most:
        raise Refusal(
            "PackedPolicyTooLarge",
            f"Packed policy consumes {percent}% of allotted space, please use smaller policy.",
        )
    return percent
