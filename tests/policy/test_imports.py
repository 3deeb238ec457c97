"""The room stands on the standard library alone."""

import subprocess
import sys
import types
from pathlib import Path

import rolecall.policy as room

SOURCES = Path(__file__).parents[2] / "provider"

PROGRAM = """
import sys
before = set(sys.modules)
import rolecall.policy
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
rooms = {name.split(".")[1] for name in sys.modules if name.startswith("rolecall.")}
print(sorted(loaded - set(sys.stdlib_module_names) - {"rolecall"}), sorted(rooms))
"""


def test_policy_needs_the_standard_library_only():
    """Importing ``rolecall.policy`` loads no other package, and no other room than the errors."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.strip() == "[] ['errors', 'policy']"


def test_exported_names_are_what_is_promised():
    """Every name in ``__all__`` is there, and nothing public is there that is not in it."""
    public = {
        name
        for name, value in vars(room).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public == set(room.__all__)
