"""An OpenID Connect issuer: mints tokens, and answers what AWS and workflows ask an issuer over HTTP."""

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from rolecall.errors import SandboxError

from ..door.wire import HttpAnswer, HttpRequest, json_answer

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, KeyParameters, RSAKey

GITHUB: Final = "https://token.actions.githubusercontent.com"
"""What the tokens of GitHub Actions name as their issuer."""

DISCOVERY: Final = "/.well-known/openid-configuration"
TOKEN_INFO: Final = "/tokeninfo"  # noqa: S105 - a path
_KEYS: Final = "/.well-known/jwks"
_GITHUB_REQUEST: Final = "/github/idtoken"
ALGORITHMS: Final = ("RS256", "ES256")
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384"}
_RSA_BITS: Final = 2048
_LIFETIME_SECONDS: Final = 300

OUTBOUND_ALGORITHMS: Final = ("RS256", "ES384")
"""By which AWS signs the tokens of GetWebIdentityToken."""

Claims = Mapping[str, Any]

_NO_CLAIMS: Final[Claims] = MappingProxyType({})


class Issuer:
    """One issuer; safe to use from many threads.

    Attributes:
        url: what its tokens name as their issuer, and the URL of its provider in IAM.
        address: where it answers over plain HTTP on the loopback interface.
        thumbprint: SHA-1 of the certificate that it would show, in 40 hex digits; ``None`` where an authority
            that AWS trusts has signed that, so that thumbprints don't matter.
        failing_with: HTTP status of all its answers; ``None`` while it works.
    """

    def __init__(
        self,
        url: str,
        address: str,
        clock: Callable[[], datetime],
        algorithms: tuple[str, ...] = ALGORITHMS,
    ) -> None:
        self.url = url
        self.address = address
        self.thumbprint: str | None = None
        self.failing_with: int | None = None
        self._algorithms = algorithms
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, RSAKey | ECKey] = {}
        self._jobs: dict[str, Claims] = {}
        self._access: dict[str, Claims] = {}
        self._tokens: set[str] = set()

    def __repr__(self) -> str:
        return f"Issuer({self.url!r})"

    def token(
        self,
        claims: Claims = _NO_CLAIMS,
        *,
        algorithm: str = "RS256",
        lifetime_seconds: int = _LIFETIME_SECONDS,
    ) -> str:
        """Mint a signed token.

        Args:
            claims: put over the usual ones (``iss``, ``aud`` sts.amazonaws.com, ``sub`` somebody, ``iat``,
                ``nbf`` and ``exp``); a claim that is ``None`` is left out.
            algorithm: ``RS256`` or ``ES256``; one of those that it was made for.
            lifetime_seconds: from now to ``exp``; negative for a token that is over.

        Raises:
            SandboxError: the algorithm is another.
        """
        from joserfc import jwt  # noqa: PLC0415 - importing rolecall.sandbox must stay cheap

        key = self._key(algorithm)
        now = int(self._clock().timestamp())
        usual = {
            "iss": self.url,
            "aud": "sts.amazonaws.com",
            "sub": "somebody",
            "iat": min(now, now + lifetime_seconds - 1),
            "nbf": min(now, now + lifetime_seconds - 1),
            "exp": now + lifetime_seconds,
        }
        kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        header = {"alg": algorithm, "kid": key.kid, "typ": "JWT"}
        token = jwt.encode(header, kept, key, algorithms=[algorithm])
        with self._lock:
            self._tokens.add(token)
        return token

    def rotate_keys(self) -> None:
        """Forget the keys: tokens minted so far can't be verified any more."""
        with self._lock:
            self._keys.clear()

    def github_job(
        self, repository: str, *, ref: str = "refs/heads/main", environment: str | None = None
    ) -> dict[str, str]:
        """Start a workflow job, and return the environment variables by which it requests its tokens.

        Args:
            repository: ``OWNER/NAME``.
            ref: the branch or tag that triggered it.
            environment: the deployment environment that the job names.
        """
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._jobs[secret] = github_claims(repository, ref, environment)
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.address}{_GITHUB_REQUEST}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret,
        }

    def access_token(self, claims: Claims) -> str:
        """Mint an OAuth 2.0 access token: an opaque text, about which AWS asks the issuer.

        Args:
            claims: what the issuer says about it, such as ``app_id`` and ``user_id``.
        """
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._access[token] = dict(claims)
        return token

    def revoke(self, access_token: str) -> None:
        """Reject an access token from now on."""
        with self._lock:
            self._access.pop(access_token, None)

    def secrets(self) -> frozenset[str]:
        """Return the secrets of its jobs, and every token that it made."""
        with self._lock:
            return frozenset(self._tokens) | frozenset(self._jobs) | frozenset(self._access)

    def answer(self, request: HttpRequest, path: str) -> HttpAnswer:
        """Answer one request; ``path`` is what follows the issuer's address.

        Beside what issuers serve: ``POST /tokens`` and ``POST /jobs`` take the arguments of ``token`` and
        ``github_job`` as JSON, and answer ``{"token": …}`` and the environment variables.
        """
        if self.failing_with is not None:
            return _error(self.failing_with, "this issuer is out of order")
        routes: Mapping[tuple[str, str], Callable[[HttpRequest], HttpAnswer]] = {
            ("GET", DISCOVERY): self._discovery,
            ("GET", _KEYS): self._jwks,
            ("GET", TOKEN_INFO): self._token_info,
            ("GET", _GITHUB_REQUEST): self._github_token,
            ("POST", "/tokens"): self._minted,
            ("POST", "/jobs"): self._started,
        }
        route = routes.get((request.method, path))
        return route(request) if route is not None else _error(HTTPStatus.NOT_FOUND, "there is no such page")

    def _minted(self, request: HttpRequest) -> HttpAnswer:
        return _called(request, lambda asked: {"token": self.token(**asked)})

    def _started(self, request: HttpRequest) -> HttpAnswer:
        return _called(request, lambda asked: self.github_job(**asked))

    def _key(self, algorithm: str) -> "RSAKey | ECKey":
        from joserfc.jwk import ECKey, RSAKey  # noqa: PLC0415 - as above

        if algorithm not in self._algorithms:
            message = f"{algorithm} isn't an algorithm of this issuer: {', '.join(self._algorithms)}."
            raise SandboxError(message)
        parameters: KeyParameters = {"use": "sig", "alg": algorithm, "kid": secrets.token_hex(8)}
        with self._lock:
            if algorithm not in self._keys:
                self._keys[algorithm] = (
                    RSAKey.generate_key(_RSA_BITS, parameters)
                    if algorithm == "RS256"
                    else ECKey.generate_key(_CURVES[algorithm], parameters)
                )
            return self._keys[algorithm]

    def _discovery(self, _request: HttpRequest) -> HttpAnswer:
        return json_answer(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}{_KEYS}",
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": self._algorithms,
            }
        )

    def _jwks(self, _request: HttpRequest) -> HttpAnswer:
        keys = [self._key(algorithm).as_dict(private=False) for algorithm in self._algorithms]
        return json_answer({"keys": keys})

    def _token_info(self, request: HttpRequest) -> HttpAnswer:
        with self._lock:
            claims = self._access.get(_query(request, "access_token"))
        if claims is None:
            return _error(HTTPStatus.BAD_REQUEST, "invalid_token")
        return json_answer(claims)

    def _github_token(self, request: HttpRequest) -> HttpAnswer:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            known = next(
                (each for each in self._jobs if hmac.compare_digest(each.encode(), secret.encode())), None
            )
            claims = self._jobs[known] if known is not None else None
        if kind.lower() != "bearer" or claims is None:
            return _error(HTTPStatus.UNAUTHORIZED, "this is no token of a job")
        owner = str(claims["repository_owner"])
        audience = _query(request, "audience") or f"https://github.com/{owner}"
        unique = {"aud": audience, "jti": secrets.token_hex(16)}
        return json_answer({"count": 1, "value": self.token({**claims, **unique})})


