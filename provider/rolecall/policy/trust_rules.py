"""What IAM demands of a trust policy's principals and of trust in identity providers shared by many."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rolecall.errors import DeclarationError, Fault

from .arn import Arn
from .conditions import ConditionTest
from .formats import ACCOUNT_ID, shown
from .principals import UNIQUE_ID
from .request import Principal

_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", re.ASCII)
_WILDCARDS: Final = re.compile(r"[*?]")
_ONLY_WILDCARDS: Final = re.compile(r"[*?]*")


def principal_fault(principal: Principal, path: str) -> Fault | None:
    """Say why a trust policy can't name this principal (AWS page: AWS JSON policy elements: Principal)."""
    check = {"AWS": _aws_fault, "Service": _service_fault, "Federated": _federated_fault}[principal.kind]
    return check(principal.value, path)


def _aws_fault(value: str, path: str) -> Fault | None:
    if value == "*" or UNIQUE_ID.fullmatch(value) or (value.isdigit() and ACCOUNT_ID.accepts(value)):
        return None
    remedy = 'Give a 12-digit account ID, "*", or the ARN of an account\'s root, a user, a role or a session'
    if _WILDCARDS.search(value):
        remedy = "Name the account, and narrow it with an ArnLike condition on aws:PrincipalArn"
        return Fault(path, f"{shown(value)} has a wildcard within a principal", remedy)
    if value.isdigit():
        return Fault(path, f"{shown(value)} has {len(value)} digits", ACCOUNT_ID.allowed)
    try:
        arn = Arn.parse(value)
    except DeclarationError:
        return Fault(path, f"{shown(value)} is no AWS principal", remedy)
    known = arn.is_user or arn.is_role or arn.is_role_session or arn.is_account_root or arn.is_federated_user
    if not known or not arn.account.isdigit() or not arn.name:
        return Fault(path, f"{shown(value)} can't be a principal", remedy)
    return None


def _service_fault(value: str, path: str) -> Fault | None:
    if _HOST.fullmatch(value) and "/" not in value:
        return None
    remedy = "Give the service's full name, such as ec2.amazonaws.com"
    return Fault(path, f"{shown(value)} is no service principal", remedy)


def _federated_fault(value: str, path: str) -> Fault | None:
    if _is_provider(value):
        return None
    remedy = "Give the ARN of an OIDC or SAML provider, or a built-in one such as accounts.google.com"
    return Fault(path, f"{shown(value)} is no identity provider", remedy)


def _is_provider(value: str) -> bool:
    if _WILDCARDS.search(value):
        return False
    if not value.startswith("arn:"):
        return _HOST.fullmatch(value) is not None
    try:
        arn = Arn.parse(value)
    except DeclarationError:
        return False
    return arn.service == "iam" and arn.resource_type in {"oidc-provider", "saml-provider"} and bool(arn.name)


@dataclass(frozen=True, slots=True)
class SharedIssuer:
    """An identity provider whose tokens many organisations get.

    Attributes:
        host: the issuer's URL without ``https://``.
        keys: condition keys, in lower case, one of which tells the organisations apart.
    """

    host: str
    keys: tuple[str, ...]


def _issuers(claim: str, *hosts: str) -> Iterable[SharedIssuer]:
    return (SharedIssuer(host, (f"{host.lower()}:{claim}",)) for host in hosts)


_TURBONOMIC: Final = (
    "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
    "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
    "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
    "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
    "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
    "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
)

SHARED_ISSUERS: Final = {
    issuer.host: issuer
    for issuer in (
        *_issuers("aud", "cognito-identity.amazonaws.com", "api.pulumi.com/oidc", "oidc.vercel.com"),
        *_issuers("aud", "sandboxes.cloud"),
        *_issuers("sub", "agent.buildkite.com", "oidc.codefresh.io", "studio.datachain.ai/api"),
        *_issuers("sub", "oidc-configuration.audit-log.githubusercontent.com"),
        *_issuers("sub", "token.actions.githubusercontent.com", "vstoken.actions.githubusercontent.com"),
        *_issuers("sub", "gitlab.com", "scalr.io", "tokens.cloud.shisho.dev", "app.terraform.io"),
        *_issuers("sub", "proidc.upbound.io"),
        *_issuers("sub", *_TURBONOMIC),
        SharedIssuer("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", ("sts:rolesessionname",)),
    )
}  # fmt: skip
"""Shared issuers by host (AWS page: Identity-provider controls for shared OIDC providers)."""


def shared_issuer_faults(
    principals: Sequence[Principal], conditions: Sequence[ConditionTest], pointer: str
) -> Iterable[Fault]:
    """Say which shared issuers a statement trusts without telling their organisations apart.

    Args:
        principals: of an Allow statement.
        conditions: of the same statement.
        pointer: JSON pointer of the statement.
    """
    for principal in principals:
        issuer = SHARED_ISSUERS.get(principal.value.partition(":oidc-provider/")[2] or principal.value)
        if principal.kind != "Federated" or issuer is None:
            continue
        if not any(_narrows(test, issuer) for test in conditions):
            yield Fault(
                f"{pointer}/Condition",
                f"{issuer.host} issues tokens to everyone, and nothing tells whose are trusted",
                f"Add a StringEquals or StringLike condition on {' or '.join(issuer.keys)} "
                "with more than wildcards in it",
            )


def _narrows(test: ConditionTest, issuer: SharedIssuer) -> bool:
    operator = test.use.operator
    if test.lookup_key not in issuer.keys or operator.family != "string" or operator.negated:
        return False
    return not any(_ONLY_WILDCARDS.fullmatch(value) for value in test.values)
