"""The errors that rolecall raises; a refusal by STS is an answer, never one of these.

RolecallError
├── DeclarationError     the program asks for a role that cannot be right (also a ValueError)
│   └── PolicyError      a policy document that AWS would not store; faults carry a JSON pointer
├── ProbeError           we could not find out: no credentials, no network, no MFA code
└── SandboxError         the embedded AWS did not start, or does not imitate that call
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what a user wrote.

    Attributes:
        path: where it stands: ``trusts[0].external_ids[1]`` for a declaration,
            a JSON pointer such as ``/Statement/0/Principal`` for a document, ``""`` for the whole.
        problem: what is wrong, with the value, without a trailing full stop.
        remedy: what is allowed or what to do instead.
    """

    path: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.problem}. {self.remedy.removesuffix('.')}."


class RolecallError(Exception):
    """Any error of this package."""


class DeclarationError(RolecallError, ValueError):
    """A declaration that cannot be right; lists every fault that was found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class PolicyError(DeclarationError):
    """A policy document that AWS would refuse to store, or that is no policy at all."""


class ProbeError(RolecallError):
    """The question could not be asked, so there is no answer to judge."""


class SandboxError(RolecallError):
    """The embedded AWS did not start, or was asked for something it does not imitate."""
