"""AssumeRoleWithSAML: who a response lets in, and AWS's answers to responses that let nobody in."""

import base64
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from tests.sandbox.helpers import STRANGER, WORKLOAD, Clock, Refused, refused, session
from tests.sandbox.saml_setting import (
    ENTITY_ID,
    PROVIDER,
    SIGN_IN,
    Setting,
    identity_provider,
    open_setting,
    saml_trust,
    the,
)

from rolecall.policy.saml_response import ATTRIBUTES
from rolecall.sandbox import Account, Sandbox
from rolecall.sandbox.door.refusals import Refusal
from rolecall.sandbox.saml.idp import Signed
from rolecall.sandbox.saml.metadata import read_metadata

AFFILIATION = "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"
FAILED = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
NOT_AUTHENTICATED = "The identity provider reported that authentication failed"
STALE = "Token must be redeemed within 5 minutes of issuance"
NOT_AUTHORIZED = Refused("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithSAML")


@pytest.fixture
def setting(sandbox: Sandbox, workload: Account, clock: Clock) -> Setting:
    return open_setting(sandbox, workload, clock)


def invalid(message: str) -> Refused:
    """Return the refusal of a response that AWS doesn't take."""
    return Refused("InvalidIdentityToken", 400, message)


def own(name: str, *values: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return a claim: an attribute that AWS itself reads."""
    return {"attributes": {f"{ATTRIBUTES}{name}": values}}


@pytest.mark.shows("AssumeRoleWithSAML", "enforced")
@pytest.mark.parametrize("signed", [Signed.ASSERTION, Signed.RESPONSE, Signed.BOTH])
def test_session(setting: Setting, clock: Clock, signed: Signed) -> None:
    """A signed response gives credentials of the role, and the answer says for whom and by whose word."""
    answer = setting.ask(setting.response(signed=signed), DurationSeconds=900)

    arn = f"arn:aws:sts::{WORKLOAD}:assumed-role/sso/alice"
    digest = hashlib.sha1(f"{ENTITY_ID}{WORKLOAD}/corp".encode(), usedforsecurity=False).digest()
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{setting.role.unique_id}:alice", "Arn": arn}
    assert answer["Subject"] == setting.claims.subject
    assert answer["SubjectType"] == "persistent"
    assert answer["Issuer"] == ENTITY_ID
    assert answer["Audience"] == SIGN_IN
    assert answer["NameQualifier"] == base64.b64encode(digest).decode()
    assert (answer["Credentials"]["Expiration"] - clock.now).total_seconds() == 900
    assert "PackedPolicySize" not in answer
    identity = setting.sandbox.client("sts", session(answer)).get_caller_identity()
    assert identity["Arn"] == arn


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"audiences": ("https://elsewhere.example.com",)}, "Response does not contain the required"),
        ({"audiences": ("urn:amazon:webservices:govcloud",)}, "Response does not contain the required"),
        ({"recipient": "https://elsewhere.example.com/saml"}, "The Recipient is not a sign-in endpoint"),
        ({"recipient": "https://signin.amazonaws.cn/saml"}, "The Recipient is not a sign-in endpoint"),
        ({"recipient": f"{SIGN_IN}.example.com"}, "The Recipient is not a sign-in endpoint"),
        ({"session_name": None}, "RoleSessionName is required in AuthnResponse"),
        ({"session_name": "a"}, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
        ({"session_name": "Ann Lee"}, "RoleSessionName in AuthnResponse must match"),
        ({"session_name": "жук"}, "RoleSessionName in AuthnResponse must match"),
        ({"source_identity": "aws:x"}, "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin"),
        ({"roles": (("nonsense", PROVIDER),)}, "a value of its attribute Role isn't"),
        ({"tags": {"aws:team": "ops"}}, "an attribute PrincipalTag has a key or a value"),
        ({"tags": {"team": "x" * 257}}, "an attribute PrincipalTag has a key or a value"),
        ({"tags": {f"k{number}": "v" for number in range(51)}}, "it has more than 50 PrincipalTags"),
        ({"tags": {"team": "ops", "Team": "ops"}}, "it has more than 50 PrincipalTags, or two that differ"),
        ({"transitive_tag_keys": ("team",)}, "TransitiveTagKeys names a tag that isn't among"),
        (own("SessionDuration", "899"), "SessionDuration must be a number of seconds from 900 to 43200"),
        (own("SessionDuration", "1h"), "SessionDuration must be a number of seconds"),
        (own("RoleSessionName", "ann", "bob"), "its attribute RoleSessionName has more than one value"),
        (own("PrincipalTag:team", "a", "b"), "its attribute PrincipalTag has more than one value"),
    ],
)  # fmt: skip
def test_what_aws_does_not_take(setting: Setting, claims: dict[str, Any], words: str) -> None:
    """A response that is signed, and says what AWS doesn't take, is an invalid token."""
    refusal = refused(setting.ask, response=setting.response(**claims))

    assert (refusal.code, refusal.status) == ("InvalidIdentityToken", 400)
    assert refusal.message.startswith(words)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"status": FAILED}, Refused("IDPRejectedClaim", 403, NOT_AUTHENTICATED)),
        ({"roles": ()}, NOT_AUTHORIZED),
        ({"roles": ((f"arn:aws:iam::{WORKLOAD}:role/other", PROVIDER),)}, NOT_AUTHORIZED),
        ({"roles": ((f"arn:aws:iam::{WORKLOAD}:role/staff/sso", f"{PROVIDER}2"),)}, NOT_AUTHORIZED),
        ({"lifetime": timedelta(0)}, Refused("ExpiredTokenException", 400, STALE)),
    ],
    ids=["not-authenticated", "no-role", "other-role", "other-provider", "over"],
)
def test_other_refusals(setting: Setting, claims: dict[str, Any], expected: Refused) -> None:
    """A subject that wasn't authenticated, isn't meant, or comes too late gets a code that says so."""
    assert refused(setting.ask, response=setting.response(**claims)) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Issuer", "exactly one Issuer"),
        ("Subject", "exactly one Subject"),
        ("NameID", "exactly one NameID"),
        ("SubjectConfirmation", "exactly one SubjectConfirmation"),
        ("SubjectConfirmationData", "exactly one SubjectConfirmationData"),
        ("Conditions", "exactly one Conditions"),
        ("AudienceRestriction", "does not contain the required audience"),
        ("AttributeStatement", "RoleSessionName is required"),
    ],
)
def test_missing_parts(setting: Setting, name: str, words: str) -> None:
    """A signed assertion that lacks a part that AWS asks for is refused."""

    def edit(response: etree._Element) -> None:
        missing = [each for each in the(response, "Assertion").iter() if str(each.tag).endswith(f"}}{name}")]
        for each in missing:
            parent = each.getparent()
            assert parent is not None
            parent.remove(each)

    refusal = refused(setting.ask, response=setting.edited(edit))

    assert refusal.code == "InvalidIdentityToken"
    assert words in refusal.message


