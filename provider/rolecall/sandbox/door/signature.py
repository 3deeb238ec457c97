"""Signature Version 4, checked the way AWS does ("Signature Version 4 signing process")."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials as SigningKey
from botocore.utils import normalize_url_path

from .refusals import Refusal
from .wire import HttpRequest

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TIME: Final = "%Y%m%dT%H%M%SZ"
_SKEW: Final = timedelta(minutes=15)
_UNREAD_PATHS: Final = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
_SCOPE_PARTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a request says about its own signature.

    Attributes:
        access_key_id: whose secret must have made it.
        time: when it was made, in UTC.
        region: region of the credential scope.
        service: signing name of the service, such as ``sts``.
        header_names: the headers under the signature, in lower case.
        signature: 64 hexadecimal digits.
        session_token: the token that came with a temporary key.
        valid_for: how long a presigned URL lives; ``None`` for a header signature.
    """

    access_key_id: str
    time: datetime
    region: str
    service: str
    header_names: tuple[str, ...]
    signature: str = field(repr=False)
    session_token: str | None = field(repr=False)
    valid_for: timedelta | None


def read(request: HttpRequest) -> Signed | None:
    """Return the request's signature, from its headers or its query; ``None`` where it has none.

    Raises:
        Refusal: ``IncompleteSignature`` where it can't be read.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return _from_header(header, request)
    query = dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))
    return _from_query(query) if "X-Amz-Signature" in query else None


def verify(request: HttpRequest, signed: Signed, *, secret_access_key: str, now: datetime) -> None:
    """Recompute the signature of a request.

    ``now`` is the machine's time: clients sign by it, whatever the sandbox's clock says.

    Raises:
        Refusal: ``SignatureDoesNotMatch`` where the secret, the time or the content is another.
    """
    _check_time(signed, now)
    signer = _Verifier(SigningKey(signed.access_key_id, secret_access_key), signed)
    url = f"http://{request.headers.get('host', '')}{_without_signature(request.target)}"
    unsigned = AWSRequest(
        request.method,
        url,
        headers={"x-amz-content-sha256": _digest(request, signed)} | dict(request.headers),
    )
    unsigned.context["timestamp"] = signed.time.strftime(_TIME)
    canonical = signer.canonical_request(unsigned)
    expected = signer.signature(signer.string_to_sign(unsigned, canonical), unsigned)
    genuine = hmac.compare_digest(expected.encode(), signed.signature.encode())
    if not genuine or not _body_is_as_signed(request):
        raise Refusal(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS"
            " Secret Access Key and signing method. Consult the service documentation for details.",
        )


class _Verifier(SigV4Auth):
    """botocore's signer, bound to the headers that the request says are signed."""

    def __init__(self, key: SigningKey, signed: Signed) -> None:
        super().__init__(key, signed.service, signed.region)
        self._signed = signed

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        chosen = HTTPHeaders()
        for name in self._signed.header_names:
            chosen[name] = request.headers.get(name, "")
        return chosen

    def _normalize_url_path(self, path: str) -> str:
        # S3 signs its paths as they are; every other service signs them encoded once more.
        if self._signed.service in _UNREAD_PATHS:
            return path
        return quote(normalize_url_path(path), safe="/~")


def _from_header(header: str, request: HttpRequest) -> Signed:
    algorithm, _, rest = header.partition(" ")
    if algorithm != _ALGORITHM:
        raise Refusal("IncompleteSignature", f"Unsupported AWS 'algorithm': '{algorithm}'.")
    fields = dict(re.findall(r"(\w+)=([^,\s]+)", rest))
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if name not in fields]
    if missing:
        needed = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise Refusal("IncompleteSignature", needed)
    sent = request.headers.get("x-amz-date") or request.headers.get("date")
    return _signed(
        credential=fields["Credential"],
        time=sent,
        header_names=fields["SignedHeaders"],
        signature=fields["Signature"],
        session_token=request.headers.get("x-amz-security-token"),
        valid_for=None,
    )


