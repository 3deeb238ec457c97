"""Callers for whom an identity provider vouches: how STS names them, and what it knows of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rolecall.policy import Arn, ContextValue
from rolecall.policy.operations import BY_PROVIDER

from .model import Call

PROVIDER_REFUSALS: Final = frozenset({"InvalidIdentityToken", "IDPRejectedClaim"})
"""What STS sends where it doesn't take the token or assertion itself: the trust policy wasn't asked."""

_OF_AWS_PRINCIPALS: Final = (
    "aws:multifactorauth",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorg",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
    "sts:externalid",
)
"""What the names of keys begin with that nobody has whom AWS didn't give credentials to."""
_OF_TOKENS: Final = ("sts:sourceidentity", "sts:transitivetagkeys", "aws:requesttag/", "aws:tagkeys")
"""Likewise, of keys that a token or an assertion fills in, besides those with its provider's prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """A token or an assertion in place of credentials, as far as a prediction needs it.

    It is read without being verified: whether it is genuine is for STS to say.

    Attributes:
        operation: the IAM action by which it assumes roles.
        provider: its identity provider within the role's account, such as ``oidc-provider/HOST``; the host
            of one that AWS knows by itself.
        prefix: what the names of the condition keys begin with that nothing else fills in, in lower case.
        keys: the condition keys that it fills in, in lower case; ``None`` where it isn't at hand.
        other_audiences: whether its source can be asked for one made for another audience.
    """

    operation: str
    provider: str
    prefix: str
    keys: Mapping[str, ContextValue] | None = field(repr=False)
    other_audiences: bool = False

    def provider_arn(self, role_arn: str) -> str:
        """What a trust policy calls its provider, for a role."""
        role = Arn.parse(role_arn)
        own = "/" in self.provider and self.provider.partition("/")[0] in BY_PROVIDER
        return f"arn:{role.partition}:iam::{role.account}:{self.provider}" if own else self.provider

    def fitted(self, call: Call) -> Call:
        """A call as the operation can make it: what it doesn't take is in the token, or nowhere."""
        name = (self.keys or {}).get("sts:rolesessionname")
        return Call(
            role_arn=call.role_arn,
            session_name=name if isinstance(name, str) else call.session_name,
            duration_seconds=call.duration_seconds,
            audience=call.audience,
            broken_signature=call.broken_signature,
        )

    def known(self, call: Call) -> dict[str, ContextValue]:
        """The condition keys that it fills in for a call."""
        keys: dict[str, ContextValue] = dict(self.keys or {})
        return keys if call.audience is None else keys | {f"{self.prefix}aud": call.audience}

    def is_absent(self, key: str) -> bool:
        """Whether a key (lower case) that isn't known is certain to be absent."""
        filled_in = (self.prefix, *_OF_TOKENS) if self.keys is not None else ()
        return key.startswith((*_OF_AWS_PRINCIPALS, *filled_in))


def remembered(provider: str) -> Federation | None:
    """What is known of a federated caller when only its provider's name is at hand, as in an old proof.

    ``None`` where the name is the ARN of another kind of caller.
    """
    resource = Arn.parse(provider).resource if provider.startswith("arn:") else f"oidc-provider/{provider}"
    kind, _, name = resource.partition("/")
    if kind not in BY_PROVIDER:
        return None
    prefix = "saml:" if kind == "saml-provider" else f"{name.lower()}:"
    own = resource if provider.endswith(f":{resource}") else provider
    return Federation(operation=BY_PROVIDER[kind], provider=own, prefix=prefix, keys=None)
