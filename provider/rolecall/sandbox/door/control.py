"""The sandbox's own questions over HTTP, so that child processes can ask them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from ..calls import CallLog
from ..environment import CONTROL_PATH
from ..faults import Faults
from ..iam.mfa import MfaCodes, Wait
from .wire import HttpAnswer, HttpRequest, json_answer


@dataclass(frozen=True, slots=True)
class Control:
    """Serves ``/_rolecall/…``.

    ``GET totp?serial=ARN`` gives ``{"code": …}``: a code that works now and that nobody was given before,
    or 409 with ``{"wait_seconds": …}``. ``GET calls`` gives the STS calls so far. ``POST faults`` takes
    ``{"throttle": {"count": 2, "operation": "AssumeRole"}, "propagation": {"seconds": 10}, …}``: names and
    arguments of the methods of ``Faults``.
    """

    codes: MfaCodes
    seed_of: Callable[[str], str | None]
    calls: CallLog
    faults: Faults

    def serves(self, request: HttpRequest) -> bool:
        """Return whether this is a question to the sandbox and not to AWS."""
        return request.path.startswith(f"{CONTROL_PATH}/")

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one question."""
        routes: Mapping[tuple[str, str], Callable[[HttpRequest], HttpAnswer]] = {
            ("GET", "totp"): self._totp,
            ("GET", "calls"): self._calls,
            ("POST", "faults"): self._faults,
        }
        route = routes.get((request.method, request.path.removeprefix(f"{CONTROL_PATH}/")))
        if route is None:
            return _error(HTTPStatus.NOT_FOUND, "ask for GET totp, GET calls or POST faults")
        return route(request)

    def _totp(self, request: HttpRequest) -> HttpAnswer:
        serial = parse_qs(urlsplit(request.target).query).get("serial", [""])[0]
        seed = self.seed_of(serial)
        if seed is None:
            return _error(HTTPStatus.NOT_FOUND, f"there is no MFA device {serial}")
        code = self.codes.fresh(serial, seed)
        if isinstance(code, Wait):
            return json_answer({"wait_seconds": code.seconds}, status=HTTPStatus.CONFLICT)
        return json_answer({"code": code})

    def _calls(self, _request: HttpRequest) -> HttpAnswer:
        return json_answer([call.as_json() for call in self.calls.snapshot()])

    def _faults(self, request: HttpRequest) -> HttpAnswer:
        settable: Mapping[str, Callable[..., None]] = {
            "clear": self.faults.clear,
            "cut": self.faults.cut,
            "disable_region": self.faults.disable_region,
            "drop": self.faults.drop,
            "fail": self.faults.fail,
            "latency": self.faults.latency,
            "never_propagate": self.faults.never_propagate,
            "propagation": self.faults.propagation,
            "skew": self.faults.skew,
            "throttle": self.faults.throttle,
        }
        try:
            # An unknown name is found before anything is set.
            asked = [(settable[name], arguments) for name, arguments in json.loads(request.body).items()]
            for ask, arguments in asked:
                ask(**arguments)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            return _error(HTTPStatus.BAD_REQUEST, f"these faults can't be read: {error}")
        return json_answer({})


def _error(status: HTTPStatus, sentence: str) -> HttpAnswer:
    return json_answer({"error": sentence}, status=status)
