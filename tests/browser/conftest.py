"""One browser for all tests of the page."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from tools.browser import chromium


@pytest.fixture(scope="session")
def running() -> Iterator[Chrome]:
    """A browser; a machine without one has failing tests, not skipped ones."""
    with chromium() as started:
        yield started


@pytest.fixture
def browser(running: Chrome) -> Chrome:
    """The browser with an empty page, a wide window, light colours, scripts on, and nothing noted yet."""
    running.get("about:blank")
    running.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    running.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    running.set_window_size(1200, 900)
    running.get_log("performance")
    running.get_log("browser")
    return running
