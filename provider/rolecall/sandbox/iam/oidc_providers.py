"""OpenID Connect providers of IAM: what AWS would not make is refused, and their audiences can be changed."""

import re
from typing import Final, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import IAMBackend, OpenIDConnectProvider
from moto.iam.responses import IamResponse

from ..door.refusals import Refusal

_URL: Final = re.compile(r"https://[\w.-]+(/[^?#\s]*)?", re.ASCII)
_THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}", re.ASCII)
_CLIENT_IDS: Final = 100


class OidcProviders(IAMBackend):
    """moto's IAM, with providers whose URL and thumbprints must be good ("CreateOpenIDConnectProvider")."""

    def create_open_id_connect_provider(
        self, url: str, thumbprint_list: list[str], client_id_list: list[str], tags: list[dict[str, str]]
    ) -> OpenIDConnectProvider:
        """Create a provider.

        Raises:
            Refusal: the URL or a thumbprint is none.
            ServiceException: the provider is there already, or has too many of something.
        """
        if not _URL.fullmatch(url):
            raise Refusal("ValidationError", "Invalid Open ID Connect Provider URL")
        _check_thumbprints(thumbprint_list)
        return super().create_open_id_connect_provider(url, thumbprint_list, client_id_list, tags)

    def update_open_id_connect_provider_thumbprint(self, arn: str, thumbprint_list: list[str]) -> None:
        """Replace a provider's thumbprints.

        Raises:
            Refusal: a thumbprint is none.
            ServiceException: ``NoSuchEntity``.
        """
        _check_thumbprints(thumbprint_list)
        super().update_open_id_connect_provider_thumbprint(arn, thumbprint_list)

    def change_client_ids(self, arn: str, *, add: str | None = None, remove: str | None = None) -> None:
        """Add an audience to a provider, or take one away; does nothing where that is so already.

        Raises:
            Refusal: ``LimitExceeded``.
            ServiceException: ``NoSuchEntity``.
        """
        provider = self.get_open_id_connect_provider(arn)
        kept = [each for each in provider.client_id_list if each not in {add, remove}]
        provider.client_id_list = kept if add is None else [*kept, add]
        if len(provider.client_id_list) > _CLIENT_IDS:
            provider.client_id_list = kept
            raise Refusal(
                "LimitExceeded", f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {_CLIENT_IDS}"
            )


class OidcProviderResponse(IamResponse):
    """The IAM calls on OpenID Connect providers that moto does not have."""

    def add_client_id_to_open_id_connect_provider(self) -> ActionResult:
        """AddClientIDToOpenIDConnectProvider."""
        self._oidc.change_client_ids(self._arn, add=self._get_param("ClientID"))
        return EmptyResult()

    def remove_client_id_from_open_id_connect_provider(self) -> ActionResult:
        """RemoveClientIDFromOpenIDConnectProvider."""
        self._oidc.change_client_ids(self._arn, remove=self._get_param("ClientID"))
        return EmptyResult()

    @property
    def _oidc(self) -> OidcProviders:
        return cast("OidcProviders", self.backend)  # the sandbox installs no other

    @property
    def _arn(self) -> str:
        return cast("str", self._get_param("OpenIDConnectProviderArn"))


def _check_thumbprints(thumbprints: list[str]) -> None:
    for each in thumbprints:
        if not _THUMBPRINT.fullmatch(each):
            raise Refusal("InvalidInput", "Thumbprints have 40 hexadecimal digits.")
