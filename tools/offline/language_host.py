"""Stands in for the official Python language host: runs programs for the engine, in processes of their own.

The official host is not to be had as a Go module. This one serves the engine's `LanguageRuntime` service
and starts the same executor script as the official one, so what a user sees is the same.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from concurrent import futures
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from tools.offline import build, interpreter, lifeline, packages

lifeline.die_quietly_until_ready()

import grpc  # noqa: E402 - slow to import, and a SIGINT may come meanwhile
from google.protobuf import empty_pb2, json_format  # noqa: E402
from pulumi.runtime.proto import (  # noqa: E402
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

ERROR_WAS_SHOWN = 32
"""Exit code of the executor for an error that it has shown to the user already."""

LARGEST_MESSAGE = 400 * 1024 * 1024
"""In bytes, as everywhere between the engine and its helpers."""

SECONDS_TO_END = 4.0
"""How long an interrupted program may tidy up; the engine itself kills us after 5 seconds."""


class Programs:
    """The processes that run for the engine now, so that they end when we do. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    @contextlib.contextmanager
    def start(self, command: list[str], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Start `command` in our process group: the engine's SIGINT to the group reaches it too."""
        with self._lock:
            if self._closed:
                raise subprocess.SubprocessError("the language host is ending")
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **how)
            self._running.add(process)
        try:
            yield process
        finally:
            with self._lock:
                self._running.discard(process)
            for pipe in filter(None, (process.stdout, process.stderr)):
                pipe.close()

    def interrupt(self) -> None:
        """Ask every running program to stop, as ^C does."""
        with self._lock:
            for process in self._running:
                process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """Start no more programs, give those that run a few seconds to end, then kill them.

        They need no signal from us: the engine interrupts our whole group, and without an engine
        their next call fails.
        """
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """`LanguageRuntime` for Python programs; the methods it leaves out are those that generate code.

    Args:
        engine: Address of the engine, from our command line; a handshake replaces it.
        executor: The official script that runs one program under the program's Python.
    """

    def __init__(self, engine: str, executor: Path) -> None:
        self._engine = engine
        self._executor = executor
        self.programs = Programs()

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Take the engine's address."""
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """The version of the SDK that we serve with."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def About(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Which Python runs the program."""
        python = _python(request.info, context)
        code = "import platform; print(platform.python_version())"
        version = _answer([str(python), "-c", code], context)
        return language_pb2.AboutResponse(
            executable=str(python), version=version, metadata={"host": "stand-in for offline machines"}
        )

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The plugins that the packages installed beside the program ask for."""
        plugins = json.loads(_answer(_listing(request.info, "plugins", context), context))
        return language_pb2.GetRequiredPackagesResponse(
            packages=[plugin_pb2.PackageDependency(kind="resource", **plugin) for plugin in plugins]
        )

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The packages installed beside the program."""
        installed = json.loads(_answer(_listing(request.info, "dependencies", context), context))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version) for name, version in installed
            ]
        )

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        """Make the virtual environment of the program if it has none, and install its requirements."""
        options = json_format.MessageToDict(request.info.options)
        virtualenv = options.get("virtualenv")
        root = Path(request.info.root_directory)
        if virtualenv and not (root / virtualenv / "bin" / "python").exists():
            bare = {name: value for name, value in options.items() if name != "virtualenv"}
            python = _chosen(root, bare, context)
            yield from self._installing([str(python), "-m", "venv", str(root / virtualenv)], root, context)
        requirements = Path(request.info.program_directory) / "requirements.txt"
        if requirements.exists():
            python = _chosen(root, options, context)
            command = [str(python), "-m", "pip", "install", "-r", str(requirements)]
            yield from self._installing(command, root, context)

    def _installing(self, command: list[str], root: Path, context: grpc.ServicerContext) -> Iterator[Any]:
        with self.programs.start(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            for line in process.stdout or ():
                yield language_pb2.InstallDependenciesResponse(stdout=line)
            if process.wait() != 0:
                _abort(context, f"{' '.join(command)} ended with code {process.returncode}.")

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Run the program once, for a preview or for real; its output is our output."""
        python = _python(request.info, context)
        options = json_format.MessageToDict(request.info.options)
        if options.get("typechecker", "none") != "none":
            _abort(context, "The stand-in language host runs no type checker; drop the option typechecker.")
        command = [
            str(python),
            "-u",
            str(self._executor),
            *("--monitor", request.monitor_address, "--engine", self._engine),
            *("--project", request.project, "--stack", request.stack),
            *("--organization", request.organization or "organization"),
            *("--root_directory", request.info.root_directory, "--pwd", request.pwd),
            *("--dry_run", "true" if request.dryRun else "false", "--parallel", str(request.parallel)),
            request.info.entry_point or ".",
            *request.args,
        ]
        environment = interpreter.activated(python, os.environ) | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        try:
            with self.programs.start(command, cwd=request.pwd, env=environment) as process:
                code = process.wait()
        except (OSError, subprocess.SubprocessError) as error:
            return language_pb2.RunResponse(error=f"The program could not be started: {error}")
        if code == ERROR_WAS_SHOWN:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"Program ended by {signal.Signals(-code).name}")
        return language_pb2.RunResponse(
            error=f"Program exited with non-zero exit code: {code}" if code else ""
        )

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        """Run a plugin written in Python, streaming its output and at last its exit code."""
        folder = Path(request.info.program_directory)
        python = _python(request.info, context)
        if (folder / "__main__.py").exists():
            what = [str(folder)]
        else:
            project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
            what = ["-m", "pulumi.run.plugin", project["name"]]
        environment = interpreter.activated(python, dict(each.split("=", 1) for each in request.env))
        outputs: queue.Queue[Any] = queue.Queue()

        def pass_on(pipe: Any, stream: str) -> None:
            for line in iter(pipe.readline, b""):
                outputs.put(language_pb2.RunPluginResponse(**{stream: line}))
            outputs.put(None)

        with self.programs.start(
            [str(python), "-u", *what, *request.args],
            cwd=request.pwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            # The engine stops a plugin by ending this call.
            context.add_callback(lambda: _interrupt(process))
            streams = {"stdout": process.stdout, "stderr": process.stderr}
            for stream, pipe in streams.items():
                threading.Thread(target=pass_on, args=(pipe, stream), daemon=True).start()
            for _ in streams:
                yield from iter(outputs.get, None)
            yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        """Interrupt what runs."""
        self.programs.interrupt()
        return empty_pb2.Empty()


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to stop, and see it end: nobody else waits for one whose call is over."""
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_END)


