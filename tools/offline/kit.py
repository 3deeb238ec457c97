"""Puts beside a built engine what it needs to run Python programs: launchers and the stand-in aws plugin."""

import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.offline import build, cache

_CHECKOUT = Path(__file__).resolve().parents[2]

_LAUNCHERS = {
    "pulumi-language-python": "from tools.offline.language_host import main; main()",
    "pulumi-resource-pulumi-python": "from tools.offline.dynamic_launcher import main; main()",
    "pulumi-resource-aws": "from tools.offline.aws_plugin.server import main; main()",
}
"""Name of each executable that the engine looks for, and what it does once this checkout can be imported."""

_AWS_PLUGIN = "pulumi-resource-aws"


class KitError(Exception):
    """The kit could not be made; the text says at which step."""


@dataclass(frozen=True, slots=True)
class Kit:
    """A folder of executables, and the PULUMI_HOME that goes with them."""

    bin: Path
    home: Path


def kit() -> Kit:
    """The kit of this checkout and this Python, made on first use.

    The launchers start the code in this checkout under this Python, so editing that code needs no new kit.

    Raises:
        KitError: when it can't be made.
        build.BuildError: when the engine can't be built.
    """
    parts = build.parts()
    version = aws_version()
    scripts = {name: _launcher(code) for name, code in _LAUNCHERS.items()}
    key = hashlib.sha256(json.dumps([scripts, version]).encode()).hexdigest()[:12]
    final = cache.folder() / build.VERSION / f"kit-{key}"
    if not final.exists():
        with cache.turn(f"kit-{key}"):
            if not final.exists():
                with cache.made_whole(final) as draft:
                    _fill(draft, parts, scripts, version)
    return Kit(bin=final / "bin", home=final / "home")


def aws_version() -> str:
    """The version of the aws plugin that the installed pulumi-aws asks the engine for."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise KitError("pulumi-aws is not installed in this Python")
    return str(json.loads((Path(spec.origin).parent / "pulumi-plugin.json").read_text())["version"])


def _launcher(code: str) -> str:
    # The checkout is on the path of our own process only; programs and plugins must not see it.
    program = f"import sys; sys.path[0] = {str(_CHECKOUT)!r}; {code}"
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -u -c {shlex.quote(program)} "$@"\n'


def _fill(draft: Path, parts: Path, scripts: dict[str, str], version: str) -> None:
    """Fill a fresh kit; `draft` is moved to its place afterwards, so nothing in it may hold its path."""
    folder, home, plugin = draft / "bin", draft / "home", draft / "plugin"
    for each in (folder, home, plugin):
        each.mkdir()
    for name, script in scripts.items():
        path = (plugin if name == _AWS_PLUGIN else folder) / name
        path.write_text(script)
        path.chmod(0o755)
    # The engine looks for its helpers beside its own real path: a symbolic link would lead it away.
    os.link(parts / "pulumi", folder / "pulumi")
    cache.say(f"installing the stand-in aws plugin as version {version}")
    install: list[str | Path] = [
        folder / "pulumi",
        "plugin",
        "install",
        "resource",
        "aws",
        version,
        "--file",
        plugin,
    ]
    done = subprocess.run(
        install,
        env={**os.environ, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        msg = f"the engine did not take the stand-in aws plugin: {done.stderr.strip()}"
        raise KitError(msg)
    shutil.rmtree(plugin)
