"""Finding the engine: the official one first, the environment of each kind, one maker at a time."""

import threading
from pathlib import Path

import pytest
from tools.offline import build, cache, engine, kit


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of nobody's."""
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def _executables(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\nexit 3\n")
        (folder / name).chmod(0o755)
    return folder


def test_official_engine_comes_first(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `pulumi` on PATH with its host for Python is used as it is, and keeps the user's PULUMI_HOME."""
    folder = _executables(tmp_path / "official", "pulumi", "pulumi-language-python")
    monkeypatch.setenv("PATH", str(folder))

    found = engine.find()
    environment = engine.environment(tmp_path / "work", engine=found, base={"PULUMI_HOME": "/theirs"})

    assert found == engine.Engine(folder)
    assert environment["PULUMI_HOME"] == "/theirs"
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in environment


def test_downloaded_engine_is_found_again(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the Automation API once installed is used without asking again."""
    folder = _executables(empty_cache / "official" / "bin", "pulumi", "pulumi-language-python")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert engine.find() == engine.Engine(folder)


def test_engine_without_python_host_is_no_engine(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lone `pulumi` is not enough; where nothing can be made, one sentence says what to install."""
    monkeypatch.setenv("PATH", str(_executables(tmp_path / "half", "pulumi")))
    monkeypatch.setattr(engine, "_download", lambda: None)

    with pytest.raises(engine.EngineError, match=r"install the Pulumi CLI, or Go .*no `go` on PATH"):
        engine.find()


def test_failed_download_is_one_line(
    empty_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A download that fails is one line on standard error, and the search goes on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engine, "_DOWNLOAD", "raise OSError('no\\nnetwork')")

    with pytest.raises(engine.EngineError):
        engine.find()

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no download: network" in printed.err
    assert "Traceback" not in printed.err


def test_failed_build_says_what_go_said(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that fails leaves nothing behind, and its reason is what Go printed last."""
    folder = _executables(tmp_path / "go", "go")
    (folder / "go").write_text("#!/bin/sh\necho 'go: no such module' >&2\nexit 1\n")
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(build.BuildError, match="`go build` failed: go: no such module"):
        build.parts()

    assert list((empty_cache / build.VERSION).iterdir()) == []


def test_go_modules_are_those_of_the_version() -> None:
    """go.mod requires the version that the cache folder is named after, and names no host."""
    folder = Path(build.__file__).parent / "go"

    assert f"github.com/pulumi/pulumi/pkg/v3 {build.VERSION}" in (folder / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/sdk/v3 {build.VERSION}" in (folder / "go.mod").read_text()
    assert "://" not in (folder / "go.mod").read_text() + (folder / "go.sum").read_text()


def test_one_maker_at_a_time(empty_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who comes second says so, waits, and goes on when the first is done."""
    order = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with cache.turn("engine"):
            order.append("second")

    thread = threading.Thread(target=second)
    with cache.turn("engine"):
        thread.start()
        waiting.wait()
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_half_made_folder_never_appears(tmp_path: Path) -> None:
    """A folder appears under its name when it is complete, or not at all."""

    def fail() -> None:
        with cache.made_whole(tmp_path / "it") as draft:
            (draft / "part").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []

    with cache.made_whole(tmp_path / "it") as draft:
        (draft / "part").touch()
    assert [each.name for each in (tmp_path / "it").iterdir()] == ["part"]


@pytest.mark.usefixtures("engine")
def test_kit_is_made_once() -> None:
    """The same checkout and Python find the same kit again, and the aws plugin is in it."""
    if engine.find().home is None:
        pytest.skip("the official engine is in use here, which needs no kit")

    assert kit.kit() == kit.kit()
    assert (kit.kit().home / "plugins" / f"resource-aws-v{kit.aws_version()}").is_dir()
