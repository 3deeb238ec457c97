"""Session policies: the inline one and the managed ones that a caller puts on its own session."""

from moto.core.exceptions import ServiceException

from rolecall.policy.decision import PolicyKind

from .documents import parsed
from .iam import SandboxIam
from .parameters import Parameters
from .refusals import Refusal
from .view import managed_document

_LIMIT = 2048


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

    AWS packs them in a format of its own and tells only the percentage; this one counts characters.

    Raises:
        Refusal: ``PackedPolicyTooLarge`` above 100 %.
    """
    texts = (parameters.get("Policy") or "", *parameters.policy_arns)
    characters = sum(map(len, texts)) + sum(len(key) + len(value) for key, value in parameters.tags.items())
    percent = -(-characters * 100 // _LIMIT)
    most = 100
    if percent > most:
        raise Refusal(
            "PackedPolicyTooLarge",
            f"Packed size of session tags and policies consumes {percent}% of the limit",
        )
    return percent
