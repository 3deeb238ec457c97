"""AssumeRoleWithWebIdentity: which tokens open a role, and how AWS refuses the others."""

import base64
import hashlib
import hmac
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from tests.sandbox.helpers import WORKLOAD, Clock, Refused, policy, refused

from rolecall.errors import SandboxError
from rolecall.sandbox import Account, Credentials, Sandbox
from rolecall.sandbox.web_identity.issuer import GITHUB, Issuer

HOST = GITHUB.removeprefix("https://")
MAIN = "repo:acme/infra:ref:refs/heads/main"
AUDIENCE = "sts.amazonaws.com"
PROVIDER = f"arn:aws:iam::{WORKLOAD}:oidc-provider/{HOST}"
TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
DENY_EVERYTHING = json.dumps(policy({"Effect": "Deny", "Action": "*", "Resource": "*"}))


@dataclass
class Doors:
    """A role that the workflows of one repository may assume, and how to knock."""

    sandbox: Sandbox
    issuer: Issuer
    role_arn: str
    clock: Clock

    @property
    def sts(self) -> Any:
        config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
        return boto3.client(
            "sts", endpoint_url=self.sandbox.endpoint_url, region_name="us-east-1", config=config
        )

    def knock(self, token: str, **more: object) -> Any:
        wanted = {"RoleArn": self.role_arn, "RoleSessionName": "ci", "WebIdentityToken": token, **more}
        return self.sts.assume_role_with_web_identity(**wanted)

    def refused(self, token: str, **more: object) -> Refused:
        return refused(self.knock, token=token, **more)


def trust(condition: Mapping[str, object] | None = None, **changes: object) -> dict[str, object]:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition
        or {"StringEquals": {f"{HOST}:sub": MAIN}, "StringLike": {f"{HOST}:aud": AUDIENCE}},
    }
    return policy({**statement, **changes})


@pytest.fixture
def issuer(sandbox: Sandbox) -> Issuer:
    return sandbox.issuers.get(GITHUB)


@pytest.fixture
def provider(workload: Account) -> str:
    made: str = workload.client("iam").create_open_id_connect_provider(
        Url=GITHUB, ClientIDList=[AUDIENCE, "https://github.com/acme"]
    )["OpenIDConnectProviderArn"]
    return made


@pytest.fixture
def doors(sandbox: Sandbox, issuer: Issuer, workload: Account, provider: str, clock: Clock) -> Doors:
    assert provider == PROVIDER
    return Doors(sandbox, issuer, workload.role("deploy", trust()).arn, clock)


@pytest.mark.shows("AssumeRoleWithWebIdentity", "enforced")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_that_the_trust_policy_means_opens_the_role(doors: Doors, algorithm: str) -> None:
    """The answer names subject, issuer and audience; the session is the role's."""
    answer = doors.knock(doors.issuer.token({"sub": MAIN}, algorithm=algorithm))

    assert answer["SubjectFromWebIdentityToken"] == MAIN
    assert answer["Provider"] == GITHUB
    assert answer["Audience"] == AUDIENCE
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{WORKLOAD}:assumed-role/deploy/ci"
    assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")


