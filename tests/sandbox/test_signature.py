"""Every request is signed, or it is refused the way AWS refuses it."""

import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningKey
from tests.sandbox.helpers import Clock, refused

from rolecall.sandbox import Account, Sandbox, User


def test_right_signature(sandbox: Sandbox, ci: User) -> None:
    """The right secret gets an answer."""
    assert sandbox.client("sts", ci.credentials).get_caller_identity()["Arn"] == ci.arn


@pytest.mark.parametrize(
    ("service", "operation", "wrong_secret", "unknown_key"),
    [
        ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        ("iam", "list_roles", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        ("dynamodb", "list_tables", "InvalidSignatureException", "UnrecognizedClientException"),
    ],
)
def test_wrong_key(
    sandbox: Sandbox, ci: User, service: str, operation: str, wrong_secret: str, unknown_key: str
) -> None:
    """A wrong secret and an unknown key are refused by every service, under its protocol's name."""
    forged = sandbox.client(service, replace(ci.credentials, secret_access_key="x" * 40))
    unknown = sandbox.client(service, replace(ci.credentials, access_key_id="AKIA" + "A" * 16))

    assert (refused(getattr(forged, operation)).code, 403) == (wrong_secret, 403)
    refusal = refused(getattr(unknown, operation))
    assert (refusal.code, refusal.status) == (unknown_key, 403)


@pytest.mark.parametrize("change", ["inactive", "deleted"])
def test_retired_key(sandbox: Sandbox, tools: Account, ci: User, change: str) -> None:
    """An inactive or deleted access key is refused."""
    iam, key = tools.client("iam"), {"UserName": "ci", "AccessKeyId": ci.credentials.access_key_id}
    if change == "inactive":
        iam.update_access_key(**key, Status="Inactive")
    else:
        iam.delete_access_key(**key)

    refusal = refused(sandbox.client("sts", ci.credentials).get_caller_identity)
    assert (refusal.code, refusal.status) == ("InvalidClientTokenId", 403)


@pytest.mark.parametrize("token", [None, "not-the-token"])
def test_session_token(sandbox: Sandbox, ci: User, token: str | None) -> None:
    """Temporary keys count only with their own session token."""
    issued = sandbox.client("sts", ci.credentials).get_session_token()["Credentials"]
    stolen = replace(
        ci.credentials,
        access_key_id=issued["AccessKeyId"],
        secret_access_key=issued["SecretAccessKey"],
        session_token=token,
    )

    assert refused(sandbox.client("sts", stolen).get_caller_identity).code == "InvalidClientTokenId"


def test_token_with_a_long_term_key(sandbox: Sandbox, ci: User) -> None:
    """A long-term key has no session token."""
    odd = replace(ci.credentials, session_token="any")

    assert refused(sandbox.client("sts", odd).get_caller_identity).code == "InvalidClientTokenId"


def test_expired_session(sandbox: Sandbox, ci: User, clock: Clock) -> None:
    """A session works until the second it ends."""
    issued = sandbox.client("sts", ci.credentials).get_session_token(DurationSeconds=900)["Credentials"]
    temporary = replace(
        ci.credentials,
        access_key_id=issued["AccessKeyId"],
        secret_access_key=issued["SecretAccessKey"],
        session_token=issued["SessionToken"],
    )
    sts = sandbox.client("sts", temporary)

    clock.advance(899)
    assert sts.get_caller_identity()["Arn"] == ci.arn
    clock.advance(1)
    refusal = refused(sts.get_caller_identity)
    assert (refusal.code, refusal.status) == ("ExpiredToken", 403)


@pytest.mark.parametrize(
    ("minutes", "sentence"), [(-16, "Signature expired"), (16, "Signature not yet current")]
)
def test_skewed_client(
    sandbox: Sandbox, ci: User, monkeypatch: pytest.MonkeyPatch, minutes: int, sentence: str
) -> None:
    """A client whose clock is more than 15 minutes off is told so."""
    skewed = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: skewed)

    refusal = refused(sandbox.client("sts", ci.credentials).get_caller_identity)
    assert refusal.code == "SignatureDoesNotMatch"
    assert refusal.message.startswith(sentence)


@pytest.mark.parametrize("minutes", [-14, 14])
def test_slightly_skewed_client(
    sandbox: Sandbox, ci: User, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    """Fewer than 15 minutes are forgiven."""
    skewed = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: skewed)

    assert sandbox.client("sts", ci.credentials).get_caller_identity()["Arn"] == ci.arn


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    return _send("POST", url, body, headers)


