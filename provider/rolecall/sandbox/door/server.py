"""A WSGI server on the loopback interface that starts or says why, and ends with all its connections."""

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from rolecall.errors import SandboxError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK: Final = "127.0.0.1"
_BACKLOG: Final = 128


class LoopbackServer:
    """Serves an application in a thread of its own until it is stopped."""

    def __init__(self, app: "WSGIApplication", port: int) -> None:
        """Bind the port (0: any free one).

        Raises:
            SandboxError: the port can't be had.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                bound.bind((LOOPBACK, port))
                bound.listen(_BACKLOG)
            except OSError as error:
                message = (
                    f"The sandbox can't listen on {LOOPBACK}:{port}: {error.strerror}. "
                    "Use port=0 for a free one."
                )
                raise SandboxError(message) from error
            # werkzeug ends the whole process where it can't bind (3.1), so it gets a socket that is bound.
            self._server = _Server(LOOPBACK, port, app, _QuietHandler, fd=bound.fileno())
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="rolecall-sandbox"
        )

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, cut what is still connected, and wait for every thread."""
        self._server.shutdown()
        # werkzeug waits for every connection before its loop returns, so they are cut first.
        self._server.cut()
        self._thread.join()


class _Server(ThreadedWSGIServer):
    """Knows its open connections, so that a stop does not wait for an idle client."""

    daemon_threads = False

    def __init__(
        self, host: str, port: int, app: "WSGIApplication", handler: type[MotoRequestHandler], fd: int
    ) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(host, port, app, handler, fd=fd)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Serve a connection in a thread."""
        if isinstance(request, socket.socket):
            with self._open_lock:
                self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close a connection."""
        if isinstance(request, socket.socket):
            with self._open_lock:
                self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """End every open connection."""
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):  # the client may have gone this very moment
                    connection.shutdown(socket.SHUT_RDWR)


class _QuietHandler(MotoRequestHandler):
    """Writes nothing about requests, and no headers of its own."""

    def log_request(self, *_: object) -> None:
        """Keep silent about a request that was served."""

    def log_error(self, *_: object) -> None:
        """Keep silent about one that isn't HTTP, such as the beginning of TLS: its sender is told."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer; its Date is the gateway's, which may be another than the machine's."""
        self.send_response_only(code, message)
