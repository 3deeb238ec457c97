"""What ``import rolecall`` promises, and what it costs."""

import subprocess
import sys

import pytest

import rolecall
from rolecall.errors import RolecallError


def test_names_are_there() -> None:
    """Every name of ``__all__`` can be had, and ``dir`` shows it."""
    assert list(rolecall.__all__) == sorted(rolecall.__all__)
    assert set(rolecall.__all__) <= set(dir(rolecall))
    assert all(getattr(rolecall, name) is not None for name in rolecall.__all__)


def test_unknown_name() -> None:
    """A typo is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="CrossAcountRole"):
        _ = rolecall.CrossAcountRole


def test_errors_have_one_parent() -> None:
    """A user can catch everything with one except clause."""
    for name in ("DeclarationError", "PolicyError", "ProbeError", "SandboxError"):
        assert issubclass(getattr(rolecall, name), RolecallError)


def test_import_is_light() -> None:
    """``import rolecall`` loads neither pulumi nor boto3; the resources load no boto3 either."""
    program = (
        "import sys, rolecall; heavy = {'pulumi', 'pulumi_aws', 'boto3', 'moto', 'grpc'}; "
        "print(sorted(heavy & set(sys.modules))); "
        "rolecall.CrossAccountRole; print(sorted({'boto3', 'moto'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.stdout, done.stderr) == ("[]\n[]\n", "")
