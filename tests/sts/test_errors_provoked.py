"""Every error code of the table, as it really comes over the wire, and what is made of it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.sandbox.helpers import Clock, may, root, session, trusting, unchecked_sts

from rolecall.sandbox import Account, Credentials, Role, Sandbox, User
from rolecall.sandbox.web_identity.issuer import GITHUB
from rolecall.sts import ERRORS, Meaning
from rolecall.sts.errors import reply_of, sentence_of
from rolecall.verification import Refused, Unanswered

ACCOUNT = "222222222222"
AMAZON = "www.amazon.com"


@dataclass(frozen=True)
class Setting:
    """An account with a user that may do everything, and a role that it may assume."""

    sandbox: Sandbox
    clock: Clock
    account: Account
    user: User
    role: Role

    @property
    def sts(self) -> Any:
        """STS, which itself has to check what it is sent."""
        return unchecked_sts(self.sandbox, self.user.credentials)

    @property
    def unsigned(self) -> Any:
        """STS without credentials."""
        config = Config(signature_version=UNSIGNED)
        return boto3.client(
            "sts", endpoint_url=self.sandbox.endpoint_url, region_name="us-east-1", config=config
        )

    def assume(self, **more: object) -> Any:
        return self.sts.assume_role(**{"RoleArn": self.role.arn, "RoleSessionName": "run"} | more)

    def by_token(self, token: str, **more: object) -> Any:
        return self.unsigned.assume_role_with_web_identity(
            RoleArn=self.role.arn, RoleSessionName="run", WebIdentityToken=token, **more
        )

    def outbound(self, **more: object) -> Any:
        asked = {"Audience": ["https://example.com"], "SigningAlgorithm": "RS256"}
        return self.sts.get_web_identity_token(**asked | more)


@pytest.fixture
def setting() -> Any:
    clock = Clock()
    with Sandbox(clock=clock, authorize=True) as sandbox:
        account = sandbox.account(ACCOUNT)
        user = account.user("everyone", policies=[may("*")])
        role = account.role("deploy", trusting(root(ACCOUNT), "sts:AssumeRole", "sts:TagSession"))
        yield Setting(sandbox, clock, account, user, role)


def _expired_session(s: Setting) -> object:
    sts = s.sandbox.client("sts", session(s.assume(DurationSeconds=900)))
    s.clock.advance(900)
    return sts.get_caller_identity()


def _expired_context(s: Setting) -> object:
    assertion = s.sandbox.context_assertion({"identitystore:UserId": "bob"})
    s.clock.advance(3600)
    provider = "arn:aws:iam::aws:contextProvider/IdentityCenter"
    return s.assume(ProvidedContexts=[{"ProviderArn": provider, "ContextAssertion": assertion}])


def _expired_web_identity(s: Setting) -> object:
    return s.by_token(_github(s).token(lifetime_seconds=-1))


def _github(s: Setting) -> Any:
    s.account.client("iam").create_open_id_connect_provider(Url=GITHUB, ClientIDList=["sts.amazonaws.com"])
    return s.sandbox.issuers.get(GITHUB)


def _issuer_down(s: Setting) -> object:
    issuer = _github(s)
    token = issuer.token()
    issuer.failing_with = 503
    return s.by_token(token)


def _rejected_by_issuer(s: Setting) -> object:
    s.sandbox.issuers.get(f"https://{AMAZON}")
    return s.by_token("revoked", ProviderId=AMAZON)


def _other_audience(s: Setting) -> object:
    return s.by_token(_github(s).token({"aud": "https://example.com"}))


def _changed(s: Setting, change: Callable[[AWSRequest], None], event: str = "before-sign.sts") -> object:
    """GetCallerIdentity, changed before it is signed or sent."""
    sts = s.sandbox.client("sts", s.user.credentials)
    sts.meta.events.register(event, lambda request, **_: change(request))
    return sts.get_caller_identity()


def _action(name: str) -> Callable[[Setting], object]:
    return lambda s: _changed(s, lambda request: request.data.update(Action=name))


def _half_a_signature(request: Any) -> None:
    request.headers["Authorization"] = b"AWS4-HMAC-SHA256 Credential=AKIA/20310506/us-east-1/sts/aws4_request"


def _with_key(s: Setting, credentials: Credentials, service: str = "sts") -> Any:
    return s.sandbox.client(service, credentials)


def _nobody(s: Setting) -> Credentials:
    return s.account.user("nobody").credentials


def _large_tags() -> list[dict[str, str]]:
    return [
        {"Key": f"key-{number}", "Value": hashlib.sha512(b"%d" % number).hexdigest()} for number in range(50)
    ]


def _region_disabled(s: Setting) -> object:
    s.sandbox.faults.disable_region(ACCOUNT, "eu-central-1")
    sts = s.sandbox.client("sts", s.user.credentials, region="eu-central-1")
    return sts.assume_role(RoleArn=s.role.arn, RoleSessionName="run")


def _throttled(code: str) -> Callable[[Setting], object]:
    def provoke(s: Setting) -> object:
        s.sandbox.faults.throttle(1, code=code)
        return s.sandbox.client("sts", s.user.credentials).get_caller_identity()

    return provoke


def _failing(status: int) -> Callable[[Setting], object]:
    def provoke(s: Setting) -> object:
        s.sandbox.faults.fail(status, 1)
        return s.sandbox.client("sts", s.user.credentials).get_caller_identity()

    return provoke


def _outlives_its_session(s: Setting) -> object:
    s.account.client("iam").enable_outbound_web_identity_federation()
    app = s.account.role("app", trusting(root(ACCOUNT)), policies=[may("sts:GetWebIdentityToken")])
    sts = s.sandbox.client("sts", session(s.assume(RoleArn=app.arn, DurationSeconds=900)))
    return sts.get_web_identity_token(
        Audience=["https://example.com"], SigningAlgorithm="RS256", DurationSeconds=3600
    )


def _large_payload(s: Setting) -> object:
    s.account.client("iam").enable_outbound_web_identity_federation()
    return s.outbound(Tags=_large_tags())


UNKNOWN_KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TWICE = [{"Key": "team", "Value": "blue"}, {"Key": "Team", "Value": "red"}]

PROVOKED: Mapping[str, tuple[Callable[[Setting], object], ...]] = {
    "AccessDenied": (lambda s: s.assume(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/missing"),),
    "AccessDeniedException": (lambda s: _with_key(s, _nobody(s), "dynamodb").list_tables(),),
    "ExpiredToken": (_expired_session,),
    "ExpiredTokenException": (_expired_context, _expired_web_identity),
    "IDPCommunicationError": (_issuer_down,),
    "IDPRejectedClaim": (_rejected_by_issuer,),
    "IncompleteSignature": (lambda s: _changed(s, _half_a_signature, "before-send.sts"),),
    "InternalFailure": (_failing(500),),
    "InvalidAction": (_action("GetSessionTokens"),),
    "InvalidAuthorizationMessageException": (
        lambda s: s.sts.decode_authorization_message(EncodedMessage="garbage"),
    ),
    "InvalidClientTokenId": (lambda s: _with_key(s, UNKNOWN_KEY).get_caller_identity(),),
    "InvalidIdentityToken": (_other_audience, lambda s: s.by_token("not-a-token")),
    "InvalidParameterValue": (
        lambda s: s.assume(Tags=TWICE),
        lambda s: s.assume(Tags=[{"Key": "aws:team", "Value": "blue"}]),
        lambda s: s.assume(TransitiveTagKeys=["team"]),
    ),
    "JWTPayloadSizeExceededException": (_large_payload,),
    "MalformedInput": (lambda s: s.assume(DurationSeconds="an hour"),),
    "MalformedPolicyDocument": (lambda s: s.assume(Policy="{"),),
    "MissingAction": (_action(""),),
    "MissingAuthenticationToken": (lambda s: s.unsigned.get_caller_identity(),),
    "OutboundWebIdentityFederationDisabledException": (lambda s: s.outbound(),),
    "PackedPolicyTooLarge": (lambda s: s.assume(Tags=_large_tags()),),
    "RegionDisabledException": (_region_disabled,),
    "RequestLimitExceeded": (_throttled("RequestLimitExceeded"),),
    "ServiceUnavailable": (_failing(503),),
    "SessionDurationEscalationException": (_outlives_its_session,),
    "SignatureDoesNotMatch": (
        lambda s: _with_key(s, Credentials(s.user.credentials.access_key_id, "wrong")).get_caller_identity(),
    ),
    "Throttling": (_throttled("Throttling"),),
    "ThrottlingException": (_throttled("ThrottlingException"),),
    "TooManyRequestsException": (_throttled("TooManyRequestsException"),),
    "UnauthorizedOperation": (lambda s: _with_key(s, _nobody(s), "ec2").describe_instances(),),
    "UnrecognizedClientException": (lambda s: _with_key(s, UNKNOWN_KEY, "dynamodb").list_tables(),),
    "ValidationError": (
        lambda s: s.assume(DurationSeconds=899),
        lambda s: s.assume(RoleArn="arn:aws:iam::1:role/x"),
        lambda s: s.assume(RoleSessionName="a b"),
    ),
}

UNPROVOKED = {
    "ExpiredTradeInTokenException": "nothing here can make a trade-in token",
    "InternalError": "what S3 and EC2 call InternalFailure",
    "InvalidParameterCombination": "STS itself says ValidationError",
    "MalformedQueryString": "STS itself says ValidationError",
    "MissingParameter": "STS itself says ValidationError",
    "NotAuthorized": "STS itself says AccessDenied",
    "OptInRequired": "accounts of the sandbox are subscribed to everything",
    "RequestTimeoutException": "calls to the sandbox don't take that long",
    "RequestExpired": "STS itself says SignatureDoesNotMatch to a call that comes late",
}
"""Codes that the sandbox doesn't send, and why."""