def none_signed(claims: Mapping[str, object]) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def shared_secret_signed(claims: Mapping[str, object], keys: bytes) -> str:
    """The classic confusion: the public key, used as the secret of an HMAC."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    mac = hmac.new(keys, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _part(content: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _other_signature(token: str) -> str:
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature.startswith('A') else 'A'}{signature[1:]}"


def _other_claims(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part({'iss': GITHUB, 'sub': MAIN, 'aud': AUDIENCE, 'exp': 9e9, 'iat': 1})}.{signature}"


def _claims(**more: object) -> dict[str, object]:
    return {"sub": MAIN, **more}


TOKENS: dict[str, tuple[Callable[[Doors], str], str]] = {
    "another subject": (lambda d: d.issuer.token({"sub": "repo:eve/infra:pull_request"}), "AccessDenied"),
    "an audience that the provider lists and the trust doesn't": (
        lambda d: d.issuer.token(_claims(aud="https://github.com/acme")),
        "AccessDenied",
    ),
    "an audience that the provider doesn't list": (
        lambda d: d.issuer.token(_claims(aud="elsewhere")),
        "InvalidIdentityToken",
    ),
    "for several, made by another": (
        lambda d: d.issuer.token(_claims(aud=[AUDIENCE, "elsewhere"], azp="elsewhere")),
        "InvalidIdentityToken",
    ),
    "over": (lambda d: d.issuer.token(_claims(), lifetime_seconds=-1), "ExpiredTokenException"),
    "over this second": (lambda d: d.issuer.token(_claims(), lifetime_seconds=0), "ExpiredTokenException"),
    "older than a day": (
        lambda d: d.issuer.token(_claims(iat=int(d.clock().timestamp()) - 86_401)),
        "ExpiredTokenException",
    ),
    "not valid yet": (lambda d: d.issuer.token(_claims(nbf=9_999_999_999)), "InvalidIdentityToken"),
    "issued in the future": (lambda d: d.issuer.token(_claims(iat=9_999_999_999)), "InvalidIdentityToken"),
    "of an issuer without a provider": (
        lambda d: d.sandbox.issuers.get("https://idp.example.com").token(_claims()),
        "InvalidIdentityToken",
    ),
    "of an issuer that says it is another": (
        lambda d: d.sandbox.issuers.get("https://idp.example.com").token(_claims(iss=GITHUB)),
        "InvalidIdentityToken",
    ),
    "with another signature": (lambda d: _other_signature(d.issuer.token(_claims())), "InvalidIdentityToken"),
    "with changed claims": (lambda d: _other_claims(d.issuer.token({"sub": "me"})), "InvalidIdentityToken"),
    "unsigned": (
        lambda _: none_signed({"iss": GITHUB, "aud": AUDIENCE, "exp": 9e9, "iat": 1, **_claims()}),
        "InvalidIdentityToken",
    ),
    "signed with the public key as a secret": (
        lambda d: shared_secret_signed(
            {"iss": GITHUB, "aud": AUDIENCE, "exp": 9e9, "iat": 1, **_claims()},
            urllib.request.urlopen(f"{d.issuer.address}/.well-known/jwks").read(),
        ),
        "InvalidIdentityToken",
    ),
    "without a subject": (lambda d: d.issuer.token({"sub": None}), "InvalidIdentityToken"),
    "without an end": (lambda d: d.issuer.token(_claims(exp=None)), "InvalidIdentityToken"),
    "with an end that is no number": (
        lambda d: d.issuer.token(_claims(exp=float("nan"))),
        "InvalidIdentityToken",
    ),
    "without an end to its end": (
        lambda d: d.issuer.token(_claims(exp=float("inf"))),
        "InvalidIdentityToken",
    ),
    "with an end that no float holds": (
        lambda d: d.issuer.token(_claims(exp=10**400)),
        "InvalidIdentityToken",
    ),
    "issued at no time": (lambda d: d.issuer.token(_claims(iat=float("nan"))), "InvalidIdentityToken"),
    "with an end in words": (lambda d: d.issuer.token(_claims(exp="soon")), "InvalidIdentityToken"),
    "with a list of tags": (lambda d: d.issuer.token(_claims(**{TAGS: ["team"]})), "InvalidIdentityToken"),
    "no token at all": (lambda _: "an-access-token", "InvalidIdentityToken"),
    "longer than AWS takes": (lambda _: "x" * 20_001, "ValidationError"),
}  # fmt: skip


@pytest.mark.shows("AssumeRoleWithWebIdentity", "enforced")
@pytest.mark.parametrize("kind", TOKENS)
def test_other_tokens_are_refused(doors: Doors, kind: str) -> None:
    """Each with the code that AWS has for it; the table is the specification."""
    mint, code = TOKENS[kind]

    assert doors.refused(mint(doors)).code == code


def test_codes_have_the_status_of_the_service_model(doors: Doors) -> None:
    """botocore's model tells the HTTP status of each error; the sandbox answers with it."""
    model = doors.sts.meta.service_model.operation_model("AssumeRoleWithWebIdentity")
    expected = {shape.error_code: shape.metadata["error"]["httpStatusCode"] for shape in model.error_shapes}
    doors.sandbox.issuers.get("https://www.amazon.com")
    answers = [
        doors.refused("revoked", ProviderId="www.amazon.com"),
        doors.refused("not-a-token"),
        doors.refused(doors.issuer.token(_claims(), lifetime_seconds=-1)),
        doors.refused(doors.issuer.token(_claims()), Policy="{}"),
    ]
    doors.issuer.failing_with = 503
    answers.append(doors.refused(doors.issuer.token(_claims())))

    assert [each.code for each in answers] == [
        "IDPRejectedClaim",
        "InvalidIdentityToken",
        "ExpiredTokenException",
        "MalformedPolicyDocument",
        "IDPCommunicationError",
    ]
    assert [each.status for each in answers] == [expected[each.code] for each in answers]


