"""Roles and proofs as Pulumi resources; thin: what to think is thought elsewhere."""

from .any_role import verify
from .args import (
    AcceptArgs,
    AccessArgs,
    CallerArgs,
    CanDoArgs,
    ExpectArgs,
    FleetDefaultsArgs,
    FleetRoleArgs,
    GithubTokenArgs,
    MfaCodeArgs,
    RequireArgs,
    TrustArgs,
    VerifyArgs,
    WebIdentityArgs,
)
from .cross_account_role import CrossAccountRole
from .external_id import ExternalId
from .fleet_verification import FleetVerification
from .presets import (
    bitbucket,
    circleci,
    eks_service_account,
    github,
    gitlab,
    permission_set,
    terraform_cloud,
)
from .role_access import RoleAccess
from .role_verification import RoleVerification

__all__ = [
    "AcceptArgs",
    "AccessArgs",
    "CallerArgs",
    "CanDoArgs",
    "CrossAccountRole",
    "ExpectArgs",
    "ExternalId",
    "FleetDefaultsArgs",
    "FleetRoleArgs",
    "FleetVerification",
    "GithubTokenArgs",
    "MfaCodeArgs",
    "RequireArgs",
    "RoleAccess",
    "RoleVerification",
    "TrustArgs",
    "VerifyArgs",
    "WebIdentityArgs",
    "bitbucket",
    "circleci",
    "eks_service_account",
    "github",
    "gitlab",
    "permission_set",
    "terraform_cloud",
    "verify",
]
