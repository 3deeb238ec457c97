"""The condition keys that requests to assume a role have, by who asks.

AWS pages: AWS global condition context keys; IAM and AWS STS condition context keys; Actions, resources, and
condition keys for AWS Security Token Service.
"""

import re
from difflib import get_close_matches
from typing import Final

from rolecall.policy import saml

from .subject import Sort

_AWS: Final = frozenset(
    {Sort.EVERYONE, Sort.ACCOUNT, Sort.USER, Sort.ROLE, Sort.SESSION, Sort.FEDERATED_USER}
)
_ALL: Final = frozenset(Sort)
_NONE: Final[frozenset[Sort]] = frozenset()
_SERVICE: Final = frozenset({Sort.SERVICE})
_OIDC: Final = frozenset({Sort.OIDC})
_SAML: Final = frozenset({Sort.SAML})

_TABLE: Final = (
    # Keys that every request can have.
    (
        _ALL,
        """sts:RoleSessionName sts:SourceIdentity sts:TransitiveTagKeys sts:RequestContextProviders
        aws:TagKeys
        aws:CurrentTime aws:EpochTime aws:SecureTransport aws:SourceIp aws:SourceVpc aws:SourceVpce
        aws:SourceVpcArn aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:VpcSourceIp
        aws:UserAgent aws:Referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID
        aws:ResourceOrgPaths aws:PrincipalIsAWSService aws:FederatedProvider aws:IsMcpServiceAction""",
    ),
    # Keys of who signs with credentials of an account.
    (
        _AWS,
        """sts:ExternalId aws:MultiFactorAuthPresent aws:MultiFactorAuthAge aws:PrincipalArn
        aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalType aws:username
        aws:userid aws:SourceIdentity aws:TokenIssueTime aws:CalledVia aws:CalledViaFirst
        aws:CalledViaLast aws:ViaAWSService aws:Ec2InstanceSourceVpc
        aws:Ec2InstanceSourcePrivateIPv4 aws:SourceInstanceARN ec2:RoleDelivery
        ec2:SourceInstanceArn lambda:SourceFunctionArn ssm:SourceInstanceArn
        glue:CredentialIssuingService identitystore:UserId identitystore:IdentityStoreArn
        aws:AssumedRoot aws:ChatbotSourceArn aws:SignInSessionArn codebuild:projectArn
        codebuild:buildArn""",
    ),
    # Keys that services send for whom they act.
    (
        _SERVICE,
        """aws:SourceArn aws:SourceAccount aws:SourceOrgID aws:SourceOrgPaths aws:PrincipalServiceName
        aws:PrincipalServiceNamesList""",
    ),
    # Claims of SAML responses.
    (
        _SAML,
        " ".join(("saml:aud", *saml.OWN_KEYS, *saml.CLAIM_KEYS.values())),
    ),
    # Keys of other operations: none that assumes a role has them.
    (
        _NONE,
        """sts:DurationSeconds sts:AWSServiceName sts:TaskPolicyArn sts:IdentityTokenAudience
        sts:SigningAlgorithm iam:PassedToService iam:AssociatedResourceArn iam:PermissionsBoundary
        iam:PolicyARN iam:AWSServiceName iam:OrganizationsPolicyId""",
    ),
)

KEYS: Final = {key.lower(): who for who, keys in _TABLE for key in keys.split()}
"""Who can have each key, in lower case."""

_SPELLINGS: Final = {key.lower(): key for _, keys in _TABLE for key in keys.split()}

_PREFIXES: Final = {
    "aws:requesttag/": _ALL,
    "aws:principaltag/": _AWS | _OIDC | _SAML,
    "aws:resourcetag/": _ALL,
    "iam:resourcetag/": _ALL,
    "sts:requestcontext/": _AWS,
}

_OWN_NAMESPACES: Final = frozenset({"aws", "sts", "saml", "iam"})
_CLAIM: Final = re.compile(r"[a-z0-9.-]+\.[a-z0-9.:/_-]*:[^:]+", re.ASCII)
_TYPES: Final = (
    (
        ("boolean",),
        """aws:MultiFactorAuthPresent aws:SecureTransport aws:PrincipalIsAWSService aws:ViaAWSService
        aws:AssumedRoot""",
    ),
    (("numeric",), "aws:MultiFactorAuthAge"),
    (("date", "numeric"), "aws:EpochTime"),
    (("date",), "aws:CurrentTime aws:TokenIssueTime"),
    (("ip",), "aws:SourceIp aws:VpcSourceIp aws:Ec2InstanceSourcePrivateIPv4"),
)
_OF_TEXT: Final = ("string", "arn", "binary")
_FAMILIES: Final = {key.lower(): families for families, keys in _TYPES for key in keys.split()}

MULTIVALUED: Final = frozenset(
    {
        "aws:tagkeys",
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:vpceorgpaths",
        "sts:transitivetagkeys",
        "sts:requestcontextproviders",
        "cognito-identity.amazonaws.com:amr",
        *saml.MULTIVALUED,
    }
)
"""Keys that can have several values in one request, in lower case."""


def who_has(key: str) -> frozenset[Sort] | None:
    """Who can have a key (lower case) in a request to assume a role; ``None`` where nobody knows the key.

    A claim of an OIDC token, ``HOST:CLAIM``, can have any name.
    """
    if key in KEYS:
        return KEYS[key]
    for prefix, who in _PREFIXES.items():
        if key.startswith(prefix) and len(key) > len(prefix):
            return who
    return _OIDC if _CLAIM.fullmatch(key) else None


def families_of(key: str) -> tuple[str, ...] | None:
    """The families of operators that compare what a key (lower case) holds, the most fitting first.

    ``None`` where anything goes: for tags and claims, and for keys that nobody knows.
    """
    return _FAMILIES.get(key, _OF_TEXT if key in KEYS else None)


def is_misspelt(key: str) -> bool:
    """Whether a key, in lower case, is of a namespace whose keys are all known, but isn't one of them."""
    namespace, colon, _ = key.partition(":")
    return who_has(key) is None and (not colon or namespace in _OWN_NAMESPACES)


def nearest(key: str) -> str | None:
    """The known key that is spelt most like this one (lower case)."""
    near = get_close_matches(key, _SPELLINGS, n=1, cutoff=0.75)
    return _SPELLINGS[near[0]] if near else None
