"""Starts the server of dynamic providers under the Python that runs the program."""

import os
import sys
from pathlib import Path

from tools.offline import dynamic_host, interpreter


def main() -> None:
    """Replace this process by `dynamic_host` under the program's Python.

    The engine hands Pulumi.yaml's runtime options over as PULUMI_RUNTIME_..., and starts us in the
    project's folder. Our own arguments, of which the last is the engine's address, go on unchanged.
    """
    options = {
        name.removeprefix("PULUMI_RUNTIME_").lower(): value
        for name, value in os.environ.items()
        if name.startswith("PULUMI_RUNTIME_")
    }
    try:
        python = interpreter.choose(Path.cwd(), options)
    except interpreter.InterpreterError as error:
        sys.exit(str(error))
    environment = interpreter.activated(python, os.environ)
    os.execve(python, [str(python), "-u", dynamic_host.__file__, *sys.argv[1:]], environment)  # noqa: S606 - no shell wanted
