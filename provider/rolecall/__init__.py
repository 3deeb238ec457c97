"""Declare AWS cross-account roles with Pulumi, and prove at deploy time who can assume them.

Nothing is loaded before it is used: ``import rolecall`` costs neither pulumi nor boto3.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import DeclarationError, PolicyError, ProbeError, RolecallError, SandboxError
    from .resources import (
        AcceptArgs,
        AccessArgs,
        CallerArgs,
        CanDoArgs,
        CrossAccountRole,
        ExpectArgs,
        ExternalId,
        FleetDefaultsArgs,
        FleetRoleArgs,
        FleetVerification,
        GithubTokenArgs,
        MfaCodeArgs,
        RequireArgs,
        RoleAccess,
        RoleVerification,
        TrustArgs,
        VerifyArgs,
        WebIdentityArgs,
        bitbucket,
        circleci,
        eks_service_account,
        github,
        gitlab,
        permission_set,
        terraform_cloud,
        verify,
    )

    __version__: str

__all__ = [
    "AcceptArgs",
    "AccessArgs",
    "CallerArgs",
    "CanDoArgs",
    "CrossAccountRole",
    "DeclarationError",
    "ExpectArgs",
    "ExternalId",
    "FleetDefaultsArgs",
    "FleetRoleArgs",
    "FleetVerification",
    "GithubTokenArgs",
    "MfaCodeArgs",
    "PolicyError",
    "ProbeError",
    "RequireArgs",
    "RoleAccess",
    "RoleVerification",
    "RolecallError",
    "SandboxError",
    "TrustArgs",
    "VerifyArgs",
    "WebIdentityArgs",
    "__version__",
    "bitbucket",
    "circleci",
    "eks_service_account",
    "github",
    "gitlab",
    "permission_set",
    "terraform_cloud",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - reading metadata takes longer than all else here

        return version("rolecall")
    if name in __all__:
        return getattr(import_module(".errors" if name.endswith("Error") else ".resources", __name__), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message, name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
