"""Chooses the Python that runs a Pulumi program, by the rules of the official language host."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


class InterpreterError(Exception):
    """No Python for the program; the text says what was looked for and how to get one."""


def choose(root: Path, options: Mapping[str, object]) -> Path:
    """The Python for the program under `root`, the folder of its Pulumi.yaml.

    Args:
        root: What a relative `virtualenv` is relative to.
        options: `runtime.options` of Pulumi.yaml.

    The `virtualenv` option comes first, then PULUMI_PYTHON_CMD, then python3 or python on PATH.

    Raises:
        InterpreterError: when the one asked for is not there, or the toolchain is not pip.
    """
    toolchain = options.get("toolchain") or "pip"
    if toolchain != "pip":
        msg = f"runtime option toolchain is {toolchain!r}, but the stand-in language host knows only 'pip'."
        raise InterpreterError(msg)
    if virtualenv := options.get("virtualenv"):
        python = root / str(virtualenv) / "bin" / "python"
        if not python.is_file():
            msg = (
                f"The 'virtualenv' option in Pulumi.yaml is {str(virtualenv)!r}, but there is no {python}."
                " Make it with `python3 -m venv`, and install the program's requirements into it."
            )
            raise InterpreterError(msg)
        return python
    asked = os.environ.get("PULUMI_PYTHON_CMD")
    candidates = (asked,) if asked else ("python3", "python")
    for candidate in candidates:
        if found := shutil.which(candidate):
            return Path(found)
    msg = f"None of {', '.join(candidates)} is on PATH. Install Python 3.11 or newer."
    raise InterpreterError(msg)


def activated(python: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """A copy of `environment` in which the virtual environment of `python`, if it has one, is active."""
    result = dict(environment)
    prefix = python.parent.parent
    if (prefix / "pyvenv.cfg").is_file():
        result.pop("PYTHONHOME", None)
        result["VIRTUAL_ENV"] = str(prefix)
        result["PATH"] = os.pathsep.join([str(python.parent), result.get("PATH", os.defpath)])
    return result