def test_a_token_ends_by_the_sandboxs_clock(doors: Doors, clock: Clock) -> None:
    """A token that opened the role does so no more when its time is over, and so does the session."""
    token = doors.issuer.token(_claims())
    session = doors.knock(token, DurationSeconds=900)["Credentials"]
    clock.advance(301)

    assert doors.refused(token).code == "ExpiredTokenException"
    clock.advance(600)
    sts = boto3.client(
        "sts",
        endpoint_url=doors.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    assert refused(sts.get_caller_identity).code == "ExpiredToken"


def test_keys_are_asked_for_anew(doors: Doors) -> None:
    """After the issuer changed its keys, tokens of the old ones are worth nothing; new ones are."""
    old = doors.issuer.token(_claims())
    doors.issuer.rotate_keys()

    assert doors.refused(old).code == "InvalidIdentityToken"
    assert doors.knock(doors.issuer.token(_claims()))


@pytest.mark.parametrize(("status", "code"), [(500, "IDPCommunicationError"), (404, "InvalidIdentityToken")])
def test_an_issuer_out_of_order(doors: Doors, status: int, code: str) -> None:
    """One that fails can't be reached, which may pass; one without the pages can't be used."""
    token = doors.issuer.token(_claims())
    doors.issuer.failing_with = status

    assert doors.refused(token).code == code


def test_an_issuer_that_nobody_placed_is_never_looked_for(doors: Doors, workload: Account) -> None:
    """The sandbox asks loopback addresses that it was told, and no host of the internet."""
    other = "https://idp.example.com"
    workload.client("iam").create_open_id_connect_provider(Url=other, ClientIDList=[AUDIENCE])
    token = doors.issuer.token(_claims(iss=other))

    found = doors.refused(token)

    assert found.code == "IDPCommunicationError"
    assert "knows no issuer" in found.message


@dataclass
class Elsewhere:
    """A server of a program's own: the JSON that it answers by path, where pages went, what it was asked."""

    address: str
    pages: dict[str, object]
    moved: dict[str, str]
    asked: list[str]


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    pages: dict[str, object] = {}
    moved: dict[str, str] = {}
    asked: list[str] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if self.path in moved:
                self.send_response(302)
                self.send_header("Location", moved[self.path])
            else:
                self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(pages.get(self.path)).encode())

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Elsewhere(f"http://127.0.0.1:{server.server_port}", pages, moved, asked)
    server.shutdown()
    server.server_close()
    thread.join()


