"""The command as a whole: help, version, exit codes of errors, and what loading it costs."""

import re
import subprocess
import sys
from importlib.metadata import version
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from rolecall.cli import main
from rolecall.cli.group import Group, Subcommand
from rolecall.errors import DeclarationError, Fault, PolicyError, ProbeError, SandboxError

COMMANDS = [
    [],
    ["assume"],
    ["decode"],
    ["explain"],
    ["lint"],
    ["new-external-id"],
    ["permissions"],
    ["session"],
    ["verify"],
    ["whoami"],
    ["sandbox"],
    ["sandbox", "run"],
    ["sandbox", "code"],
]
HEAVY = {"boto3", "botocore", "pulumi", "moto", "rich", "yaml", "asyncio", "rolecall.policy"}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_help_has_examples(words: list[str], flag: str) -> None:
    """Every command's help, by either flag, shows how it is used and exits 0."""
    done = CliRunner().invoke(main, [*words, flag], prog_name="rolecall")

    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: {' '.join(['rolecall', *words])}")
    assert re.search(rf"Examples:\n(.*\n)*.*{' '.join(['rolecall', *words])}", done.stdout)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """Help answers at once: neither boto3 nor pulumi nor moto nor even rich is loaded for it."""
    program = (
        "import sys\n"
        "from rolecall.cli import main\n"
        f"main({[*words, '--help']!r}, standalone_mode=False)\n"
        f"print('LOADED', sorted({HEAVY!r} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.endswith("LOADED []\n")


def test_version() -> None:
    """``--version`` prints the distribution's version."""
    done = CliRunner().invoke(main, ["--version"])

    assert done.exit_code == 0
    assert version("rolecall") in done.stdout


@pytest.mark.parametrize("words", [["verfy"], ["sandbox", "rum"], ["--nonsense"], ["verify"]])
def test_misuse_exits_with_2(words: list[str]) -> None:
    """An unknown command, an unknown option and a missing argument are misuse, told on stderr."""
    done = CliRunner().invoke(main, words)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Usage:" in done.stderr


def run_raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    @click.command()
    def command() -> None:
        raise error

    module = ModuleType("raising_command")
    module.command = command  # type: ignore[attr-defined] # a module made by hand
    monkeypatch.setitem(sys.modules, "raising_command", module)
    group = Group(name="rolecall", subcommands={"go": Subcommand("raising_command", "")})
    done = CliRunner().invoke(group, ["go"])
    assert done.stdout == ""
    return done.exit_code, done.stderr


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            DeclarationError([Fault("--port", "it is odd", "Take an even one")]),
            2,
            "Error: --port: it is odd. Take an even one.\n",
        ),
        (
            PolicyError([Fault("/a", "x", "y"), Fault("/b", "z", "w")]),
            2,
            "Error: 2 things are wrong:\n  /a: x. y.\n  /b: z. w.\n",
        ),
        (ProbeError("no credentials"), 3, "Error: no credentials\n"),
        (SandboxError("pip install 'rolecall[sandbox]'"), 3, "Error: pip install 'rolecall[sandbox]'\n"),
        (KeyboardInterrupt(), 130, "Error: interrupted\n"),
        (click.Abort(), 130, "Error: interrupted\n"),
        (click.UsageError("wrong"), 2, "Error: wrong\n"),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bad input is 2, what could not be asked is 3, ^C is 130; a message and no traceback."""
    exit_code, stderr = run_raising(error, monkeypatch)

    assert exit_code == code
    assert stderr.endswith(told)
    assert "Traceback" not in stderr


def test_a_defect_never_looks_like_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody foresaw shows its traceback and exits 3, never 0 or 1."""
    exit_code, stderr = run_raising(ZeroDivisionError("oops"), monkeypatch)

    assert exit_code == 3
    assert "ZeroDivisionError: oops" in stderr
    assert "defect of rolecall" in stderr
