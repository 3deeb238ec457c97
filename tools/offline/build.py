"""Builds the engine from its Go modules."""

import os
import queue
import shutil
import subprocess
import threading
import time
from pathlib import Path

from tools.offline import cache

VERSION = "v3.259.0"
"""Of the engine, and of the modules that go/go.mod requires; README.md tells how to move it."""

EXECUTOR = "pulumi-language-python-exec"
"""The official script that runs a program; it comes with the engine's modules."""

_COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_MODULE = Path(__file__).parent / "go"
_SECONDS_BETWEEN_LINES = 10.0


class BuildError(Exception):
    """The engine could not be built; the text ends with what Go said last."""


def parts() -> Path:
    """The folder with the built `pulumi` and EXECUTOR; building them takes minutes, but happens once.

    Raises:
        BuildError: when there is no Go, or it fails.
    """
    final = cache.folder() / VERSION / "parts"
    if final.exists():
        return final
    go = shutil.which("go")
    if go is None:
        raise BuildError("there is no `go` on PATH")
    with cache.turn(VERSION):
        if not final.exists():
            with cache.made_whole(final) as draft:
                _build(go, draft)
    return final


def _build(go: str, draft: Path) -> None:
    cache.say(f"building the engine {VERSION} with {go}; the first time this takes some minutes")
    flags = f"-X {_SDK}/go/common/version.Version={VERSION}"
    _follow([go, "build", "-v", "-ldflags", flags, "-o", str(draft / "pulumi"), _COMMAND])
    where = _follow([go, "list", "-m", "-f", "{{.Dir}}", _SDK])[-1]
    shutil.copy(Path(where) / "python" / "cmd" / EXECUTOR, draft / EXECUTOR)


def _follow(command: list[str]) -> list[str]:
    """Run a Go command, telling every few seconds how far it is; returns what it printed, by line."""
    printed: list[str] = []
    lines: queue.Queue[str | None] = queue.Queue()
    # The checkout may be of any kind, or none: the version control system has nothing to say here.
    environment = os.environ | {"GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -buildvcs=false".strip()}
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=_MODULE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:

        def read() -> None:
            for line in process.stdout or ():
                lines.put(line.strip())
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        due = started + _SECONDS_BETWEEN_LINES
        while True:
            try:
                line = lines.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                due += _SECONDS_BETWEEN_LINES
                fetched = sum(each.startswith("go: downloading") for each in printed)
                compiled = sum("/" in each and " " not in each for each in printed)
                seconds = time.monotonic() - started
                cache.say(f"{seconds:.0f} s: {fetched} modules fetched, {compiled} packages compiled")
                continue
            if line is None:
                break
            printed.append(line)
    if process.returncode != 0:
        msg = f"`go {command[1]}` failed: {'; '.join(printed[-3:])}"
        raise BuildError(msg)
    return printed