TENANT = "https://idp.example.com/tenant"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def own(doors: Doors, workload: Account, elsewhere: Elsewhere) -> Elsewhere:
    """A program's issuer whose keys are those of GitHub's, trusted by the role ``own``."""
    with urllib.request.urlopen(f"{doors.issuer.address}/.well-known/jwks") as page:
        elsewhere.pages["/keys"] = json.load(page)
    elsewhere.pages[DISCOVERY] = {"issuer": TENANT, "jwks_uri": f"{TENANT}/keys"}
    doors.sandbox.issuers.point(TENANT, elsewhere.address)
    made = workload.client("iam").create_open_id_connect_provider(Url=TENANT, ClientIDList=[AUDIENCE])
    condition = {"StringEquals": {"idp.example.com/tenant:sub": "me"}}
    workload.role("own", trust(condition, Principal={"Federated": made["OpenIDConnectProviderArn"]}))
    return elsewhere


OWN = f"arn:aws:iam::{WORKLOAD}:role/own"


def test_a_programs_own_issuer(doors: Doors, own: Elsewhere) -> None:
    """A URL can be pointed to any loopback address; keys and discovery are then fetched there."""
    answer = doors.knock(doors.issuer.token({"iss": TENANT, "sub": "me"}), RoleArn=OWN)

    assert answer["Provider"] == TENANT
    assert doors.sandbox.issuers.address_of(f"{TENANT}/keys") == f"{own.address}/keys"
    with pytest.raises(SandboxError, match="not one of the sandbox"):
        doors.sandbox.issuers.get(TENANT)


NO_KEYS = ("InvalidIdentityToken", "Couldn't retrieve verification key")
UNKNOWN_HOST = ("IDPCommunicationError", "The sandbox knows no issuer for")


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        (DISCOVERY, None, NO_KEYS),
        (DISCOVERY, {"issuer": "https://idp.example.com", "jwks_uri": f"{TENANT}/keys"}, NO_KEYS),
        (DISCOVERY, {"issuer": TENANT}, UNKNOWN_HOST),
        (DISCOVERY, {"issuer": TENANT, "jwks_uri": "file:///etc/passwd"}, UNKNOWN_HOST),
        (DISCOVERY, {"issuer": TENANT, "jwks_uri": "http://169.254.169.254/latest/"}, UNKNOWN_HOST),
        (DISCOVERY, {"issuer": TENANT, "jwks_uri": f"{TENANT}.example.net/keys"}, UNKNOWN_HOST),
        ("/keys", None, NO_KEYS),
        ("/keys", {"keys": []}, NO_KEYS),
        ("/keys", {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, NO_KEYS),
        ("/keys", {"keys": [{"kty": "EC"}]}, NO_KEYS),
    ],
)
def test_pages_that_arent_those_of_an_issuer(
    doors: Doors, own: Elsewhere, path: str, answer: object, expected: tuple[str, str]
) -> None:
    """Discovery has to name the issuer itself, and keys of AWS's kinds below an issuer's URL."""
    own.pages[path] = answer
    found = doors.refused(doors.issuer.token({"iss": TENANT, "sub": "me"}), RoleArn=OWN)

    assert found.code == expected[0]
    assert expected[1] in found.message


def test_redirects_are_not_followed(doors: Doors, own: Elsewhere) -> None:
    """A page that has moved may have moved off the loopback interface, so it isn't looked for."""
    own.moved["/keys"] = f"{own.address}/keys-elsewhere"
    own.pages["/keys-elsewhere"] = own.pages["/keys"]

    found = doors.refused(doors.issuer.token({"iss": TENANT, "sub": "me"}), RoleArn=OWN)

    assert found.code == "InvalidIdentityToken"
    assert own.asked == [DISCOVERY, "/keys"]


@pytest.mark.parametrize(
    "address",
    ["file:///etc", "http://169.254.169.254/", "https://127.0.0.1:8443", "http://127.0.0.1:80@example.com:1"],
)
def test_issuers_are_on_the_loopback_interface(sandbox: Sandbox, address: str) -> None:
    """No other address is taken, be it from Python or over HTTP."""
    with pytest.raises(SandboxError, match="no address of an issuer"):
        sandbox.issuers.point(TENANT, address)
    body = json.dumps({"url": TENANT, "address": address}).encode()
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        urllib.request.urlopen(f"{sandbox.endpoint_url}/_rolecall/issuers", body)
    caught.value.close()


