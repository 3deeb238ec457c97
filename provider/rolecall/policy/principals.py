"""Who a Principal element names, and whether a caller is among them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from rolecall.errors import DeclarationError

from .arn import Arn
from .caller import Caller, Standing
from .pattern import Context, Truth
from .request import UNKNOWN, Principal

UNIQUE_ID: Final = re.compile(r"A(?:ID|RO)A[A-Z0-9]{12,124}", re.ASCII)
"""The id that IAM shows in place of a deleted user's (AIDA…) or role's (AROA…) ARN."""


class Route(IntEnum):
    """How a Principal element names a caller; the greater, the less the caller's own side must add."""

    EVERYONE = 1
    ACCOUNT = 2
    ROLE = 3
    USER = 4
    SESSION = 5


Match = tuple[Truth, Route]

_NO_MATCH: Final[Match] = (False, Route.EVERYONE)
_MAYBE: Final[Match] = (None, Route.EVERYONE)
_AS_ANYONE: Final[Match] = (True, Route.EVERYONE)
_BY_ACCOUNT: Final[Match] = (True, Route.ACCOUNT)
_BY_ROLE: Final[Match] = (True, Route.ROLE)
_BY_USER: Final[Match] = (True, Route.USER)
_BY_ITSELF: Final[Match] = (True, Route.SESSION)

_DIRECT: Final[Mapping[Standing, Match]] = {
    Standing.USER: _BY_USER,
    Standing.ROLE: _BY_ROLE,
    Standing.ROLE_SESSION: _BY_ITSELF,
    Standing.FEDERATED_USER: _BY_ITSELF,
}
"""How an ARN in a Principal element names who has that ARN; that of the root user names the account."""


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal element.

    Attributes:
        entries: what it lists, in order.
        everyone: whether it is the bare ``"*"``, which no trust policy takes.
        values: the values listed, whatever their kind; ``*`` for the bare wildcard.
    """

    entries: tuple[Principal, ...]
    everyone: bool = False
    values: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _values: frozenset[str] = field(init=False, repr=False, compare=False)
    _role_names: frozenset[str] = field(init=False, repr=False, compare=False)
    _session_roles: frozenset[str] = field(init=False, repr=False, compare=False)
    _others: frozenset[Principal] = field(init=False, repr=False, compare=False)
    _unique_ids: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values = frozenset(entry.value for entry in self.entries if entry.kind == "AWS")
        arns = [arn for arn in map(_arn, values) if arn is not None]
        compiled = {
            "values": ("*",) if self.everyone else tuple(entry.value for entry in self.entries),
            "_values": values,
            "_role_names": frozenset(str(arn.without_path()) for arn in arns if arn.is_role),
            "_session_roles": frozenset(str(arn.role_of_session()) for arn in arns if arn.is_role_session),
            "_others": frozenset(entry for entry in self.entries if entry.kind != "AWS"),
            "_unique_ids": frozenset(filter(UNIQUE_ID.fullmatch, values)),
        }
        for name, value in compiled.items():
            object.__setattr__(self, name, value)

    def match(self, caller: Caller, context: Context, role_arn: str | None) -> Match:
        """Say whether the caller is named, and how; the strongest way wins.

        ``None`` where that can't be known: a named session when only its role is known, a unique id
        when the caller's is unknown, or ``{"AWS": "*"}`` for a service or a federated identity.

        Args:
            caller: who asks.
            context: the condition keys of the request.
            role_arn: the ARN, with path, of the role that calls, where the request tells it.
        """
        if self.everyone:
            return _AS_ANYONE
        if caller.account is None:  # a service or a federated identity, which no AWS field names
            if caller.principal in self._others:
                return _BY_ITSELF
            return _MAYBE if "*" in self._values else _NO_MATCH
        direct = self._direct(caller, context, role_arn)
        if direct[0]:
            return direct
        if not self._values.isdisjoint(caller.account_names):
            return _BY_ACCOUNT
        return _AS_ANYONE if "*" in self._values else direct

    def _direct(self, caller: Caller, context: Context, role_arn: str | None) -> Match:
        values = self._values
        if caller.principal.value in values and caller.standing in _DIRECT:
            return _DIRECT[caller.standing]
        if caller.role is not None:
            # A session's ARN lacks the path of its role, but names are unique within an account.
            named = caller.role in self._role_names if role_arn is None else role_arn in values
            if named:
                return _BY_ROLE
        if self._unique_ids:
            userid = context.get("aws:userid")
            if isinstance(userid, str) and userid.partition(":")[0] in self._unique_ids:
                return _BY_USER if userid.startswith("AIDA") else _BY_ROLE
            if userid is UNKNOWN:
                return _MAYBE
        is_open = caller.role in self._session_roles and caller.standing is Standing.ROLE
        return _MAYBE if is_open else _NO_MATCH


def _arn(text: str) -> Arn | None:
    if not text.startswith("arn:"):
        return None
    try:
        return Arn.parse(text)
    except DeclarationError:
        return None
