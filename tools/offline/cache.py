"""Where built engines are kept, and how processes take turns in making them."""

import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs


def folder() -> Path:
    """The folder of this user's engines; deleting it is always safe, the next run fills it again."""
    return platformdirs.user_cache_path("rolecall") / "engine"


def say(line: str) -> None:
    """Progress for a person, on standard error."""
    print(f"offline engine: {line}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def turn(name: str) -> Iterator[None]:
    """Hold the lock `name` against every process of this user; the system frees it when a holder dies."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process is making {name}; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def made_whole(final: Path) -> Iterator[Path]:
    """A fresh folder to fill, which becomes `final` in one step, and vanishes when filling it fails."""
    draft = final.with_name(f"{final.name}.{os.getpid()}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        draft.rename(final)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
