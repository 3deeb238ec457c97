"""The STS operations that need no signature: a token of an identity provider stands for it."""

from collections.abc import Callable, Mapping

from .assume_role_with_saml import AssumeRoleWithSaml
from .assume_role_with_web_identity import AssumeRoleWithWebIdentity
from .federated import FederatedEntry, UnsignedCall
from .issuer_pages import IssuerPages
from .issuers import Issuers

UnsignedOperation = Callable[[UnsignedCall], Mapping[str, object]]
"""Performs an operation; called without the sandbox's lock."""


def unsigned_table(entry: FederatedEntry, issuers: Issuers) -> Mapping[str, UnsignedOperation]:
    """Return the operations by name."""
    return {
        "AssumeRoleWithSAML": AssumeRoleWithSaml(entry),
        "AssumeRoleWithWebIdentity": AssumeRoleWithWebIdentity(entry, IssuerPages(issuers)),
    }
