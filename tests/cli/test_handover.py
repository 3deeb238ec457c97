"""A secret link goes to a browser by way of this process, and not by way of the process list."""

import socket
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from rolecall.cli.credentials.handover import open_in_browser

SECRET = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=secret"


def got(address: str) -> tuple[int, str | None]:
    """The status, and where an address sends who asks."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Location")
    connection.close()
    return found


class Browser:
    """Asks for addresses as a browser does that is already running: in its own time."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths
        self.opened: list[str] = []
        self.answers: list[tuple[int, str | None]] = []
        self._thread = threading.Thread(target=self._ask)

    def __call__(self, address: str) -> bool:
        self.opened.append(address)
        self._thread.start()
        return True

    def close(self) -> None:
        self._thread.join()

    def _ask(self) -> None:
        address = self.opened[0]
        origin = address.rsplit("/", 1)[0]
        for each in (*(f"{origin}{path}" for path in self.paths), address):
            self.answers.append(got(each))


def test_the_browser_is_sent_to_the_link() -> None:
    """Its argument is an address of this machine that says nothing; the answer is the link."""
    browser = Browser()

    assert open_in_browser(SECRET, opened=browser) is True

    browser.close()
    assert browser.answers == [(302, SECRET)]
    assert browser.opened[0].startswith("http://127.0.0.1:")
    assert "secret" not in browser.opened[0]


def test_who_does_not_know_the_path_learns_nothing() -> None:
    """A browser asks for its icon first; somebody else may try the port."""
    browser = Browser("/favicon.ico", "/")

    assert open_in_browser(SECRET, opened=browser) is True

    browser.close()
    assert browser.answers == [(404, None), (404, None), (302, SECRET)]


def test_the_link_is_given_once() -> None:
    """Afterwards nobody listens, so the address in the process list is worth nothing."""
    browser = Browser()
    open_in_browser(SECRET, opened=browser)
    browser.close()

    with pytest.raises(ConnectionRefusedError):
        got(browser.opened[0])


def test_a_connection_that_says_nothing_holds_nobody_up() -> None:
    """Browsers open connections in advance."""
    silent: list[socket.socket] = []

    class Eager(Browser):
        def __call__(self, address: str) -> bool:
            parts = urlsplit(address)
            silent.append(socket.create_connection((parts.hostname, parts.port)))
            return super().__call__(address)

    browser = Eager()

    assert open_in_browser(SECRET, opened=browser, patience_seconds=0.01) is True

    browser.close()
    silent[0].close()
    assert browser.answers == [(302, SECRET)]


def test_without_a_browser_nothing_is_waited_for() -> None:
    """A machine without one says so at once."""
    assert open_in_browser(SECRET, opened=lambda _: False) is False


def test_a_browser_that_never_asks_is_not_waited_for_without_end() -> None:
    """The wait ends, and the link was given to nobody."""
    assert open_in_browser(SECRET, opened=lambda _: True, wait_seconds=0.01) is False
