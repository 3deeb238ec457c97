"""The stand-in language host's calls that no plain deployment makes, over gRPC without an engine."""

import sys
import time
from collections.abc import Iterator
from concurrent import futures
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc
from tools.offline.language_host import LanguageHost


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A stub of a host that listens on the loopback."""
    monkeypatch.setenv("PULUMI_PYTHON_CMD", sys.executable)
    with futures.ThreadPoolExecutor() as workers:
        server = grpc.server(workers)
        servicer = LanguageHost("127.0.0.1:1", Path("no executor"))
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield language_pb2_grpc.LanguageRuntimeStub(channel)
        servicer.programs.close()
        server.stop(grace=None).wait()


def _info(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    given = struct_pb2.Struct()
    given.update(options)
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=given
    )


def test_about(host: Any, tmp_path: Path) -> None:
    """The host tells which Python runs programs, and that it is a stand-in."""
    about = host.About(language_pb2.AboutRequest(info=_info(tmp_path)))

    assert about.executable == sys.executable
    assert about.version == sys.version.split()[0]
    assert "stand-in" in about.metadata["host"]
    assert host.GetPluginInfo(empty_pb2.Empty()).version == metadata.version("pulumi")


def test_required_plugins(host: Any, tmp_path: Path) -> None:
    """The plugins that installed SDKs ask for are named with their versions."""
    answer = host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=_info(tmp_path)))

    wanted = {each.name: each for each in answer.packages}
    assert wanted["aws"].version == metadata.version("pulumi-aws")
    assert wanted["aws"].kind == "resource"


def test_dependencies(host: Any, tmp_path: Path) -> None:
    """What is installed beside the program is listed with its version."""
    request = language_pb2.GetProgramDependenciesRequest(info=_info(tmp_path))

    installed = {each.name: each.version for each in host.GetProgramDependencies(request).dependencies}

    assert installed["pulumi"] == metadata.version("pulumi")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"virtualenv": "nowhere"}, "'virtualenv' option in Pulumi.yaml is 'nowhere'"),
        ({"toolchain": "poetry"}, "toolchain is 'poetry'"),
    ],
)
def test_unusable_options(host: Any, tmp_path: Path, options: dict[str, str], sentence: str) -> None:
    """Options that the host can't follow are refused with a sentence."""
    with pytest.raises(grpc.RpcError) as caught:
        host.About(language_pb2.AboutRequest(info=_info(tmp_path, **options)))

    assert sentence in caught.value.details()


def test_plugin_output_and_exit_code(host: Any, tmp_path: Path) -> None:
    """A plugin's arguments and environment reach it; its output streams back, its exit code comes last."""
    (tmp_path / "__main__.py").write_text(
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['COLOUR'])\n"
        "print('careful', file=sys.stderr)\n"
        "sys.exit(3)\n"
    )
    request = language_pb2.RunPluginRequest(
        pwd=str(tmp_path), info=_info(tmp_path), args=["a b", "c"], env=["COLOUR=red=ish"]
    )

    answers = list(host.RunPlugin(request))

    assert b"".join(each.stdout for each in answers) == b"['a b', 'c'] red=ish\n"
    assert b"".join(each.stderr for each in answers) == b"careful\n"
    assert [each.WhichOneof("output") for each in answers][-1] == "exitcode"
    assert answers[-1].exitcode == 3


def test_plugin_is_stopped(host: Any, tmp_path: Path) -> None:
    """Ending the call interrupts the plugin."""
    (tmp_path / "__main__.py").write_text(
        "import pathlib, threading\n"
        "try:\n    print('ready')\n    threading.Event().wait()\n"
        "except KeyboardInterrupt:\n    pathlib.Path('stopped').touch()\n"
    )
    call = host.RunPlugin(language_pb2.RunPluginRequest(pwd=str(tmp_path), info=_info(tmp_path)))
    assert next(call).stdout == b"ready\n"

    call.cancel()

    with pytest.raises(grpc.RpcError):
        list(call)
    deadline = time.monotonic() + 30
    while not (tmp_path / "stopped").exists():
        assert time.monotonic() < deadline, "the plugin still runs"
        time.sleep(0.02)


def test_install_makes_the_virtualenv(host: Any, tmp_path: Path) -> None:
    """`pulumi install` makes the virtual environment of the options where it is missing."""
    request = language_pb2.InstallDependenciesRequest(info=_info(tmp_path, virtualenv="venv"))

    list(host.InstallDependencies(request))

    assert (tmp_path / "venv" / "bin" / "python").exists()
    about = host.About(language_pb2.AboutRequest(info=_info(tmp_path, virtualenv="venv")))
    assert about.executable == str(tmp_path / "venv" / "bin" / "python")


def test_failed_install_is_told(host: Any, tmp_path: Path) -> None:
    """An installation that fails streams its output, and then says so."""
    (tmp_path / "requirements.txt").write_text("./no-such-folder\n")
    request = language_pb2.InstallDependenciesRequest(info=_info(tmp_path))
    printed = []

    with pytest.raises(grpc.RpcError) as caught:
        printed.extend(each.stdout for each in host.InstallDependencies(request))

    assert b"no-such-folder" in b"".join(printed)
    assert "requirements.txt ended with code" in caught.value.details()
