"""The IAM actions by which roles are assumed, and those that go along with them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ASSUME_ROLE: Final = "sts:AssumeRole"
ASSUME_ROLE_WITH_WEB_IDENTITY: Final = "sts:AssumeRoleWithWebIdentity"
ASSUME_ROLE_WITH_SAML: Final = "sts:AssumeRoleWithSAML"
TAG_SESSION: Final = "sts:TagSession"
SET_SOURCE_IDENTITY: Final = "sts:SetSourceIdentity"

OPERATIONS: Final = (ASSUME_ROLE, ASSUME_ROLE_WITH_WEB_IDENTITY, ASSUME_ROLE_WITH_SAML)
"""The actions that give a session of a role."""

BY_PROVIDER: Final[Mapping[str, str]] = MappingProxyType(
    {"oidc-provider": ASSUME_ROLE_WITH_WEB_IDENTITY, "saml-provider": ASSUME_ROLE_WITH_SAML}
)
"""Those for identities of a provider, by the resource type of the provider's ARN."""
