"""What users are promised: the names of the package and of its rooms."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from types import FunctionType, ModuleType
from typing import Any, Final

import pytest

import rolecall

NAMES: Final = [
    "AcceptArgs",
    "AccessArgs",
    "CallerArgs",
    "CanDoArgs",
    "CrossAccountRole",
    "DeclarationError",
    "ExpectArgs",
    "ExternalId",
    "FleetDefaultsArgs",
    "FleetRoleArgs",
    "FleetVerification",
    "GithubTokenArgs",
    "MfaCodeArgs",
    "PolicyError",
    "ProbeError",
    "RequireArgs",
    "RoleAccess",
    "RoleVerification",
    "RolecallError",
    "SandboxError",
    "TrustArgs",
    "VerifyArgs",
    "WebIdentityArgs",
    "__version__",
    "bitbucket",
    "circleci",
    "eks_service_account",
    "github",
    "gitlab",
    "permission_set",
    "terraform_cloud",
    "verify",
]
"""Written down here, too, so that a name comes and goes on purpose only."""

LIBRARIES: Final = [
    "guarantee",
    "inventory",
    "lint",
    "policy",
    "reach",
    "reports",
    "resources",
    "sandbox",
    "sts",
    "verification",
]
"""Rooms that programs import."""

ENTRIES: Final = {"cli": ["main"], "testing": ["rolecall_sandbox", "sandbox"]}
"""Rooms that are entered otherwise, with what they are entered by."""


MEMBERS: Final = (FunctionType, property, classmethod, staticmethod)
"""What a class holds that wants explaining."""


def room(name: str) -> ModuleType:
    return import_module(f"rolecall.{name}")


def test_the_names_of_the_package() -> None:
    """`rolecall` promises these names, in this order, and holds each of them."""
    assert rolecall.__all__ == NAMES
    assert all(getattr(rolecall, name) is not None for name in NAMES)
    assert set(NAMES) <= set(dir(rolecall))


def test_a_star_import_gives_the_promised_names() -> None:
    """Names that are loaded on demand come with ``from rolecall import *``, too."""
    program = "from rolecall import *; print(*sorted(set(globals()) - {'__annotations__'}))"
    plain = {"__builtins__", "__doc__", "__loader__", "__name__", "__package__", "__spec__"}

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert sorted(set(done.stdout.split()) - plain) == NAMES


def test_a_misspelt_name_is_an_error() -> None:
    """A name that isn't there is an AttributeError that says so, as of any module."""
    with pytest.raises(AttributeError, match="'rolecall' has no attribute 'CrossAcountRole'"):
        _ = rolecall.CrossAcountRole


def test_every_room_is_looked_at() -> None:
    """No room escapes the tests of this file."""
    rooms = {each.name for each in files(rolecall).iterdir() if (each / "__init__.py").is_file()}

    assert rooms == {*LIBRARIES, *ENTRIES}


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_room_shows_what_it_promises(name: str) -> None:
    """``__all__`` is all that can be seen in a room besides its modules."""
    door = room(name)
    seen = {
        each for each, value in vars(door).items() if not each.startswith("_") and not inspect.ismodule(value)
    }

    assert sorted(door.__all__) == sorted(seen)


@pytest.mark.parametrize("name", ENTRIES)
def test_rooms_that_are_entered_otherwise(name: str) -> None:
    """They promise their entry and nothing else, and the distribution's metadata leads there."""
    assert room(name).__all__ == ENTRIES[name]
    ours = {each.value for each in entry_points(name="rolecall")}
    assert ours == {"rolecall.cli:main", "rolecall.testing"}


def documented() -> Iterator[tuple[str, Any]]:
    """Every promised class and function, and every public method and property of those classes."""
    for name in (*LIBRARIES, *ENTRIES):
        door = room(name)
        for promised in door.__all__:
            value = getattr(door, promised)
            if not inspect.isclass(value) and not inspect.isroutine(value):
                continue
            yield f"{name}.{promised}", value
            for member, inner in vars(value).items() if inspect.isclass(value) else ():
                if not member.startswith("_") and isinstance(inner, MEMBERS):
                    yield f"{name}.{promised}.{member}", inner


def test_all_that_is_promised_is_explained() -> None:
    """Public classes, functions, methods and properties have docstrings of their own."""
    whole = dict(documented())
    silent = [
        name
        for name, value in whole.items()
        # A dataclass without a docstring gets its signature as one.
        if not (text := value.__doc__ or "").strip() or text.startswith(f"{name.rpartition('.')[2]}(")
    ]

    assert silent == []
    assert {"resources.CrossAccountRole", "policy.decide", "sandbox.Sandbox.reset"} <= set(whole)


def test_the_package_is_typed() -> None:
    """Type checkers read the package's own annotations."""
    assert (files(rolecall) / "py.typed").is_file()