def test_an_issuer_that_says_nothing_about_an_access_token(doors: Doors, elsewhere: Elsewhere) -> None:
    """JSON that is no object says nothing, so the token is rejected."""
    doors.sandbox.issuers.point("https://graph.facebook.com", elsewhere.address)

    assert doors.refused("some-token", ProviderId="graph.facebook.com").code == "IDPRejectedClaim"


def test_an_issuer_has_a_hundred_keys_of_a_kind_at_most(doors: Doors, own: Elsewhere) -> None:
    """AWS takes no more, so one that never throws keys away stops to work."""
    token = doors.issuer.token({"iss": TENANT, "sub": "me"})
    keys = own.pages["/keys"]["keys"]  # type: ignore[index] # as the fixture put it
    first = next(each for each in keys if each["kty"] == "RSA")
    others = [{**first, "kid": f"old-{number}"} for number in range(99)]
    own.pages["/keys"] = {"keys": [*keys, *others]}
    assert doors.knock(token, RoleArn=OWN)

    own.pages["/keys"] = {"keys": [*keys, *others, {**first, "kid": "one-more"}]}
    assert doors.refused(token, RoleArn=OWN).code == "InvalidIdentityToken"


def test_of_two_addresses_the_longer_url_counts(doors: Doors) -> None:
    """An issuer below another one's URL may be elsewhere; one that only begins alike is neither."""
    issuers = doors.sandbox.issuers
    issuers.point("https://idp.example.com", "http://127.0.0.1:1/")
    issuers.point(TENANT, "http://127.0.0.1:2/base")

    assert issuers.address_of(f"{TENANT}/keys") == "http://127.0.0.1:2/base/keys"
    assert issuers.address_of("https://idp.example.com/keys") == "http://127.0.0.1:1/keys"
    assert issuers.address_of("https://idp.example.com.evil/keys") is None


def test_a_thumbprint_matters_where_no_authority_signed_the_certificate(
    doors: Doors, workload: Account
) -> None:
    """A provider whose list lacks the certificate that the issuer shows can't be used until it has it."""
    doors.issuer.thumbprint = "A" * 40
    token = doors.issuer.token(_claims())

    assert "thumbprint" in doors.refused(token).message
    workload.client("iam").update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=PROVIDER, ThumbprintList=["a" * 40]
    )
    assert doors.knock(token)


def test_a_provider_of_another_account_doesnt_count(doors: Doors, sandbox: Sandbox) -> None:
    """Tokens are verified by the provider of the role's own account, whatever its trust policy names."""
    other = sandbox.account("333333333333").role("deploy", trust())

    assert (
        "No OpenIDConnect provider" in doors.refused(doors.issuer.token(_claims()), RoleArn=other.arn).message
    )


TAGGED = {
    TAGS: {"principal_tags": {"team": ["core"], "stage": ["prod"]}, "transitive_tag_keys": ["team"]},
    SOURCE_IDENTITY: "octocat",
}
MAY_TAG = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]


def test_tags_and_source_identity_come_in_the_token(doors: Doors, workload: Account) -> None:
    """The trust policy decides about them as request tags; a role that it chains to inherits them."""
    condition = {
        "StringEquals": {f"{HOST}:sub": MAIN, "aws:RequestTag/team": "core", "sts:SourceIdentity": "octocat"},
        "ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["team"], "aws:TagKeys": ["team", "stage"]},
    }
    tagged = workload.role("tagged", trust(condition, Action=MAY_TAG))

    answer = doors.knock(doors.issuer.token(_claims(**TAGGED)), RoleArn=tagged.arn)

    assert answer["SourceIdentity"] == "octocat"
    assert answer["PackedPolicySize"] > 0
    without = {**TAGGED, TAGS: {"principal_tags": {"team": ["edge"]}}}
    assert doors.refused(doors.issuer.token(_claims(**without)), RoleArn=tagged.arn).code == "AccessDenied"