def _abort(context: grpc.ServicerContext, sentence: str) -> NoReturn:
    """End the call; the engine shows the sentence."""
    context.abort(grpc.StatusCode.UNKNOWN, sentence)
    raise AssertionError("abort() always raises")


def _chosen(root: Path, options: dict[str, Any], context: grpc.ServicerContext) -> Path:
    try:
        return interpreter.choose(root, options)
    except interpreter.InterpreterError as error:
        _abort(context, str(error))


def _python(info: Any, context: grpc.ServicerContext) -> Path:
    """The Python of the program that `info`, a ProgramInfo, speaks of."""
    return _chosen(Path(info.root_directory), json_format.MessageToDict(info.options), context)


def _listing(info: Any, what: str, context: grpc.ServicerContext) -> list[str]:
    return [str(_python(info, context)), packages.__file__, what]


def _answer(command: list[str], context: grpc.ServicerContext) -> str:
    """What a short command prints."""
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        _abort(context, f"{error}. {getattr(error, 'stderr', None) or ''}".strip())


def main() -> None:
    """Serve until the engine stops us or is gone; its address is our last argument."""
    host = LanguageHost(sys.argv[-1], build.parts() / build.EXECUTOR)
    # Each running program or plugin holds a worker for as long as it lives.
    workers = futures.ThreadPoolExecutor(max_workers=64)
    server = grpc.server(workers, options=[("grpc.max_receive_message_length", LARGEST_MESSAGE)])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    lifeline.wait_for_end()
    host.programs.close()
    server.stop(grace=None).wait()
