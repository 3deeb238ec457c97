"""Trust in service accounts of Kubernetes on Amazon EKS."""

from typing import Any, Final

from .checks import Checks, PresetTrust, Values, several

_NAMESPACE: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ACCOUNT: Final = r"[a-z0-9*]([a-z0-9.*-]{0,251}[a-z0-9*])?"


def eks_service_account(
    *,
    namespace: str,
    service_account: Values,
    provider_arn: Any,
    audience: str = "sts.amazonaws.com",
) -> PresetTrust:
    """Trust pods that run with a service account (AWS page: IAM roles for service accounts).

    Args:
        namespace: of the service account, without wildcards.
        service_account: names; may hold ``*``.
        provider_arn: ARN of the cluster's OIDC provider; may be a Pulumi output.
        audience: of the pods' tokens.

    Raises:
        DeclarationError: with every argument that can't be right.
    """
    checks = Checks("eks_service_account")
    space = checks.shape("namespace", namespace, _NAMESPACE, "Give one namespace, without wildcards")
    accounts = [
        checks.shape("service_account", each, _ACCOUNT, "Give names of service accounts; * stands for any")
        for each in several(service_account)
    ]
    if not accounts:
        checks.fault("service_account", "there is none", "Name one")
    checks.done()
    return {
        "provider_arn": provider_arn,
        "oidc_subjects": [f"system:serviceaccount:{space}:{each}" for each in accounts],
        "oidc_audiences": [audience],
    }
