"""Roles and proofs as Pulumi resources; thin: what to think is thought elsewhere."""

from .any_role import verify
from .args import AcceptArgs, CallerArgs, ExpectArgs, MfaCodeArgs, RequireArgs, TrustArgs, VerifyArgs
from .cross_account_role import CrossAccountRole
from .external_id import ExternalId
from .presets import (
    bitbucket,
    circleci,
    eks_service_account,
    github,
    gitlab,
    permission_set,
    terraform_cloud,
)
from .role_verification import RoleVerification

__all__ = [
    "AcceptArgs",
    "CallerArgs",
    "CrossAccountRole",
    "ExpectArgs",
    "ExternalId",
    "MfaCodeArgs",
    "RequireArgs",
    "RoleVerification",
    "TrustArgs",
    "VerifyArgs",
    "bitbucket",
    "circleci",
    "eks_service_account",
    "github",
    "gitlab",
    "permission_set",
    "terraform_cloud",
    "verify",
]
