"""Runs a command and tells what it cost, with all processes that it started."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command cost.

    Attributes:
        seconds: from its start to its end.
        cpu_seconds: processor time of all its processes.
        megabytes: the most memory that one of them had at a time.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float


def cost_of(command: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> Cost:
    """Runs a command to its end.

    Args:
        command: program and arguments; must end with 0.
        environment: its whole environment.
        folder: where it runs, and leaves what it prints in ``output.log``.
    """
    log = folder / "output.log"
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        # Not `wait`: only this tells the usage of this one process with those that it has waited for.
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"`{' '.join(command)}` failed:\n{log.read_text(errors='replace')[-4000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
