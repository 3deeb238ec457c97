"""Finds Chromium and its driver, or installs them on Debian: `python -m tools.browser` prints both."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_DRIVER: Final = "chromedriver"
_PACKAGES: Final = ("chromium", "chromium-driver")
_FLAGS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


class NoBrowserError(Exception):
    """There is no Chromium with its driver."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Paths of the browser and of the program that drives it."""

    browser: str
    driver: str


def find() -> Installed:
    """The browser and its driver on ``PATH``.

    Raises:
        NoBrowserError: one of them is missing.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which(_DRIVER)
    if browser and driver:
        return Installed(browser, driver)
    missing = "chromedriver" if browser else "Chromium"
    raise NoBrowserError(
        f"{missing} is not on PATH. `make test-browser` installs it on Debian; elsewhere install "
        "Chromium and chromedriver."
    )


def install() -> None:
    """Installs Debian's packages; asks nobody for a password.

    Raises:
        NoBrowserError: this is no Debian, or apt failed.
    """
    if shutil.which("apt-get") is None:
        raise NoBrowserError("There is no apt-get here: install Chromium and chromedriver by hand.")
    become = () if os.geteuid() == 0 else ("sudo", "--non-interactive")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("update", "-qq"), ("install", "-qq", "--yes", "--no-install-recommends", *_PACKAGES)):
        done = subprocess.run(
            [*become, "apt-get", *command], env=environment, stdout=sys.stderr, check=False, timeout=900
        )
        if done.returncode:
            raise NoBrowserError(f"apt-get {command[0]} failed: install Chromium and chromedriver by hand.")


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser of its own with an empty profile, which logs what it asks of the network.

    Raises:
        NoBrowserError: there is none.
    """
    installed = find()
    with tempfile.TemporaryDirectory(prefix="rolecall-browser-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = installed.browser
        flags = [*_FLAGS, f"--user-data-dir={profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses to run as root with its sandbox
        for flag in flags:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = Chrome(options=options, service=Service(executable_path=installed.driver))
        try:
            yield driver
        finally:
            driver.quit()


def main() -> int:
    """Finds or installs both, and prints where they are."""
    try:
        try:
            found = find()
        except NoBrowserError:
            print("── installing Chromium and its driver", file=sys.stderr)
            install()
            found = find()
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    print(found.browser, found.driver)
    return 0


if __name__ == "__main__":
    sys.exit(main())
