"""The door of the sandbox: checks every signature, then hands a call to STS or to moto."""

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from ..callers.identities import Identities, Identity, Kind
from ..callers.incoming import Arrival
from ..faults import Broken, Faults
from ..iam.view import IamView
from ..services.authorization import Authorization
from ..services.calls import answers_in_json
from ..sts.service import SecurityTokenService, not_imitated
from ..web_identity.issuers import Issuers
from . import signature
from .control import Control
from .refusals import Refusal
from .sign_in import SignIn
from .wire import HttpAnswer, HttpRequest, new_request_id, read, refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOG: Final = logging.getLogger("rolecall.sandbox")
_ACCOUNT_HEADER: Final = "HTTP_X_MOTO_ACCOUNT_ID"
_CUT: Final = "rolecall.cut"
_STS_VERSION: Final = "2011-06-15"
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}


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
        sign_in: SignIn,
        authorization: Authorization | None,
        issuers: Issuers,
        clock: Callable[[], datetime],
        lock: threading.RLock,
    ) -> None:
        self._moto = moto
        self._sts = sts
        self._identities = identities
        self._iam = iam
        self._faults = faults
        self._control = control
        self._sign_in = sign_in
        self._authorization = authorization
        self._issuers = issuers
        self._clock = clock
        self._lock = lock
        self._closing = threading.Event()

    def close(self) -> None:
        """Wake calls that are being held back."""
        self._closing.set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve one HTTP request."""
        request = read(environ)
        if self._issuers.serves(request):
            answer = self._issuers.answer(request)
        elif self._sign_in.serves(request):
            answer = self._sign_in.answer(request)
        elif self._control.serves(request):
            answer = self._control.answer(request)
        else:
            answer = self._serve(request, environ)
        status = f"{answer.status} {_PHRASES.get(answer.status, 'Unknown')}"
        length = str(len(answer.body))
        about = [("Content-Type", answer.content_type), ("Content-Length", length), ("Date", self._date())]
        start_response(status, [*about, *answer.headers])
        return _half(answer.body, environ) if _CUT in environ else [answer.body]

    def _serve(self, request: HttpRequest, environ: "WSGIEnvironment") -> HttpAnswer:
        request_id = new_request_id()
        unsigned, identity = self._sts.takes_unsigned(request), None
        service = "sts" if unsigned else _stated_service(request)
        try:
            self._misbehave(request, service, environ)
            if unsigned:
                return self._sts.answer_unsigned(request, request_id)
            signed, identity = self._authenticate(request)
            if service == "sts":
                with self._lock:
                    self._iam.arrive(signed.region)
                    return self._sts.answer(request, identity, signed.region, request_id)
            self._authorize(request, service, identity, signed.region)
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
        speaks_json = request.speaks_json or answers_in_json(service)
        return refused(refusal, request_id, service=service, speaks_json=speaks_json)

    def _misbehave(self, request: HttpRequest, service: str, environ: "WSGIEnvironment") -> None:
        """Let the call suffer the faults that were asked for."""
        if service == "sts" and (seconds := self._faults.latency_seconds):
            self._hold(seconds)
        fault = self._faults.take(service, request.operation)
        if fault is Broken.DROP:
            raise _broken(environ)
        if fault is Broken.CUT:
            environ[_CUT] = True
        elif fault is not None:
            raise fault

    def _hold(self, seconds: float) -> None:
        """Hold a call back; one that is held when the sandbox ends gets no answer."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError

    def _now(self) -> datetime:
        """The time by which signatures are checked: the machine's, but for a skew that was asked for."""
        return datetime.now(UTC) + self._faults.clock_skew

    def _date(self) -> str:
        return format_datetime(self._now(), usegmt=True)

    def _authenticate(self, request: HttpRequest) -> tuple[signature.Signed, Identity]:
        """Return the signature of a request, and whose it is."""
        signed = signature.read(request)
        if signed is None:
            raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
        with self._lock:
            secret = self._identities.secret_of(signed.access_key_id, signed.session_token)
            signature.verify(request, signed, secret_access_key=secret, now=self._now())
            identity = self._identities.identity_of(signed.access_key_id, self._clock())
        if signed.service == "iam":
            _check_iam_session(identity)
        return signed, identity

    def _authorize(self, request: HttpRequest, service: str, identity: Identity, region: str) -> None:
        """Let a call to another service pass, where the sandbox decides such calls."""
        if self._authorization is None:
            return
        call = Arrival(
            identity=identity,
            source_ip=request.source_ip,
            user_agent=request.headers.get("user-agent", ""),
            region=region,
            now=self._clock(),
        )
        with self._lock:
            self._iam.arrive(region)
            self._authorization.require(request, service, call)

    def _ask_moto(
        self, request: HttpRequest, service: str, identity: Identity, environ: "WSGIEnvironment"
    ) -> HttpAnswer:
        environ[_ACCOUNT_HEADER] = identity.account_id
        if service != "iam":
            return _collect(self._moto, environ)
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
    return "sts" if request.parameters().get("Version") == _STS_VERSION else ""


def _check_iam_session(identity: Identity) -> None:
    """Refuse the sessions that can't call IAM ("Comparing AWS STS API operations")."""
    session = identity.session
    without_mfa = identity.kind in {Kind.USER, Kind.ROOT} and session is not None and session.mfa_at is None
    if without_mfa or identity.kind is Kind.FEDERATED_USER:
        raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid")


def _broken(environ: "WSGIEnvironment") -> ConnectionAbortedError:
    """Break the connection of a request; what is to be raised then."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return ConnectionAbortedError()


def _half(body: bytes, environ: "WSGIEnvironment") -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise _broken(environ)


def _collect(app: "WSGIApplication", environ: "WSGIEnvironment") -> HttpAnswer:
    """Run moto to the end of its answer."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return lambda _: None

    body = b"".join(app(environ, start_response))
    status, headers = begun[0]
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "text/xml")
    ours = {"content-type", "content-length", "connection", "date"}
    kept = tuple((name, value) for name, value in headers if name.lower() not in ours)
    return HttpAnswer(int(status.split()[0]), content_type, body, kept)
