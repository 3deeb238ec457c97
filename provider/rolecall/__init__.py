"""Declare AWS cross-account roles with Pulumi, and prove at deploy time who can assume them.

Nothing is loaded before it is used: ``import rolecall`` costs neither pulumi nor boto3.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .errors import DeclarationError, PolicyError, ProbeError, RolecallError, SandboxError
    from .resources import (
        AcceptArgs,
        CallerArgs,
        CrossAccountRole,
        ExpectArgs,
        ExternalId,
        MfaCodeArgs,
        RequireArgs,
        RoleVerification,
        TrustArgs,
        VerifyArgs,
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
    "CallerArgs",
    "CrossAccountRole",
    "DeclarationError",
    "ExpectArgs",
    "ExternalId",
    "MfaCodeArgs",
    "PolicyError",
    "ProbeError",
    "RequireArgs",
    "RoleVerification",
    "RolecallError",
    "SandboxError",
    "TrustArgs",
    "VerifyArgs",
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

_ROOMS: Final = MappingProxyType(
    {
        "errors": ("DeclarationError", "PolicyError", "ProbeError", "RolecallError", "SandboxError"),
        "resources": (
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
        ),
    }
)
"""Where the public names live."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - reading metadata takes longer than all else here

        return version("rolecall")
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f".{room}", __name__), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message, name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
