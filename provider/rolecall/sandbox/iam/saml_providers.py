"""SAML providers of IAM, made from metadata that is read when it is stored."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import IAMBackend, SAMLProvider
from moto.iam.responses import IamResponse

from ..door.refusals import Refusal
from ..saml.metadata import read_metadata

_ENCRYPTION = ("AssertionEncryptionMode", "AddPrivateKey", "RemovePrivateKey")


class SamlProviders(IAMBackend):
    """moto's IAM, with SAML providers whose metadata must be good."""

    def create_saml_provider(self, name: str, saml_metadata_document: str) -> SAMLProvider:
        """Create a provider.

        Raises:
            Refusal: the name is taken, or the metadata can't be read.
        """
        read_metadata(saml_metadata_document)
        if name in self.saml_providers:
            raise Refusal("EntityAlreadyExists", f"SAMLProvider {name} already exists.")
        return super().create_saml_provider(name, saml_metadata_document)

    def update_saml_provider(self, saml_provider_arn: str, saml_metadata_document: str) -> SAMLProvider:
        """Replace a provider's metadata.

        Raises:
            Refusal: the provider isn't there, or the metadata can't be read.
        """
        read_metadata(saml_metadata_document)
        return super().update_saml_provider(saml_provider_arn, saml_metadata_document)

    def delete_saml_provider(self, saml_provider_arn: str) -> None:
        """Delete a provider, and its tags."""
        super().delete_saml_provider(saml_provider_arn)
        self.tagger.delete_all_tags_for_resource(saml_provider_arn)

    def saml_tags(self, provider_arn: str) -> list[dict[str, str]]:
        """Return a provider's tags.

        Raises:
            ServiceException: ``NoSuchEntity``.
        """
        self.get_saml_provider(provider_arn)
        tags: list[dict[str, str]] = self.tagger.list_tags_for_resource(provider_arn)["Tags"]
        return tags

    def tag_saml_provider(self, provider_arn: str, tags: Sequence[Mapping[str, str]]) -> None:
        """Add tags to a provider, or change them.

        Raises:
            ServiceException: ``NoSuchEntity``.
        """
        self.get_saml_provider(provider_arn)
        self.tagger.tag_resource(provider_arn, [dict(tag) for tag in tags])

    def untag_saml_provider(self, provider_arn: str, keys: Sequence[str]) -> None:
        """Take tags away from a provider.

        Raises:
            ServiceException: ``NoSuchEntity``.
        """
        self.get_saml_provider(provider_arn)
        self.tagger.untag_resource_using_names(provider_arn, list(keys))


class SamlProviderResponse(IamResponse):
    """The IAM calls on SAML providers that moto does not have, or answers with less."""

    @property
    def _providers(self) -> SamlProviders:
        return cast("SamlProviders", self.backend)  # the sandbox installs no other

    def create_saml_provider(self) -> ActionResult:
        """CreateSAMLProvider, with its tags."""
        self._refuse_encryption()
        made = self._providers.create_saml_provider(
            self._get_param("Name"), self._get_param("SAMLMetadataDocument")
        )
        tags: list[dict[str, str]] = self._get_param("Tags", [])
        self._providers.tag_saml_provider(made.arn, tags)
        return ActionResult({"SAMLProviderArn": made.arn, "Tags": tags})

    def update_saml_provider(self) -> ActionResult:
        """UpdateSAMLProvider."""
        self._refuse_encryption()
        return super().update_saml_provider()

    def get_saml_provider(self) -> ActionResult:
        """GetSAMLProvider, with what the metadata and the tags say."""
        provider = self._providers.get_saml_provider(self._get_param("SAMLProviderArn"))
        document = cast("str", provider.saml_metadata_document)
        found: dict[str, Any] = {
            "SAMLMetadataDocument": document,
            "CreateDate": provider.create_date,
            "ValidUntil": read_metadata(document).valid_until,
            "Tags": self._providers.saml_tags(provider.arn),
        }
        return ActionResult({name: value for name, value in found.items() if value is not None})

    def tag_saml_provider(self) -> ActionResult:
        """TagSAMLProvider."""
        self._providers.tag_saml_provider(self._get_param("SAMLProviderArn"), self._get_param("Tags", []))
        return EmptyResult()

    def untag_saml_provider(self) -> ActionResult:
        """UntagSAMLProvider."""
        self._providers.untag_saml_provider(
            self._get_param("SAMLProviderArn"), self._get_param("TagKeys", [])
        )
        return EmptyResult()

    def list_saml_provider_tags(self) -> ActionResult:
        """ListSAMLProviderTags."""
        tags = self._providers.saml_tags(self._get_param("SAMLProviderArn"))
        return ActionResult({"Tags": tags, "IsTruncated": False})

    def _refuse_encryption(self) -> None:
        asked = [name for name in _ENCRYPTION if self._get_param(name) is not None]
        if asked:
            raise Refusal("NotImplemented", f"The sandbox does not decrypt assertions ({', '.join(asked)}).")
