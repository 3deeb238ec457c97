"""Hands a secret URL to a browser without showing it to whoever lists the machine's processes."""

import secrets
import webbrowser
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

_WAIT_SECONDS: Final = 60
_PATIENCE_SECONDS: Final = 2.0


def open_in_browser(
    url: str,
    *,
    opened: Callable[[str], bool] = webbrowser.open,
    wait_seconds: float = _WAIT_SECONDS,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> bool:
    """Opens a URL in the user's browser.

    A browser is started with an address as its argument, which everybody on the machine can read. So that
    is an address of this process, which answers once, with where to go.

    Args:
        url: may be a secret.
        opened: starts a browser with an address.
        wait_seconds: how long the browser may take to ask.
        patience_seconds: how long a connection may say nothing; browsers open some in advance.

    Returns:
        Whether a browser came for it.
    """
    path = f"/{secrets.token_urlsafe()}"

    class Once(BaseHTTPRequestHandler):
        timeout = patience_seconds

        def do_GET(self) -> None:
            """Says where to go, to whoever knows the path."""
            if self.path != path or server.is_done:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            server.is_done = True
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", url)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with _Server(("127.0.0.1", 0), Once) as server:
        server.timeout = wait_seconds
        if opened(f"http://127.0.0.1:{server.server_port}{path}"):
            server.serve()
        return server.is_done


class _Server(HTTPServer):
    """Serves until it was asked the right question, or nobody asked anything for its timeout."""

    is_done = False
    _is_late = False

    def serve(self) -> None:
        while not (self.is_done or self._is_late):
            self.handle_request()

    def handle_timeout(self) -> None:
        self._is_late = True