def github_claims(repository: str, ref: str, environment: str | None) -> dict[str, Any]:
    """Return the claims that GitHub puts into the tokens of a job (GitHub page: OpenID Connect reference)."""
    owner, _, name = repository.partition("/")
    run = f"environment:{environment.replace(':', '%3A')}" if environment else f"ref:{ref}"
    workflow = f"{owner}/{name}/.github/workflows/deploy.yml@{ref}"
    return {
        "sub": f"repo:{repository}:{run}",
        "repository": repository,
        "repository_owner": owner,
        "repository_id": "100000001",
        "actor": "octocat",
        "actor_id": "583231",
        "ref": ref,
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "workflow": "deploy",
        "workflow_ref": workflow,
        "job_workflow_ref": workflow,
        "event_name": "push",
        "environment": environment,
    }


def _called(request: HttpRequest, call: Callable[[Claims], Claims]) -> HttpAnswer:
    try:
        return json_answer(call(json.loads(request.body)))
    except (ValueError, TypeError, AttributeError, SandboxError) as error:
        return _error(HTTPStatus.BAD_REQUEST, f"this can't be read: {error}")


def _query(request: HttpRequest, name: str) -> str:
    return parse_qs(urlsplit(request.target).query).get(name, [""])[0]


def _error(status: int, sentence: str) -> HttpAnswer:
    return HttpAnswer(status, "application/json", json.dumps({"error": sentence}).encode())