def test_every_code_is_accounted_for() -> None:
    """No row is without a provocation, or a reason why there is none."""
    assert set(ERRORS) == PROVOKED.keys() | UNPROVOKED.keys()
    assert not PROVOKED.keys() & UNPROVOKED.keys()


@pytest.mark.parametrize(
    ("code", "provoke"),
    [
        pytest.param(code, each, id=f"{code}-{n}")
        for code, several in PROVOKED.items()
        for n, each in enumerate(several)
    ],
)
def test_what_a_code_means(
    setting: Setting, code: str, provoke: Callable[[Setting], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is an answer, with its code; anything else tells its cause, and whether to try again."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ClientError) as caught:
        provoke(setting)
    row = ERRORS[code]
    reply = reply_of(caught.value, milliseconds=1.0)

    assert caught.value.response["Error"]["Code"] == code
    assert row.sentence in sentence_of(caught.value)
    if row.meaning is Meaning.REFUSAL:
        assert isinstance(reply, Refused)
        assert reply.code == code
    else:
        assert isinstance(reply, Unanswered)
        assert (reply.code, reply.retryable) == (code, row.retry_helps)
        assert row.sentence in reply.cause
        assert row.remedy in reply.cause
    for secret in setting.sandbox.secrets:
        assert secret not in str(caught.value)


def test_a_code_that_nobody_knows_is_handed_on() -> None:
    """An unknown code is neither a refusal that counts nor lost: its probe can't be judged by it."""
    response: Any = {
        "Error": {"Code": "Brandnew", "Message": "?"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }

    reply = reply_of(ClientError(response, "AssumeRole"), milliseconds=1.0)
    assert isinstance(reply, Refused)
    assert reply.code == "Brandnew"


def test_an_unknown_code_of_the_server_s_fault_is_worth_a_retry() -> None:
    """Whatever it is called, a 5xx is an internal error of AWS."""
    response: Any = {"Error": {"Code": "Brandnew"}, "ResponseMetadata": {"HTTPStatusCode": 502}}

    reply = reply_of(ClientError(response, "AssumeRole"), milliseconds=1.0)
    assert isinstance(reply, Unanswered)
    assert reply.retryable
