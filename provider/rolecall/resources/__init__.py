"""Roles and proofs as Pulumi resources; thin: what to think is thought elsewhere."""

from .any_role import verify
from .args import CallerArgs, ExpectArgs, MfaCodeArgs, RequireArgs, TrustArgs, VerifyArgs
from .cross_account_role import CrossAccountRole
from .role_verification import RoleVerification

__all__ = [
    "CallerArgs",
    "CrossAccountRole",
    "ExpectArgs",
    "MfaCodeArgs",
    "RequireArgs",
    "RoleVerification",
    "TrustArgs",
    "VerifyArgs",
    "verify",
]