@pytest.mark.parametrize("attribute", ["Recipient", "NotOnOrAfter"])
def test_confirmation_says_for_whom_and_how_long(setting: Setting, attribute: str) -> None:
    """SubjectConfirmationData names a recipient and an end."""

    def edit(response: etree._Element) -> None:
        del the(response, "SubjectConfirmationData").attrib[attribute]

    assert refused(setting.ask, response=setting.edited(edit)) == invalid(
        f"SubjectConfirmationData has no {attribute}"
    )


def test_two_audience_restrictions(setting: Setting) -> None:
    """Each restriction has to be met: one that names somebody else shuts AWS out."""

    def edit(response: etree._Element) -> None:
        more = etree.fromstring(etree.tostring(the(response, "AudienceRestriction")))
        more[0].text = "https://elsewhere.example.com"
        the(response, "Conditions").append(more)

    refusal = refused(setting.ask, response=setting.edited(edit))

    assert refusal == invalid("Response does not contain the required audience")


@pytest.mark.parametrize(
    "recipient",
    [SIGN_IN, "https://eu-central-1.signin.aws.amazon.com/saml", f"{SIGN_IN}/acs/SAMLSP4X7EXAMPLE"],
)
def test_sign_ins(sandbox: Sandbox, workload: Account, clock: Clock, recipient: str) -> None:
    """The sign-in may be the global one, a region's, or a provider's own; the trust policy chooses."""
    setting = open_setting(sandbox, workload, clock, saml_trust(StringEquals={"SAML:aud": recipient}))

    answer = setting.ask(setting.response(recipient=recipient, audiences=(SIGN_IN,)))

    assert answer["Audience"] == recipient
    other = SIGN_IN if recipient != SIGN_IN else f"{SIGN_IN}/acs/other"
    assert refused(setting.ask, response=setting.response(recipient=other)) == NOT_AUTHORIZED


