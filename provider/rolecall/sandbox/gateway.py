"""The door of the sandbox: checks every signature, then hands a call to STS or to moto."""

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from . import signature
from .control import Control
from .faults import DROP, Faults
from .identities import Identities, Identity, Kind
from .refusals import Refusal
from .sts import UNSIGNED, SecurityTokenService, not_imitated
from .view import IamView
from .wire import HttpAnswer, HttpRequest, new_request_id, read, refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOG: Final = logging.getLogger("rolecall.sandbox")
_ACCOUNT_HEADER: Final = "HTTP_X_MOTO_ACCOUNT_ID"
_STS_VERSION: Final = "2011-06-15"


class Gateway:
    """A WSGI application in front of moto's."""

    def __init__(
        self,
        *,
        moto: "WSGIApplication",
        sts: SecurityTokenService,
        identities: Identities,
        iam: IamView,
        faults: Faults,
        control: Control,
        clock: Callable[[], datetime],
        lock: threading.RLock,
    ) -> None:
        self._moto = moto
        self._sts = sts
        self._identities = identities
        self._iam = iam
        self._faults = faults
        self._control = control
        self._clock = clock
        self._lock = lock
        self._closing = threading.Event()

    def close(self) -> None:
        """Wake calls that are being held back."""
        self._closing.set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve one HTTP request."""
        request = read(environ)
        if self._control.serves(request):
            answer = self._control.answer(request)
        else:
            answer = self._serve(request, environ)
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        length = str(len(answer.body))
        start_response(
            status, [("Content-Type", answer.content_type), ("Content-Length", length), *answer.headers]
        )
        return [answer.body]

    def _serve(self, request: HttpRequest, environ: "WSGIEnvironment") -> HttpAnswer:
        request_id = new_request_id()
        service, identity = _stated_service(request), None
        try:
            self._misbehave(request, service, environ)
            signed, identity = self._authenticate(request)
            if service == "sts":
                with self._lock:
                    return self._sts.answer(request, identity, signed.region, request_id)
            return self._ask_moto(request, service, identity, environ)
        except Refusal as error:
            refusal = error
        except NotImplementedError as error:
            refusal = not_imitated(request.operation or str(error))
        except ConnectionAbortedError:
            raise
        except Exception as error:  # noqa: BLE001 - it is logged, and told to the caller as AWS would
            _LOG.exception("%s %s failed", service, request.operation)
            refusal = Refusal("InternalFailure", f"The sandbox failed: {type(error).__name__}: {error}")
        if service == "sts":
            return self._sts.refuse(refusal, request, identity, request_id)
        return refused(refusal, request_id, service=service, speaks_json=request.speaks_json)

    def _misbehave(self, request: HttpRequest, service: str, environ: "WSGIEnvironment") -> None:
        """Let the call suffer the faults that were asked for."""
        if service == "sts" and (seconds := self._faults.latency_seconds):
            self._hold(seconds)
        fault = self._faults.take(service, request.operation)
        if fault is DROP:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        if fault is not None:
            raise fault

    def _hold(self, seconds: float) -> None:
        """Hold a call back; one that is held when the sandbox ends gets no answer."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError

    def _authenticate(self, request: HttpRequest) -> tuple[signature.Signed, Identity]:
        """Return the signature of a request, and whose it is."""
        signed = signature.read(request)
        if signed is None:
            if request.operation in UNSIGNED:
                raise not_imitated(request.operation)
            raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
        with self._lock:
            secret = self._identities.secret_of(signed.access_key_id, signed.session_token)
            signature.verify(request, signed, secret_access_key=secret, now=datetime.now(UTC))
            return signed, self._identities.identity_of(signed.access_key_id, self._clock())

    def _ask_moto(
        self, request: HttpRequest, service: str, identity: Identity, environ: "WSGIEnvironment"
    ) -> HttpAnswer:
        environ[_ACCOUNT_HEADER] = identity.account_id
        if service != "iam":
            return _collect(self._moto, environ)
        _check_iam_session(identity)
        # moto's IAM walks its dicts while other threads write to them, so it gets one call at a time.
        with self._lock:
            try:
                return _collect(self._moto, environ)
            finally:
                if not request.operation.startswith(("Get", "List")):
                    self._iam.observe(identity.account_id)


def _stated_service(request: HttpRequest) -> str:
    """Return the service that a request says it is for, before anything about it is known to be true."""
    try:
        signed = signature.read(request)
    except Refusal:
        return ""
    if signed is not None:
        return signed.service
    return (
        "sts" if request.operation in UNSIGNED or request.parameters().get("Version") == _STS_VERSION else ""
    )


def _check_iam_session(identity: Identity) -> None:
    """Refuse the sessions that can't call IAM ("Comparing AWS STS API operations")."""
    session = identity.session
    without_mfa = identity.kind in {Kind.USER, Kind.ROOT} and session is not None and session.mfa_at is None
    if without_mfa or identity.kind is Kind.FEDERATED_USER:
        raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid")


def _collect(app: "WSGIApplication", environ: "WSGIEnvironment") -> HttpAnswer:
    """Run moto to the end of its answer."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return lambda _: None

    body = b"".join(app(environ, start_response))
    status, headers = begun[0]
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "text/xml")
    ours = {"content-type", "content-length", "connection"}
    kept = tuple((name, value) for name, value in headers if name.lower() not in ours)
    return HttpAnswer(int(status.split()[0]), content_type, body, kept)
