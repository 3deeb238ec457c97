"""Gathers what is wrong with a declaration, to tell it all at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pulumi

from rolecall.errors import DeclarationError, Fault

_T = TypeVar("_T")


def gather(faults: list[Fault], read: Callable[[], _T]) -> _T | None:
    """What ``read`` answers; where it refuses, ``None``, and its faults are added to the others."""
    try:
        return read()
    except DeclarationError as error:
        faults.extend(error.faults)
        return None


def refuse(faults: Sequence[Fault]) -> None:
    """Raises the faults, if there are any.

    Raises:
        DeclarationError: with all of them.
    """
    if faults:
        raise DeclarationError(faults)


def run_error(subject: str, faults: Iterable[Fault]) -> pulumi.RunError:
    """The error that ends a program with all faults and without a traceback.

    Args:
        subject: what they are about, such as ``role "deploy"``.
        faults: at least one.
    """
    told = [str(fault) for fault in faults]
    if len(told) == 1:
        return pulumi.RunError(f"{subject}: {told[0]}")
    return pulumi.RunError("\n".join([f"{subject}: {len(told)} faults", *(f"  - {each}" for each in told)]))