def test_five_minutes(setting: Setting, clock: Clock) -> None:
    """A response works for five minutes after it was made, however long it says it is good."""
    response = setting.response(lifetime=timedelta(hours=1))
    clock.advance(300)
    setting.ask(response)
    clock.advance(1)

    assert refused(setting.ask, response=response) == Refused("ExpiredTokenException", 400, STALE)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=1)])
def test_not_yet(setting: Setting, clock: Clock, ahead: timedelta) -> None:
    """A response from the future is refused."""
    response = setting.response(issued_at=clock.now + ahead)

    assert refused(setting.ask, response=response) == invalid("The response is not valid yet")


def test_end_of_the_providers_session(setting: Setting, clock: Clock) -> None:
    """The role's session ends with the provider's own, where that ends first."""
    ends = clock.now + timedelta(minutes=20)

    answer = setting.ask(setting.response(session_ends_at=ends), DurationSeconds=3600)

    assert answer["Credentials"]["Expiration"] == ends
    over = setting.response(session_ends_at=clock.now)
    assert refused(setting.ask, response=over) == Refused("ExpiredTokenException", 400, STALE)


def test_session_duration_is_for_the_console(setting: Setting, clock: Clock) -> None:
    """The attribute SessionDuration limits sessions of the console; a call goes by DurationSeconds."""
    response = setting.response(**own("SessionDuration", "28800"))

    answer = setting.ask(response)

    assert (answer["Credentials"]["Expiration"] - clock.now).total_seconds() == 3600


