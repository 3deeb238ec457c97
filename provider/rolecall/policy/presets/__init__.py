"""Trusts for well-known callers: each function returns a plain trust in the formats of its provider."""

from .bitbucket import bitbucket
from .checks import PresetTrust
from .circleci import circleci
from .eks import eks_service_account
from .github import github
from .gitlab import gitlab
from .identity_center import permission_set
from .terraform_cloud import terraform_cloud

__all__ = [
    "PresetTrust",
    "bitbucket",
    "circleci",
    "eks_service_account",
    "github",
    "gitlab",
    "permission_set",
    "terraform_cloud",
]
