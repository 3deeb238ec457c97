"""Finds a Pulumi engine that can run Python programs on this machine, or makes one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.offline import build, cache, kit

_DOWNLOAD = """
import socket, sys
socket.setdefaulttimeout(5)
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1])
"""
_SECONDS_TO_DOWNLOAD = 600


class EngineError(Exception):
    """There is no engine here and none can be made; the text says what to install."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that can run Python programs.

    Attributes:
        bin: The folder with `pulumi` and its helpers, to be first on PATH.
        home: The PULUMI_HOME with the stand-in aws plugin; None for an official engine, which
            uses the user's own and downloads the official plugins.
    """

    bin: Path
    home: Path | None = None


def find() -> Engine:
    """The engine of this machine: the official one where there is one or it can be had, else a built one.

    Takes milliseconds when there is one, and minutes, with progress on standard error, the first time.

    Raises:
        EngineError: when there is no way to get one.
    """
    if official := _on_path() or _downloaded():
        return official
    try:
        if not (cache.folder() / build.VERSION / "parts").exists() and (fresh := _download()):
            return fresh
        made = kit.kit()
    except (build.BuildError, kit.KitError) as error:
        msg = (
            "No Pulumi engine: install the Pulumi CLI, or Go 1.25 or newer with access to Go modules"
            f" so that one can be built ({error})."
        )
        raise EngineError(msg) from error
    return Engine(made.bin, made.home)


def _complete(folder: Path) -> bool:
    """Whether the folder holds an official engine together with its host for Python."""
    return all((folder / name).exists() for name in ("pulumi", "pulumi-language-python"))


def _on_path() -> Engine | None:
    pulumi, host = shutil.which("pulumi"), shutil.which("pulumi-language-python")
    return Engine(Path(pulumi).parent) if pulumi and host else None


def _download_folder() -> Path:
    return cache.folder() / "official"


def _downloaded() -> Engine | None:
    folder = _download_folder() / "bin"
    return Engine(folder) if _complete(folder) else None


def _download() -> Engine | None:
    """Let the Automation API install the official engine; None, and one line, where that fails."""
    cache.say("no engine found; trying to download the official one")
    with cache.turn("official"):
        if found := _downloaded():
            return found
        try:
            subprocess.run(
                [sys.executable, "-c", _DOWNLOAD, str(_download_folder())],
                stdin=subprocess.DEVNULL,
                check=True,
                capture_output=True,
                text=True,
                timeout=_SECONDS_TO_DOWNLOAD,
            )
        except subprocess.TimeoutExpired:
            cache.say(f"no download within {_SECONDS_TO_DOWNLOAD} s")
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip().splitlines()[-1:] or [f"code {error.returncode}"]
            cache.say(f"no download: {reason[0]}")
    return _downloaded()


def environment(
    workdir: Path, *, engine: Engine | None = None, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a process needs in its environment to run `pulumi` on the state files in `workdir`.

    It is `base` (this process's environment by default) with: the engine first on PATH, a file backend and
    a passphrase of its own, and programs run by this Python. A built engine also gets its own PULUMI_HOME,
    and is told not to try downloads; an official one keeps the user's.

    Raises:
        EngineError: when `engine` isn't given and none can be found or made.
    """
    engine = engine or find()
    inherited = os.environ if base is None else base
    backend = workdir / "pulumi-backend"
    backend.mkdir(parents=True, exist_ok=True)
    result = {
        **inherited,
        "PATH": os.pathsep.join([str(engine.bin), inherited.get("PATH", os.defpath)]),
        "PULUMI_BACKEND_URL": backend.resolve().as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "offline",
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    if engine.home is not None:
        result["PULUMI_HOME"] = str(engine.home)
        result["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return result


def main() -> None:
    """Print the folder of the engine on standard output; exit code 1 where there is none."""
    try:
        print(find().bin)
    except EngineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