def _send(method: str, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Send a request as it is, and return the HTTP status and AWS's error code."""
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ET.fromstring(error.read()).findtext(".//{*}Code") or ""


def _signed_headers(sandbox: Sandbox, user: User, body: bytes) -> dict[str, str]:
    request = AWSRequest(
        "POST", f"{sandbox.endpoint_url}/", {"Content-Type": "application/x-www-form-urlencoded"}, body
    )
    key = SigningKey(user.credentials.access_key_id, user.credentials.secret_access_key)
    SigV4Auth(key, "sts", "us-east-1").add_auth(request)
    return dict(request.headers.items())


_IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"


def test_changed_body(sandbox: Sandbox, ci: User) -> None:
    """The signature covers the body."""
    headers = _signed_headers(sandbox, ci, _IDENTITY)

    assert _post(sandbox.endpoint_url, _IDENTITY, headers) == (200, "")
    other = b"Action=GetSessionToken&Version=2011-06-15"
    assert _post(sandbox.endpoint_url, other, headers) == (403, "SignatureDoesNotMatch")


def test_body_under_a_signed_digest(sandbox: Sandbox, workload: Account) -> None:
    """A digest of the body in a header is signed, and the body must be what it says."""
    workload.client("s3").create_bucket(Bucket="bucket")
    key = SigningKey(workload.admin.access_key_id, workload.admin.secret_access_key)
    request = AWSRequest("PUT", f"{sandbox.endpoint_url}/bucket/key", {}, b"the content")
    S3SigV4Auth(key, "s3", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())

    assert _send("PUT", request.url, b"the content", headers) == (200, "")
    assert _send("PUT", request.url, b"another one", headers) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, (403, "MissingAuthenticationToken")),
        ("Bearer abc", (400, "IncompleteSignature")),
        ("AWS4-HMAC-SHA256 Credential=a/20310506/us-east-1/sts/aws4_request", (400, "IncompleteSignature")),
        ("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0", (400, "IncompleteSignature")),
        (
            "AWS4-HMAC-SHA256 Credential=a/20310506/eu/sts/aws4_request, SignedHeaders=host, Signature=0",
            (400, "IncompleteSignature"),
        ),
    ],
    ids=["none", "bearer", "no-signature", "no-scope", "no-date"],
)
def test_unreadable_signature(sandbox: Sandbox, authorization: str | None, expected: tuple[int, str]) -> None:
    """A request without a signature, or with half of one, is told what is missing."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"Authorization": authorization} if authorization else {}

    assert _post(sandbox.endpoint_url, _IDENTITY, headers) == expected


@pytest.mark.parametrize("version", ["&Version=2011-06-15", ""])
@pytest.mark.parametrize("action", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
def test_unsigned_operations(sandbox: Sandbox, action: str, version: str) -> None:
    """Sign-in with a provider's token needs no signature, and moto's made-up answer does not come through."""
    body = f"Action={action}{version}&RoleArn=arn:aws:iam::222222222222:role/any".encode()

    answer = _post(sandbox.endpoint_url, body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer == (400, "ValidationError")
    assert [(call.operation, call.error_code) for call in sandbox.calls] == [(action, "ValidationError")]


def test_presigned_url(sandbox: Sandbox, ci: User) -> None:
    """A presigned GetCallerIdentity, as clusters use it, is answered, and not with another signature."""
    sts = sandbox.client("sts", ci.credentials)
    url = sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")

    with urllib.request.urlopen(url, timeout=10) as answer:
        assert ET.fromstring(answer.read()).findtext(".//{*}Arn") == ci.arn
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(forged, timeout=10)
    caught.value.close()


def test_expired_presigned_url(sandbox: Sandbox, ci: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A presigned URL lives as long as it says."""
    monkeypatch.setattr(
        "botocore.auth.get_current_datetime", lambda: datetime.now(UTC) - timedelta(seconds=120)
    )
    sts = sandbox.client("sts", ci.credentials)

    def url(seconds: int) -> str:
        return str(sts.generate_presigned_url("get_caller_identity", HttpMethod="GET", ExpiresIn=seconds))

    with urllib.request.urlopen(url(300), timeout=10) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(url(60), timeout=10)
    caught.value.close()


@pytest.mark.parametrize("key", ["plain", "a b+c/d", "über/ß", "%41~(x)"])
def test_paths_of_s3(workload: Account, key: str) -> None:
    """S3 signs its paths in its own way, and that way is understood."""
    s3 = workload.client("s3")
    s3.create_bucket(Bucket="bucket")

    s3.put_object(Bucket="bucket", Key=key, Body=b"content")
    assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == b"content"


def test_calls_land_in_the_account_of_their_key(tools: Account, workload: Account) -> None:
    """What one account makes, another does not see."""
    tools.client("s3").create_bucket(Bucket="of-tools")

    assert [bucket["Name"] for bucket in tools.client("s3").list_buckets()["Buckets"]] == ["of-tools"]
    assert workload.client("s3").list_buckets()["Buckets"] == []


def test_account_header_of_moto(sandbox: Sandbox, tools: Account, ci: User) -> None:
    """A caller can't choose its account by moto's header."""
    iam = sandbox.client("iam", ci.credentials)
    iam.meta.events.register(
        "before-sign.*.*",
        lambda request, **_: request.headers.add_header("x-moto-account-id", "999999999999"),
    )

    assert {user["UserName"] for user in iam.list_users()["Users"]} == {"admin", "ci"}
