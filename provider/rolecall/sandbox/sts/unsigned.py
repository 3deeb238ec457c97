"""The STS operations that need no signature: a token of an identity provider stands for it."""

from collections.abc import Callable, Mapping

from ..saml.assume_role import AssumeRoleWithSaml
from ..web_identity.assume_role import AssumeRoleWithWebIdentity
from ..web_identity.issuers import Issuers
from ..web_identity.pages import IssuerPages
from .federated import FederatedEntry, UnsignedCall

UnsignedOperation = Callable[[UnsignedCall], Mapping[str, object]]
"""Performs an operation; called without the sandbox's lock."""


def unsigned_table(entry: FederatedEntry, issuers: Issuers) -> Mapping[str, UnsignedOperation]:
    """Return the operations by name."""
    return {
        "AssumeRoleWithSAML": AssumeRoleWithSaml(entry),
        "AssumeRoleWithWebIdentity": AssumeRoleWithWebIdentity(entry, IssuerPages(issuers)),
    }