def test_longest_session(setting: Setting) -> None:
    """A session can't last longer than its role allows."""
    assert refused(setting.ask, response=setting.response(), DurationSeconds=3601) == Refused(
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_issuer(setting: Setting, clock: Clock) -> None:
    """The right key isn't enough: the issuer must be the one of the provider's metadata."""
    other = identity_provider(clock, entity_id="https://other.example.com")

    assert refused(setting.ask, response=other.respond(setting.claims)) == invalid(
        "Issuer not present in specified provider"
    )


def test_role_and_provider_in_either_order(setting: Setting) -> None:
    """A value of the attribute Role names the role and the provider in any order."""

    def edit(response: etree._Element) -> None:
        role = the(response, "AttributeStatement")[0][0]
        role.text = f" {PROVIDER} , {setting.role.arn} "

    assert setting.ask(setting.edited(edit))["Subject"] == setting.claims.subject


@pytest.mark.parametrize(
    ("parameters", "code", "words"),
    [
        ({"PrincipalArn": f"{PROVIDER}2"}, "InvalidIdentityToken", "Specified provider doesn't exist"),
        ({"PrincipalArn": PROVIDER.replace(WORKLOAD, STRANGER)}, "ValidationError", "different accounts"),
        ({"PrincipalArn": PROVIDER.replace("saml", "oidc")}, "ValidationError", "is invalid"),
        ({"PrincipalArn": "arn:aws:of:nothing:at all"}, "ValidationError", "is invalid"),
        ({"RoleArn": f"arn:aws:iam::{WORKLOAD}:user/alice"}, "ValidationError", "is invalid"),
        ({"RoleArn": "short"}, "ValidationError", "Value 'short' at 'roleArn'"),
        ({"SAMLAssertion": "%%%%"}, "InvalidIdentityToken", "Invalid base64 SAMLResponse"),
        ({"SAMLAssertion": "x"}, "ValidationError", "Value '****' at 'sAMLAssertion'"),
        ({"SAMLAssertion": "x" * 100_001}, "ValidationError", "Value '****' at 'sAMLAssertion'"),
        ({"SAMLAssertion": "eG1s"}, "InvalidIdentityToken", "it isn't well-formed XML"),
        ({"Policy": "{"}, "MalformedPolicyDocument", ""),
        ({"DurationSeconds": 899}, "ValidationError", "Value '899' at 'durationSeconds'"),
    ],
)
def test_parameters(setting: Setting, parameters: dict[str, Any], code: str, words: str) -> None:
    """Parameters beside a good response are checked as those of other operations are."""
    refusal = refused(setting.ask, response=setting.response(), **parameters)

    assert (refusal.code, refusal.status) == (code, 400)
    assert words in refusal.message


@pytest.mark.shows("AssumeRoleWithSAML", "enforced")
@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"saml:iss": ENTITY_ID}}, True),
        ({"StringEquals": {"saml:iss": "https://other.example.com"}}, False),
        ({"StringEquals": {"saml:sub": "_f1c2a8d0", "saml:sub_type": "persistent"}}, True),
        ({"StringEquals": {"saml:sub_type": "transient"}}, False),
        ({"StringEquals": {"saml:doc": f"{WORKLOAD}/corp"}}, True),
        ({"StringEquals": {"saml:doc": f"{WORKLOAD}/other"}}, False),
        ({"StringEquals": {"saml:namequalifier": "VGhpcyBpcyBub25lIG9mIHRoZW0="}}, False),
        ({"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "staff"}}, True),
        ({"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "student"}}, False),
        ({"StringEquals": {"saml:mail": "alice@example.com"}}, False),
        ({"StringEquals": {"sts:RoleSessionName": "alice"}}, True),
        ({"Null": {"aws:FederatedProvider": "true"}}, True),
        ({"StringEquals": {"aws:RequestTag/team": "ops"}}, True),
        ({"StringEquals": {"aws:RequestTag/team": "dev"}}, False),
        ({"StringEquals": {"sts:SourceIdentity": "alice@example.com"}}, True),
        ({"Null": {"aws:PrincipalArn": "true", "aws:MultiFactorAuthPresent": "true"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}, False),
    ],
)  # fmt: skip
def test_trust_policy(
    sandbox: Sandbox, workload: Account, clock: Clock, condition: dict[str, object], allowed: bool
) -> None:
    """The trust policy decides on what the assertion says."""
    trust = saml_trust("sts:TagSession", "sts:SetSourceIdentity", **condition)
    setting = open_setting(sandbox, workload, clock, trust)
    response = setting.response(
        attributes={AFFILIATION: ("staff", "faculty")},
        tags={"team": "ops"},
        source_identity="alice@example.com",
    )

    if allowed:
        assert setting.ask(response)["Subject"] == setting.claims.subject
    else:
        assert refused(setting.ask, response=response).code == "AccessDenied"


@pytest.mark.parametrize(
    ("claims", "action"),
    [({"tags": {"team": "ops"}}, "sts:TagSession"), ({"source_identity": "alice"}, "sts:SetSourceIdentity")],
    ids=["tags", "source-identity"],
)
def test_further_actions(
    sandbox: Sandbox, workload: Account, clock: Clock, claims: dict[str, Any], action: str
) -> None:
    """Tags and a source identity need an action of their own in the trust policy."""
    setting = open_setting(sandbox, workload, clock, saml_trust())

    refusal = refused(setting.ask, response=setting.response(**claims))

    assert (refusal.code, refusal.message) == ("AccessDenied", f"Not authorized to perform {action}")


def test_tags_and_source_identity_stay(setting: Setting, workload: Account, clock: Clock) -> None:
    """Transitive tags and the source identity of an assertion follow into the next role."""
    answer = setting.ask(
        setting.response(tags={"team": "ops"}, transitive_tag_keys=("team",), source_identity="alice")
    )
    next_role = workload.role(
        "next",
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": setting.role.arn},
                    "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
                    "Condition": {
                        "StringEquals": {
                            "aws:PrincipalTag/team": "ops",
                            "sts:SourceIdentity": "alice",
                            "aws:FederatedProvider": PROVIDER,
                            "saml:sub_type": "persistent",
                        }
                    },
                }
            ],
        },
    )

    assert answer["SourceIdentity"] == "alice"
    assert answer["PackedPolicySize"] == 1
    chained = setting.sandbox.client("sts", session(answer)).assume_role(
        RoleArn=next_role.arn, RoleSessionName="hop"
    )
    assert chained["SourceIdentity"] == "alice"


