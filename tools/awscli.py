"""Finds the AWS CLI in an environment of its own, or makes it: `python -m tools.awscli` prints where it is.

The AWS CLI on PyPI wants one exact botocore, so it can't live beside what rolecall uses.
"""

import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from tools.offline import cache

VERSION: Final = "1.46.3"
_DEADLINE_SECONDS: Final = 600


class NoAwsCliError(Exception):
    """The AWS CLI could not be installed."""


def find() -> Path:
    """The `aws` program, made on first use in the user's cache folder.

    Raises:
        NoAwsCliError: pip could not install it.
    """
    name = f"awscli-{VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache.folder() / name
    if not folder.exists():
        with cache.turn(name):
            if not folder.exists():
                with cache.made_whole(folder) as draft:
                    _install(draft)
    return folder / "bin/aws"


def _install(folder: Path) -> None:
    venv.create(folder, with_pip=True)
    # The folder is moved once it is whole; scripts of pip hold their interpreter's path, so `aws` is ours.
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", f"awscli=={VERSION}"]
    done = subprocess.run(command, stdout=sys.stderr, check=False, timeout=_DEADLINE_SECONDS)
    if done.returncode:
        raise NoAwsCliError(f"pip could not install awscli {VERSION}: see above.")
    program = folder / "bin/aws"
    program.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m awscli "$@"\n', encoding="utf-8")
    program.chmod(0o755)


def main() -> int:
    """Find it or make it, and print where it is."""
    try:
        print(find())
    except NoAwsCliError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
