"""AssumeRoleWithSAML, decided by an assertion that a SAML provider signed, and by the trust policy."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy.arn import Arn
from rolecall.policy.saml import (
    context_keys,
    is_audience,
    is_sign_in,
    kept_keys,
    name_qualifier,
    subject_type,
)
from rolecall.policy.saml_response import SUCCESS, Assertion, SamlError, read_assertion, status_of

from ..door.refusals import Refusal
from ..sts.federated import FederatedEntry, UnsignedCall, Vouched
from ..sts.role_sessions import Wanted, role_of
from .metadata import Metadata, read_metadata
from .signature import signed_part

_OPERATION: Final = "AssumeRoleWithSAML"
_REDEEM_WITHIN: Final = timedelta(minutes=5)
_OF_IDENTITY_CENTER: Final = "AWSReservedSSO_"


@dataclass(frozen=True, slots=True)
class AssumeRoleWithSaml:
    """The operation; takes the sandbox's lock by itself, and not while signatures are checked."""

    entry: FederatedEntry

    def __call__(self, call: UnsignedCall) -> Mapping[str, object]:
        """Return the members of the answer.

        Raises:
            Refusal: as AWS would ("AssumeRoleWithSAML", "Errors"; "Troubleshoot SAML federation with IAM").
        """
        role, provider = role_of(call.parameters), _provider(call)
        if role.account != provider.account:
            raise Refusal("ValidationError", "The role and the SAML provider are in different accounts")
        assertion = _genuine(call.parameters.texts["SAMLAssertion"], self._metadata(call, provider))
        _check_addressee(assertion, provider.partition)
        _check_time(assertion, call.now)
        if (str(role), str(provider)) not in assertion.roles or role.name.startswith(_OF_IDENTITY_CENTER):
            raise Refusal("AccessDenied", f"Not authorized to perform sts:{_OPERATION}")
        keys = context_keys(assertion, str(provider))
        vouched = Vouched(
            provider=str(provider),
            keys=keys,
            session=Wanted(
                name=assertion.session_name,
                tags=assertion.session.tags,
                transitive_tag_keys=frozenset(key.lower() for key in assertion.session.transitive_tag_keys),
                source_identity=assertion.session.source_identity,
                keys=kept_keys(keys, str(provider)),
            ),
        )
        return self.entry.enter(_limited(call, assertion), _OPERATION, vouched) | {
            "Subject": assertion.subject,
            "SubjectType": subject_type(assertion.subject_format),
            "Issuer": assertion.issuer,
            "Audience": assertion.recipient,
            "NameQualifier": name_qualifier(assertion.issuer, str(provider)),
        }

    def _metadata(self, call: UnsignedCall, provider: Arn) -> Metadata:
        with self.entry.arriving(call) as iam:
            found = iam.saml_provider(provider.account, str(provider))
        if found is None:
            raise Refusal("InvalidIdentityToken", "Specified provider doesn't exist")
        return read_metadata(found.metadata)


def _provider(call: UnsignedCall) -> Arn:
    text = call.parameters.texts["PrincipalArn"]
    try:
        arn = Arn.parse(text)
    except DeclarationError as error:
        raise Refusal("ValidationError", f"{text} is invalid") from error
    if arn.service != "iam" or arn.resource_type != "saml-provider":
        raise Refusal("ValidationError", f"{text} is invalid")
    return arn


def _genuine(encoded: str, metadata: Metadata) -> Assertion:
    """Return what a response says, of which nothing is read that the provider did not sign."""
    try:
        response = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("InvalidIdentityToken", "Invalid base64 SAMLResponse") from error
    try:
        if status_of(response) != SUCCESS:
            raise Refusal("IDPRejectedClaim", "The identity provider reported that authentication failed")
        signed = signed_part(response, metadata.certificates)
    except SamlError as error:
        raise Refusal("InvalidIdentityToken", f"Response signature invalid: {error}") from error
    try:
        assertion = read_assertion(signed)
    except SamlError as error:
        raise Refusal("InvalidIdentityToken", str(error)) from error
    if assertion.issuer != metadata.entity_id:
        raise Refusal("InvalidIdentityToken", "Issuer not present in specified provider")
    return assertion


def _check_addressee(assertion: Assertion, partition: str) -> None:
    """Refuse what was made for others ("Configure SAML assertions for the authentication response")."""
    restrictions = assertion.audiences
    if not restrictions or not all(
        any(is_audience(each, partition) for each in audiences) for audiences in restrictions
    ):
        raise Refusal("InvalidIdentityToken", "Response does not contain the required audience")
    if not is_sign_in(assertion.recipient, partition):
        raise Refusal("InvalidIdentityToken", "The Recipient is not a sign-in endpoint of AWS")


def _check_time(assertion: Assertion, now: datetime) -> None:
    session_is_over = assertion.session_ends_at is not None and assertion.session_ends_at <= now
    if now - assertion.issued_at > _REDEEM_WITHIN or assertion.expires_at <= now or session_is_over:
        raise Refusal("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
    if max(assertion.issued_at, assertion.not_before or assertion.issued_at) > now:
        raise Refusal("InvalidIdentityToken", "The response is not valid yet")


def _limited(call: UnsignedCall, assertion: Assertion) -> UnsignedCall:
    """Return the call with the assertion's tags, for no longer than the provider's own session lasts."""
    seconds = call.parameters.duration_seconds
    if assertion.session_ends_at is not None:
        seconds = min(seconds, int((assertion.session_ends_at - call.now).total_seconds()))
    parameters = replace(call.parameters, tags=assertion.session.tags, duration_seconds=seconds)
    return replace(call, parameters=parameters)