@pytest.mark.parametrize(
    ("claim", "action"), [(TAGS, "sts:TagSession"), (SOURCE_IDENTITY, "sts:SetSourceIdentity")]
)
def test_tagging_needs_leave_of_the_trust_policy(doors: Doors, claim: str, action: str) -> None:
    """A token with tags or a source identity opens no role whose trust policy doesn't allow to set them."""
    found = doors.refused(doors.issuer.token(_claims(**{claim: TAGGED[claim]})))

    assert (found.code, action in found.message) == ("AccessDenied", True)


@pytest.mark.parametrize(
    "claims",
    [
        {TAGS: {"principal_tags": {"team": ["x" * 257]}}},
        {TAGS: {"principal_tags": {"": ["core"]}}},
        {TAGS: {"principal_tags": {"team": ["core"], "Team": ["edge"]}}},
        {TAGS: {"principal_tags": {f"tag-{number}": ["x"] for number in range(51)}}},
        {TAGS: {"principal_tags": {"team": ["core"]}, "transitive_tag_keys": ["stage"]}},
        {SOURCE_IDENTITY: "x"},
        {SOURCE_IDENTITY: "me and you"},
    ],
)
def test_session_claims_that_no_session_can_have(
    doors: Doors, workload: Account, claims: dict[str, object]
) -> None:
    """Tags and source identity of a token keep to the limits of the parameters of AssumeRole."""
    open_role = workload.role("tagged", trust(Action=MAY_TAG))

    assert doors.refused(doors.issuer.token(_claims(**claims)), RoleArn=open_role.arn).code == (
        "InvalidIdentityToken"
    )


def test_where_it_came_from_stays_in_the_session(doors: Doors, workload: Account) -> None:
    """Whose token opened it can be tested by the next role of a chain; a user's session has no such keys."""
    may = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    hub = workload.role("hub", trust(), policies=[may])
    next_trust = {
        "Effect": "Allow",
        "Principal": {"AWS": hub.arn},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {f"{HOST}:sub": MAIN, "aws:FederatedProvider": PROVIDER}},
    }
    spoke = workload.role("spoke", policy(next_trust))
    session = doors.knock(doors.issuer.token(_claims()), RoleArn=hub.arn)["Credentials"]
    sts = doors.sandbox.client(
        "sts", Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    )

    assert sts.assume_role(RoleArn=spoke.arn, RoleSessionName="next")
    workload.client("iam").update_assume_role_policy(
        RoleName="spoke",
        PolicyDocument=json.dumps(
            policy({**next_trust, "Condition": {"StringEquals": {f"{HOST}:repository": "acme/infra"}}})
        ),
    )
    assert refused(sts.assume_role, RoleArn=spoke.arn, RoleSessionName="next").code == "AccessDenied"


def test_session_policy_and_duration(doors: Doors, sandbox: Sandbox, workload: Account) -> None:
    """A session policy limits the session; the role's longest duration limits its time."""
    session = doors.knock(doors.issuer.token(_claims()), Policy=DENY_EVERYTHING)
    assert session["PackedPolicySize"] > 0

    found = doors.refused(doors.issuer.token(_claims()), DurationSeconds=7200)
    assert (found.code, "MaxSessionDuration" in found.message) == ("ValidationError", True)
    assert (
        doors.refused(doors.issuer.token(_claims()), RoleArn="arn:aws:iam::1:role/x").code
        == "ValidationError"
    )


def test_keys_of_github(doors: Doors, workload: Account) -> None:
    """Of GitHub's claims those can be tested that AWS has keys for; of the others the key is absent."""
    for name, claim, opens in (("known", "repository", True), ("unknown", "event_name", False)):
        values = {"repository": "acme/infra", "event_name": "push"}
        condition = {"StringEquals": {f"{HOST}:sub": MAIN, f"{HOST}:{claim}": values[claim]}}
        role = workload.role(name, trust(condition))
        token = doors.issuer.token(_claims(**values))
        if opens:
            assert doors.knock(token, RoleArn=role.arn)
        else:
            assert doors.refused(token, RoleArn=role.arn).code == "AccessDenied"


