"""Tells by its shape what a file is, and reads the roles in it: a reader is a row of the table."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from rolecall.errors import DeclarationError, Fault

from . import iam, pulumi, terraform
from .model import Role, Source
from .shape import Object

STANDARD_INPUT: Final = "-"
"""What standard input is called as a file."""

_BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that holds roles.

    Attributes:
        name: what it is, as the command that writes it.
        members: the top-level members, with their types, by which it is known.
        read: yields the roles of such a file.
    """

    name: str
    members: tuple[tuple[str, type], ...]
    read: Callable[[Object, str], Iterator[Role]]

    def fits(self, content: Object) -> bool:
        """Whether a decoded file is of this kind."""
        return all(isinstance(content.get(name), kind) for name, kind in self.members)


KINDS: Final = (
    Kind("aws iam get-role", (("Role", dict),), iam.get_role),
    Kind("aws iam list-roles", (("Roles", list),), iam.list_roles),
    Kind("aws iam get-account-authorization-details", (("RoleDetailList", list),), iam.authorization_details),
    Kind("terraform show -json PLAN", (("planned_values", dict),), terraform.plan),
    Kind("terraform show -json", (("terraform_version", str), ("values", dict)), terraform.state),
    Kind("terraform.tfstate", (("terraform_version", str), ("resources", list)), terraform.state_file),
    Kind("pulumi preview --json", (("steps", list),), pulumi.preview),
    Kind("pulumi stack export", (("deployment", dict),), pulumi.state),
)
"""The kinds of files besides a plain policy, which is known by its Statement."""


def read_roles(content: str | bytes, *, file: str) -> tuple[Role, ...]:
    """The roles in a file, in its order, with their trust policies; those aren't checked.

    Args:
        content: the file's text, or its bytes in UTF-8 (a byte order mark is let pass).
        file: its name, ``-`` for standard input; a plain policy's role is called by it.

    Raises:
        DeclarationError: the file is no JSON, or of none of the kinds that are known.
    """
    text, decoded = decode(content, file)
    if "Statement" in decoded:
        return (
            Role(
                arn=None,
                name=PurePath(file).stem if file != STANDARD_INPUT else "policy",
                trust_policy=text,
                source=Source(file, ""),
            ),
        )
    for kind in KINDS:
        if kind.fits(decoded):
            return tuple(kind.read(decoded, file))
    known = ", ".join(kind.name for kind in KINDS)
    raise _refusal(
        file,
        "it holds no roles that are known here",
        f"Give a trust policy, or what one of these prints: {known}",
    )


def decode(content: str | bytes, file: str) -> tuple[str, Object]:
    """The text of a file and the JSON object in it.

    Raises:
        DeclarationError: it is something else.
    """
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        decoded = json.loads(text.removeprefix(_BYTE_ORDER_MARK))
    except UnicodeDecodeError as error:
        raise _refusal(file, f"it is not UTF-8 at byte {error.start}", "Save it as UTF-8") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _refusal(file, f"it is not JSON: {error.msg} at {place}", "Give a JSON file") from error
    except (RecursionError, ValueError) as error:
        raise _refusal(file, "it is nested too deeply, or holds a huge number", "Give a JSON file") from error
    if not isinstance(decoded, dict):
        raise _refusal(file, "it holds no JSON object", "Give a trust policy or what holds roles")
    return text.removeprefix(_BYTE_ORDER_MARK), decoded


def _refusal(file: str, problem: str, remedy: str) -> DeclarationError:
    return DeclarationError([Fault(file, problem, remedy)])
