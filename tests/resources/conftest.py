"""Fixtures for resources without an engine."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _ensure_event_loop, _sync_await
from tests.resources.fakes import Monitor

Program = Callable[[], Any]


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Monitor:
    """A monitor for programs of this test, in a project folder of its own, without configuration."""
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    made = Monitor()
    pulumi.runtime.set_mocks(made, project="rolecall-test", stack="dev", preview=False)
    pulumi.runtime.set_all_config({})
    SETTINGS.root_directory = str(tmp_path)
    # A program that fails leaves futures whose exception nobody looks at, and asyncio would tell whenever
    # they are collected. The program's own error is what a test looks at.
    _ensure_event_loop().set_exception_handler(lambda _loop, _context: None)
    return made


@pytest.fixture
def run(monitor: Monitor) -> Callable[[Program], Any]:
    """Runs a program to its end, outputs included; answers what the program answers."""

    def run_program(program: Program) -> Any:
        SETTINGS.rpc_manager.clear()
        SETTINGS.outputs.clear()
        answers: list[Any] = []

        def whole() -> None:
            answers.append(program())

        _sync_await(run_pulumi_func(whole))
        return answers[0]

    return run_program


@pytest.fixture
def value(run: Callable[[Program], Any]) -> Callable[[pulumi.Output[Any]], Any]:
    """The value that an output has in the end."""
    return lambda output: _sync_await(output.future())


@pytest.fixture
def configure() -> Iterator[Callable[[dict[str, object]], None]]:
    """Sets the stack's requirements for one test."""

    def require(requirements: dict[str, object]) -> None:
        pulumi.runtime.set_all_config({"rolecall:require": json.dumps(requirements)})

    yield require
    pulumi.runtime.set_all_config({})
