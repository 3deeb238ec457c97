"""Drives the real `pulumi` on small programs, as a user or a pipeline does."""

import gzip
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

SECONDS_FOR_A_COMMAND = 150
"""After that a command is killed and its test fails; a plain `up` takes two seconds."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one `pulumi` command ended.

    Attributes:
        command: Its arguments.
        returncode: 0 where it did what it should; negative where a signal ended it.
        output: Standard output and error as they came, interleaved, without colours.
    """

    command: tuple[str, ...]
    returncode: int
    output: str

    def ok(self) -> "Run":
        """This run, which must have succeeded."""
        assert self.returncode == 0, f"`pulumi {' '.join(self.command)}` failed:\n{self.output}"
        return self

    def failed(self) -> "Run":
        """This run, which must have failed by itself."""
        assert self.returncode > 0, f"`pulumi {' '.join(self.command)}` did not fail:\n{self.output}"
        return self


class Background:
    """A `pulumi` command that still runs, in a process group of its own, as under a terminal."""

    def __init__(self, command: tuple[str, ...], process: subprocess.Popen[bytes], log: Path) -> None:
        self._command = command
        self._process = process
        self._log = log

    @property
    def output(self) -> str:
        """What it printed up to now."""
        return self._log.read_text(errors="replace")

    def wait_for(self, condition: Callable[[], object], what: str, *, seconds: float = 60) -> None:
        """Wait until the condition holds; fails when the command ends before, or after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self._process.poll() is not None
            # Once more after the end: what we wait for may be the last thing that it did.
            if ended and condition():
                return
            late = time.monotonic() > deadline
            assert not ended, f"ended before: {what}\n{self.output}"
            assert not late, f"not within {seconds} s: {what}\n{self.output}"
            time.sleep(0.02)

    def wait_for_text(self, text: str, *, seconds: float = 60) -> None:
        """Wait until the command has printed the text."""
        self.wait_for(lambda: text in self.output, f"prints {text!r}", seconds=seconds)

    def interrupt(self) -> None:
        """Press ^C: SIGINT to the group that a terminal would send it to."""
        os.killpg(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End the engine without a chance to tidy up."""
        self._process.kill()

    def finish(self, *, seconds: float = SECONDS_FOR_A_COMMAND) -> Run:
        """Wait for its end."""
        try:
            returncode = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise AssertionError(f"did not end within {seconds} s:\n{self.output}") from None
        return Run(self._command, returncode, self.output)


class Stack:
    """A Pulumi project with one stack, in a folder of its own.

    Args:
        folder: Where everything goes; made if need be.
        environment: The whole environment of its commands, as from `tools.offline.engine.environment`.
        program: Source of the program, or the folder with one, which is then used where it is.
        name: Name of the stack.
        runtime: `runtime.options` of Pulumi.yaml.
        main: `main` of Pulumi.yaml.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        program: str | Path,
        *,
        name: str = "dev",
        runtime: Mapping[str, object] | None = None,
        main: str | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.name = name
        self.environment = {**environment, "NO_COLOR": "1", "PULUMI_STACK": name}
        self._runs = 0
        self._destroyed = False
        self._background: list[Background] = []
        if isinstance(program, Path):
            self.project = program
        else:
            self.project = folder / "project"
            self.project.mkdir()
            settings: dict[str, object] = {"name": "rolecall-test"}
            settings["runtime"] = {"name": "python", "options": dict(runtime or {})}
            if main is not None:
                settings["main"] = main
            # JSON is YAML too.
            (self.project / "Pulumi.yaml").write_text(json.dumps(settings))
            self.write(program)
        self.pulumi("stack", "init", "--no-select", name).ok()

    def write(self, program: str, file: str = "__main__.py") -> None:
        """Write a file of the project; by default the program."""
        path = self.project / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(program))

    def pulumi(self, *arguments: str, **variables: str) -> Run:
        """Run any command to its end; `variables` are added to its environment."""
        return self.start(*arguments, **variables).finish()

    def up(self, *arguments: str, **variables: str) -> Run:
        """Deploy, without a preview first."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, **variables)

    def preview(self, *arguments: str, **variables: str) -> Run:
        """Only look."""
        return self.pulumi("preview", *arguments, **variables)

    def refresh(self, *arguments: str, **variables: str) -> Run:
        """Take over what is really there."""
        return self.pulumi("refresh", "--yes", "--skip-preview", *arguments, **variables)

    def destroy(self, *arguments: str, **variables: str) -> Run:
        """Delete everything."""
        run = self.pulumi("destroy", "--yes", "--skip-preview", *arguments, **variables)
        self._destroyed = run.returncode == 0
        return run

    def start(self, *arguments: str, **variables: str) -> Background:
        """Start a command and return while it runs; `close` kills what still runs then."""
        self._runs += 1
        log = self.folder / f"run-{self._runs}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["pulumi", "--non-interactive", "--color", "never", *arguments],
                cwd=self.project,
                env={**self.environment, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        background = Background(tuple(arguments), process, log)
        self._background.append(background)
        self._destroyed = self._destroyed and arguments[0] not in ("up", "import")
        return background

    def config(self, key: str, value: str, *, secret: bool = False) -> None:
        """Set a value of the stack's configuration."""
        self.pulumi("config", "set", *(("--secret",) if secret else ()), key, "--", value).ok()

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets in clear."""
        return dict(self._json("stack", "output", "--json", "--show-secrets"))

    def export(self) -> dict[str, Any]:
        """The state, secrets encrypted."""
        return dict(self._json("stack", "export"))

    def resource(self, kind: str) -> dict[str, Any]:
        """The one resource of the state whose type token ends with `kind`, such as `iam/role:Role`."""
        resources = self.export()["deployment"].get("resources", [])
        found = [each for each in resources if each["type"].endswith(kind)]
        assert len(found) == 1, f"{len(found)} resources of type …{kind} in {[r['urn'] for r in resources]}"
        return dict(found[0])

    def close(self) -> None:
        """Kill what still runs, and destroy what is still there."""
        for background in self._background:
            if background._process.poll() is None:
                os.killpg(background._process.pid, signal.SIGKILL)
                background._process.wait()
        if not self._destroyed:
            self.destroy().ok()

    def leaks(self, secrets: Iterable[str]) -> list[str]:
        """Where a secret stands in clear: in state, history, backups, settings, or anything printed."""
        wanted = [secret.encode() for secret in secrets]
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return [
            str(path.relative_to(self.folder))
            for path in files
            if any(secret in content for content in [_readable(path)] for secret in wanted)
        ]

    def _json(self, *arguments: str) -> Any:
        # Not through `start`: a warning on standard error would spoil the JSON.
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_FOR_A_COMMAND,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _readable(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


MakeStack = Callable[..., Stack]
"""Makes a stack of a program; what is made is destroyed at the end of the test."""