def test_identity_center_keeps_its_roles(sandbox: Sandbox, workload: Account, clock: Clock) -> None:
    """Roles that Identity Center manages can't be had by a call of one's own."""
    setting = open_setting(sandbox, workload, clock)
    role = workload.role("AWSReservedSSO_admin_0123456789abcdef", saml_trust())

    response = setting.response(roles=((role.arn, PROVIDER),))

    assert refused(setting.ask, response=response, RoleArn=role.arn) == NOT_AUTHORIZED


def test_no_credentials_are_needed(setting: Setting) -> None:
    """The call isn't signed; the log of calls has no caller, and nothing of the response."""
    response = setting.response()
    setting.ask(response)

    (call,) = setting.sandbox.calls
    assert (call.operation, call.caller_arn, call.role_arn, call.error_code) == (
        "AssumeRoleWithSAML",
        None,
        setting.role.arn,
        None,
    )
    assert response[:60] not in repr(call.as_json())


def test_new_key(setting: Setting, workload: Account, clock: Clock) -> None:
    """New metadata takes effect: what the old key signed is refused, what the new one signs is taken."""
    new = identity_provider(clock, number=2)
    old_response = setting.response()
    workload.client("iam").update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=new.metadata)

    assert refused(setting.ask, response=old_response).code == "InvalidIdentityToken"
    assert setting.ask(new.respond(setting.claims))["Issuer"] == ENTITY_ID


def test_metadata_spreads_like_every_change(setting: Setting, workload: Account, clock: Clock) -> None:
    """STS sees a provider's new metadata as late as it sees a role's new trust policy."""
    new, claims = identity_provider(clock, number=2), setting.claims
    clock.advance(60)
    setting.sandbox.faults.propagation(10)
    workload.client("iam").update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=new.metadata)

    assert setting.ask(setting.response())["Issuer"] == ENTITY_ID
    assert refused(setting.ask, response=new.respond(claims)).code == "InvalidIdentityToken"
    clock.advance(10)
    assert setting.ask(new.respond(claims))["Issuer"] == ENTITY_ID


def test_several_keys(setting: Setting, workload: Account, clock: Clock) -> None:
    """Metadata with two certificates takes signatures of both, so that keys can be changed without a gap."""
    old, new = setting.idp, identity_provider(clock, number=2)
    metadata, more = etree.fromstring(old.metadata), etree.fromstring(new.metadata)
    metadata[0].insert(0, more[0][0])
    workload.client("iam").update_saml_provider(
        SAMLProviderArn=PROVIDER, SAMLMetadataDocument=etree.tostring(metadata).decode()
    )

    for idp in (old, new):
        assert setting.ask(idp.respond(setting.claims))["Issuer"] == ENTITY_ID


