"""Identity providers of IAM, as rows of the stand-in's table."""

from tools.offline.aws_plugin import iam
from tools.offline.aws_plugin.resource import (
    TAGS,
    Created,
    Properties,
    Property,
    Resource,
    key,
    same_set,
    same_url,
)
from tools.offline.aws_plugin.session import Aws


def _create_oidc(aws: Aws, inputs: Properties) -> Created:
    made = aws.iam.create_open_id_connect_provider(
        **iam.given(
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            ThumbprintList=inputs.get("thumbprintLists"),
            Tags=iam.tag_list(aws.tags(inputs)),
        )
    )
    return Created(made["OpenIDConnectProviderArn"])


def _read_oidc(aws: Aws, arn: str, _state: Properties) -> Properties:
    live = aws.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    return {
        "url": live["Url"],
        "clientIdLists": live["ClientIDList"],
        "thumbprintLists": live["ThumbprintList"],
        "tags": iam.tag_map(live.get("Tags")),
        "arn": arn,
    }


def _update_oidc(aws: Aws, arn: str, state: Properties, news: Properties) -> None:
    identity = {"OpenIDConnectProviderArn": arn}
    old, new = state.get("clientIdLists") or (), news["clientIdLists"]
    for client in new:
        if client not in old:
            aws.iam.add_client_id_to_open_id_connect_provider(ClientID=client, **identity)
    for client in old:
        if client not in new:
            aws.iam.remove_client_id_from_open_id_connect_provider(ClientID=client, **identity)
    thumbprints = news.get("thumbprintLists")
    if thumbprints and not same_set(thumbprints, state.get("thumbprintLists")):
        aws.iam.update_open_id_connect_provider_thumbprint(ThumbprintList=thumbprints, **identity)
    iam.retag(aws, "open_id_connect_provider", state, news, **identity)


def _delete_oidc(aws: Aws, arn: str, _state: Properties) -> None:
    aws.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def _create_saml(aws: Aws, inputs: Properties) -> Created:
    made = aws.iam.create_saml_provider(
        **iam.given(
            Name=inputs["name"],
            SAMLMetadataDocument=inputs["samlMetadataDocument"],
            Tags=iam.tag_list(aws.tags(inputs)),
        )
    )
    return Created(made["SAMLProviderArn"])


def _read_saml(aws: Aws, arn: str, _state: Properties) -> Properties:
    live = aws.iam.get_saml_provider(SAMLProviderArn=arn)
    until = live.get("ValidUntil")
    return {
        "name": arn.rsplit("/", 1)[1],
        "samlMetadataDocument": live["SAMLMetadataDocument"],
        "arn": arn,
        "validUntil": until.isoformat() if until else None,
        "tags": iam.tag_map(live.get("Tags")),
    }


def _update_saml(aws: Aws, arn: str, state: Properties, news: Properties) -> None:
    if news["samlMetadataDocument"] != state.get("samlMetadataDocument"):
        aws.iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=news["samlMetadataDocument"])
    iam.retag(aws, "saml_provider", state, news, SAMLProviderArn=arn)


def _delete_saml(aws: Aws, arn: str, _state: Properties) -> None:
    aws.iam.delete_saml_provider(SAMLProviderArn=arn)


ROWS = (
    Resource(
        pulumi_type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        noun="OpenID Connect provider of IAM",
        properties=(
            Property(name="url", same=same_url, required=True, replaces=True),
            Property(name="clientIdLists", same=same_set, required=True),
            Property(name="thumbprintLists", same=same_set, chosen=True),
            TAGS,
        ),
        outputs=("arn",),
        create=_create_oidc,
        read=_read_oidc,
        update=_update_oidc,
        delete=_delete_oidc,
    ),
    Resource(
        pulumi_type="aws:iam/samlProvider:SamlProvider",
        noun="SAML provider of IAM",
        properties=(
            key("name"),
            Property(name="samlMetadataDocument", required=True),
            TAGS,
        ),
        outputs=("arn", "validUntil"),
        create=_create_saml,
        read=_read_saml,
        update=_update_saml,
        delete=_delete_saml,
    ),
)
"""The rows of this module."""
