"""Words that a provider sends to the engine."""

import sys

import pytest
from pulumi.runtime.proto import engine_pb2
from tests.resources.fakes import listening_engine

from rolecall.resources.engine import Severity, StatusLine, engine_address, log


@pytest.mark.parametrize(
    ("argv", "address"),
    [
        (["x", "127.0.0.1:4711"], "127.0.0.1:4711"),
        (["x", "-v=9", "--logtostderr", "127.0.0.1:4711"], "127.0.0.1:4711"),
        (["x"], None),
        (["127.0.0.1:4711"], None),
        (["x", "tests/a.py::test"], None),
    ],
)
def test_address_is_the_last_argument(argv: list[str], address: str | None) -> None:
    """The engine tells a plugin its address as the last argument, after flags."""
    assert engine_address(argv) == address


def test_messages_and_status_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message stays with its severity, a status line is ephemeral, and none is sent twice in a row."""
    with listening_engine() as (address, engine):
        monkeypatch.setattr(sys, "argv", ["x", address])
        log("look", urn="urn:a", severity=Severity.WARNING)
        status = StatusLine("urn:a")
        for line in ("one", "one", "two"):
            status(line)

    assert [(each.message, each.severity, each.urn, each.ephemeral) for each in engine.heard] == [
        ("look", engine_pb2.WARNING, "urn:a", False),
        ("one", engine_pb2.INFO, "urn:a", True),
        ("two", engine_pb2.INFO, "urn:a", True),
    ]


@pytest.mark.parametrize("argv", [["x"], ["x", "127.0.0.1:9"]])
def test_nobody_listens(
    argv: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an engine, or with one that is gone, a message goes to stderr and a status line nowhere."""
    monkeypatch.setattr(sys, "argv", argv)
    log("look", severity=Severity.WARNING)
    StatusLine("")("one")

    assert capsys.readouterr().err == "warning: look\n"