def test_certificates_that_have_ended(setting: Setting, clock: Clock) -> None:
    """IAM doesn't look at when certificates end."""
    clock.advance(20 * 366 * 24 * 3600)

    assert setting.ask(setting.response())["Issuer"] == ENTITY_ID


def test_providers_of_iam(workload: Account, clock: Clock) -> None:
    """IAM keeps providers with their tags, and refuses metadata that it can't read."""
    iam, metadata = workload.client("iam"), identity_provider(clock).metadata
    arn = iam.create_saml_provider(
        Name="corp", SAMLMetadataDocument=metadata, Tags=[{"Key": "team", "Value": "ops"}]
    )["SAMLProviderArn"]
    iam.tag_saml_provider(SAMLProviderArn=arn, Tags=[{"Key": "cost", "Value": "7"}])
    iam.untag_saml_provider(SAMLProviderArn=arn, TagKeys=["team"])

    live = iam.get_saml_provider(SAMLProviderArn=arn)

    assert arn == PROVIDER
    assert live["SAMLMetadataDocument"] == metadata
    assert live["Tags"] == [{"Key": "cost", "Value": "7"}]
    assert iam.list_saml_provider_tags(SAMLProviderArn=arn)["Tags"] == live["Tags"]
    taken = refused(iam.create_saml_provider, Name="corp", SAMLMetadataDocument=metadata)
    assert (taken.code, taken.status) == ("EntityAlreadyExists", 409)
    iam.delete_saml_provider(SAMLProviderArn=arn)
    assert refused(iam.get_saml_provider, SAMLProviderArn=arn).code == "NoSuchEntity"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("</", "<", "isn't well-formed"),
        ("EntityDescriptor", "Entity", "no EntityDescriptor"),
        ('entityID="', 'other="', "entityID"),
        ("IDPSSODescriptor", "SPSSODescriptor", "no IDPSSODescriptor"),
        ("SAML:2.0:protocol", "SAML:1.1:protocol", "no IDPSSODescriptor"),
        ('use="signing"', 'use="encryption"', "X509Certificate to sign with"),
        ("Certificate>MII", "Certificate>AAA", "an X509Certificate that can't be read"),
        ("<md:EntityDescriptor", "<!DOCTYPE x><md:EntityDescriptor", "document type declaration"),
    ],
)
def test_bad_metadata(workload: Account, clock: Clock, old: str, new: str, words: str) -> None:
    """Metadata without an issuer, or without a certificate to sign with, makes no provider."""
    metadata = identity_provider(clock).metadata.replace(old, new)

    refusal = refused(workload.client("iam").create_saml_provider, Name="bad", SAMLMetadataDocument=metadata)

    assert (refusal.code, refusal.status) == ("InvalidInput", 400)
    assert words in refusal.message


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose local time isn't UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_an_end_of_metadata_without_a_zone_is_in_utc(clock: Clock) -> None:
    """SAML's times are in UTC, whatever the machine's zone is."""
    document = identity_provider(clock).metadata
    ending = document.replace(" entityID=", ' validUntil="2041-01-01T00:00:00" entityID=', 1)

    assert read_metadata(ending).valid_until == datetime(2041, 1, 1, tzinfo=UTC)


def test_short_metadata() -> None:
    """Metadata has 1,000 characters at least."""
    with pytest.raises(Refusal, match="greater than or equal to 1000") as caught:
        read_metadata("x" * 999)

    assert caught.value.code == "ValidationError"


def test_encryption_is_not_imitated(workload: Account, clock: Clock) -> None:
    """The sandbox says that it doesn't decrypt assertions, instead of taking a key and ignoring it."""
    refusal = refused(
        workload.client("iam").create_saml_provider,
        Name="corp",
        SAMLMetadataDocument=identity_provider(clock).metadata,
        AssertionEncryptionMode="Required",
    )

    assert refusal.code == "NotImplemented"