def _from_query(query: dict[str, str]) -> Signed:
    names = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders")
    missing = [name for name in names if name not in query]
    if missing:
        raise Refusal(
            "IncompleteSignature", f"AWS query-string parameters must include {', '.join(missing)}."
        )
    if query["X-Amz-Algorithm"] != _ALGORITHM:
        raise Refusal("IncompleteSignature", f"Unsupported AWS 'algorithm': '{query['X-Amz-Algorithm']}'.")
    if not re.fullmatch(r"\d{1,6}", query["X-Amz-Expires"], re.ASCII):
        raise Refusal("IncompleteSignature", "X-Amz-Expires should be a number of seconds.")
    return _signed(
        credential=query["X-Amz-Credential"],
        time=query["X-Amz-Date"],
        header_names=query["X-Amz-SignedHeaders"],
        signature=query["X-Amz-Signature"],
        session_token=query.get("X-Amz-Security-Token"),
        valid_for=timedelta(seconds=int(query["X-Amz-Expires"])),
    )


def _signed(
    *,
    credential: str,
    time: str | None,
    header_names: str,
    signature: str,
    session_token: str | None,
    valid_for: timedelta | None,
) -> Signed:
    scope = credential.split("/")
    if len(scope) != _SCOPE_PARTS or scope[-1] != "aws4_request":
        raise Refusal(
            "IncompleteSignature",
            "Credential must have exactly 5 slash-delimited elements: key/date/region/service/aws4_request.",
        )
    moment = _moment(time)
    if moment is None:
        raise Refusal(
            "IncompleteSignature", "Date must be in ISO-8601 'basic format', such as 20300131T235959Z."
        )
    if moment.strftime("%Y%m%d") != scope[1]:
        raise Refusal(
            "SignatureDoesNotMatch",
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{scope[1]}' != '{moment:%Y%m%d}', from '{moment:{_TIME}}'.",
        )
    return Signed(
        access_key_id=scope[0],
        time=moment,
        region=scope[2],
        service=scope[3].lower(),
        header_names=tuple(header_names.lower().split(";")),
        signature=signature,
        session_token=session_token,
        valid_for=valid_for,
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{8}T\d{6}Z", text, re.ASCII):
            return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def _check_time(signed: Signed, now: datetime) -> None:
    lifetime = _SKEW if signed.valid_for is None else signed.valid_for
    if signed.time < now - lifetime:
        raise Refusal(
            "SignatureDoesNotMatch",
            f"Signature expired: {signed.time:{_TIME}} is now earlier than {now - lifetime:{_TIME}} "
            f"({now:{_TIME}} - {lifetime.total_seconds() / 60:g} min.)",
        )
    if now + _SKEW < signed.time:
        raise Refusal(
            "SignatureDoesNotMatch",
            f"Signature not yet current: {signed.time:{_TIME}} is still later than {now + _SKEW:{_TIME}} "
            f"({now:{_TIME}} + {_SKEW.total_seconds() / 60:g} min.)",
        )


def _digest(request: HttpRequest, signed: Signed) -> str:
    """Return what stands for the body in a signature, where no header says it."""
    if signed.valid_for is not None and signed.service in _UNREAD_PATHS:
        return "UNSIGNED-PAYLOAD"
    return hashlib.sha256(request.body).hexdigest()


def _without_signature(target: str) -> str:
    path, mark, query = target.partition("?")
    kept = "&".join(pair for pair in query.split("&") if not pair.startswith("X-Amz-Signature="))
    return f"{path}{mark}{kept}"


def _body_is_as_signed(request: HttpRequest) -> bool:
    stated = request.headers.get("x-amz-content-sha256")
    if stated is None or not re.fullmatch(r"[0-9a-f]{64}", stated):
        return True  # absent: hashed into the signature itself; a word such as UNSIGNED-PAYLOAD: not signed
    return hmac.compare_digest(stated, hashlib.sha256(request.body).hexdigest())
