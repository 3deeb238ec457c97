"""Roles opened for a person's own use by what an identity provider gave, instead of by credentials."""

from collections.abc import Sequence
from typing import Any

from rolecall.policy.formats import SESSION_DURATION
from rolecall.verification import SamlSource, TokenSource

from .credentials import Keys
from .saml import Assertions, SamlProof
from .temporary import (
    Issued,
    Limits,
    NotIssued,
    RoleRequest,
    assume_role,
    issued,
    limit_parameters,
    sent,
)
from .web_identity_tokens import Tokens


def assume_role_by_proof(
    keys: Keys,
    proof: TokenSource | SamlSource,
    request: RoleRequest,
    *,
    region: str,
    via: Sequence[str] = (),
) -> Issued | NotIssued:
    """Opens a role, or the first of those on the way to it, by a proof.

    Args:
        keys: a session; the call that shows the proof isn't signed.
        proof: where a web identity token or a SAML response comes from.
        request: the role at the end. Without ``via`` only its name, its session name and its limits count:
            tags and source identity are for the identity provider to say (AWS pages:
            AssumeRoleWithWebIdentity, AssumeRoleWithSAML).
        region: STS endpoint.
        via: ARNs of the roles to open before, in order.

    Raises:
        ProbeError: there is no proof, or STS couldn't be asked, or didn't take it.
    """
    if not via:
        return _opened(keys, proof, request, region)
    first, *others = via
    shortest = Limits(duration_seconds=SESSION_DURATION.minimum)
    door = RoleRequest(role_arn=first, session_name=request.session_name, limits=shortest)
    found = _opened(keys, proof, door, region)
    if isinstance(found, NotIssued):
        return found
    return assume_role(found.keys, request, region=region, via=others)


def _opened(
    keys: Keys, proof: TokenSource | SamlSource, request: RoleRequest, region: str
) -> Issued | NotIssued:
    sts: Any = keys.sts(region)
    if isinstance(proof, SamlSource):
        operation = sts.assume_role_with_saml
        shown = SamlProof(Assertions(source=proof)).parameters(request.role_arn)
    else:
        operation = sts.assume_role_with_web_identity
        shown = {
            "RoleArn": request.role_arn,
            "RoleSessionName": request.session_name,
            "WebIdentityToken": Tokens(source=proof).token(),
        }
    parameters = sent({**shown, **limit_parameters(request.limits)})
    return issued(keys, request.role_arn, operation, parameters)