def test_a_token_for_several_has_the_audience_of_who_asked_for_it(doors: Doors, workload: Account) -> None:
    """With ``azp`` that is the key ``aud``, and the token's own audience is the key ``oaud``."""
    condition = {"StringEquals": {f"{HOST}:sub": MAIN, f"{HOST}:aud": AUDIENCE, f"{HOST}:oaud": "api"}}
    role = workload.role("azp", trust(condition))

    answer = doors.knock(doors.issuer.token(_claims(aud="api", azp=AUDIENCE)), RoleArn=role.arn)

    assert answer["Audience"] == AUDIENCE


def test_google_needs_no_provider(doors: Doors, workload: Account) -> None:
    """AWS knows Google by itself: the trust policy names its host, and asks for the audience."""
    google = doors.sandbox.issuers.get("https://accounts.google.com")
    condition = {"StringEquals": {"accounts.google.com:aud": "app-1", "accounts.google.com:sub": "108"}}
    role = workload.role("app", trust(condition, Principal={"Federated": "accounts.google.com"}))

    assert doors.knock(google.token({"sub": "108", "aud": "app-1"}), RoleArn=role.arn)["Audience"] == "app-1"
    assert (
        doors.refused(google.token({"sub": "108", "aud": "app-2"}), RoleArn=role.arn).code == "AccessDenied"
    )


def test_access_tokens_are_shown_to_their_issuer(doors: Doors, workload: Account) -> None:
    """With ``ProviderId`` the token is opaque; what the issuer says about it counts, until it rejects it."""
    amazon = doors.sandbox.issuers.get("https://www.amazon.com")
    role = workload.role(
        "shop",
        trust(
            {"StringEquals": {"www.amazon.com:app_id": "shop-1"}}, Principal={"Federated": "www.amazon.com"}
        ),
    )
    token = amazon.access_token({"app_id": "shop-1", "user_id": "amzn1.account.A"})

    answer = doors.knock(token, RoleArn=role.arn, ProviderId="www.amazon.com")

    assert answer["SubjectFromWebIdentityToken"] == "amzn1.account.A"
    assert (answer["Provider"], answer["Audience"]) == ("www.amazon.com", "shop-1")
    amazon.revoke(token)
    assert doors.refused(token, RoleArn=role.arn, ProviderId="www.amazon.com").code == "IDPRejectedClaim"
    assert doors.refused(token, RoleArn=role.arn, ProviderId="example.com").code == "ValidationError"


def test_an_unsigned_call_of_another_operation_is_refused(doors: Doors) -> None:
    """Only what a token stands for needs no signature."""
    assert refused(doors.sts.get_caller_identity).code == "MissingAuthenticationToken"


def test_the_token_request_of_a_job(doors: Doors) -> None:
    """GitHub's endpoint mints for the audience asked for, and for the job whose secret is shown."""
    job = doors.issuer.github_job("acme/infra", environment="prod")
    url = f"{job['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={AUDIENCE}"

    answer = _get(url, f"bearer {job['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}")
    claims = json.loads(base64.urlsafe_b64decode(answer["value"].split(".")[1] + "=="))

    assert claims["sub"] == "repo:acme/infra:environment:prod"
    assert (claims["aud"], claims["iss"]) == (AUDIENCE, GITHUB)
    for guess in ("guess", "gu\xe9ss"):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            _get(url, f"bearer {guess}")


def test_child_processes_make_issuers_and_tokens(doors: Doors) -> None:
    """Over HTTP they can do what tests in this process do."""
    url = f"{doors.sandbox.endpoint_url}/_rolecall/issuers"

    address = _post(url, {"url": GITHUB})["address"]
    assert doors.knock(_post(f"{address}/tokens", {"claims": {"sub": MAIN}, "algorithm": "ES256"})["token"])
    assert "ACTIONS_ID_TOKEN_REQUEST_URL" in _post(f"{address}/jobs", {"repository": "acme/infra"})
    assert _post(url, {"url": "https://idp.example.com", "address": "http://127.0.0.1:9"})
    for asked, where in (({"url": "http://plain"}, url), ({"algorithm": "HS256"}, f"{address}/tokens")):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            _post(where, asked)


def test_a_real_jobs_secret_stays_outside(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child process of a sandbox in a real workflow can't request real tokens."""
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "real")

    assert "ACTIONS_ID_TOKEN_REQUEST_TOKEN" not in sandbox.environment(directory=tmp_path)


def test_minted_tokens_are_secrets(doors: Doors) -> None:
    """Tests that look for leaks are told them, and the secrets of jobs."""
    token = doors.issuer.token()
    job = doors.issuer.github_job("acme/infra")

    assert {token, job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]} <= doors.sandbox.secrets
    assert not any(secret in repr(doors.sandbox.calls) for secret in doors.sandbox.secrets)
    assert "Issuer" in repr(doors.issuer)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Url": "http://idp.example.com"}, "ValidationError"),
        ({"Url": "https://idp.example.com:8443"}, "ValidationError"),
        ({"Url": "https://idp.example.com?tenant=1"}, "ValidationError"),
        ({"ThumbprintList": ["g" * 40]}, "InvalidInput"),
        ({"ThumbprintList": ["a" * 40] * 6}, "InvalidInput"),
        ({"ClientIDList": ["x" * 256]}, "ValidationError"),
        ({"Url": GITHUB}, "EntityAlreadyExists"),
    ],
)
def test_providers_that_iam_doesnt_make(
    workload: Account, provider: str, changes: dict[str, Any], code: str
) -> None:
    """A URL without https, with a port or a query; what is no thumbprint; too much; one that is there."""
    wanted = {"Url": "https://idp.example.com", "ClientIDList": [AUDIENCE], **changes}

    assert provider
    assert refused(workload.client("iam").create_open_id_connect_provider, **wanted).code == code


def test_audiences_of_a_provider_can_be_changed(doors: Doors, workload: Account) -> None:
    """One that is added opens the door that the trust policy has for it, one that is removed closes it."""
    iam, other = workload.client("iam"), doors.issuer.token(_claims(aud="batch"))
    batch = workload.role("batch", trust({"StringEquals": {f"{HOST}:sub": MAIN, f"{HOST}:aud": "batch"}}))
    assert doors.refused(other, RoleArn=batch.arn).code == "InvalidIdentityToken"

    for _ in range(2):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER, ClientID="batch")
    assert doors.knock(other, RoleArn=batch.arn)["Audience"] == "batch"
    for _ in range(2):
        iam.remove_client_id_from_open_id_connect_provider(
            OpenIDConnectProviderArn=PROVIDER, ClientID="batch"
        )
    assert doors.refused(other, RoleArn=batch.arn).code == "InvalidIdentityToken"


def test_a_provider_has_a_hundred_audiences_at_most(workload: Account, provider: str) -> None:
    """IAM refuses one more, and keeps what was there."""
    iam = workload.client("iam")
    add, of = iam.add_client_id_to_open_id_connect_provider, {"OpenIDConnectProviderArn": provider}
    for number in range(98):
        add(**of, ClientID=f"app-{number}")

    assert refused(add, **of, ClientID="app-98").code == "LimitExceeded"
    assert len(iam.get_open_id_connect_provider(**of)["ClientIDList"]) == 100


@pytest.mark.parametrize("url", ["http://idp.example.com", "https://", "https://idp.example.com?x=1"])
def test_what_is_no_issuer(sandbox: Sandbox, url: str) -> None:
    """IAM takes URLs that begin with https:// and have no query."""
    with pytest.raises(SandboxError, match="no URL"):
        sandbox.issuers.get(url)


def _get(url: str, authorization: str) -> Any:
    request = urllib.request.Request(url, headers={"Authorization": authorization})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _post(url: str, asked: Mapping[str, object]) -> Any:
    with urllib.request.urlopen(url, data=json.dumps(asked).encode()) as answer:
        return json.load(answer)
