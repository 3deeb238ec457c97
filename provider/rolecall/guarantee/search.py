"""Looks for a smallest request among all there are: parts are combined, requests alike are looked at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rolecall.errors import DeclarationError, Fault
from rolecall.policy import Arn, ContextValue, Request, Statement
from rolecall.policy.caller import Standing

from .askers import PRINCIPAL_KEYS, asker_options
from .limits import TooManyCombinationsError
from .options import NO_SIZE, Option, Size, key_options
from .textual import takes_variables

MOST_COMBINATIONS: Final = 300_000
"""How often two parts of a request are put together for one operation and kind of principal."""

_BY_CREDENTIALS: Final = (Standing.USER, Standing.ROLE_SESSION, Standing.SERVICE)
ASSUMING: Final[Mapping[str, tuple[Standing, ...]]] = {
    "sts:AssumeRole": _BY_CREDENTIALS,
    "sts:AssumeRoleWithSAML": (Standing.FEDERATED,),
    "sts:AssumeRoleWithWebIdentity": (Standing.FEDERATED,),
}
"""The operations by which roles are assumed, and by whom."""

BESIDE: Final = ("sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext")
"""What callers may do besides, which a trust policy has to allow too."""


_LACKING: Final[Mapping[Standing, frozenset[str]]] = {
    standing: frozenset() if standing is Standing.USER else frozenset({"aws:username"})
    for standing in (*_BY_CREDENTIALS, Standing.FEDERATED)
}
"""Keys, in lower case, that no request of a kind of principal has, and that variables often name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request, or the start of one.

    Attributes:
        applying: the statements that apply, as bits by their number.
        size: how big it is.
        options: what its parts are.
        doubts: what was assumed.
    """

    applying: int
    size: Size
    options: tuple[Option, ...]
    doubts: frozenset[str]

    def request(self, action: str, role: str) -> Request:
        """The request itself."""
        context: dict[str, ContextValue] = {}
        principal = None
        for option in self.options:
            context.update(option.context)
            principal = option.principal or principal
        if principal is None:
            raise ValueError("nobody asks")
        return Request(role=role, principal=principal, action=action, context=context)


class Search:
    """The requests that some statements tell apart."""

    def __init__(self, statements: Sequence[Statement], role: str, *, role_is_known: bool) -> None:
        """Prepare a search; nothing is looked for yet.

        Args:
            statements: by their numbers.
            role: ARN of the role to assume.
            role_is_known: whether conditions on the role's account can only hold for this role's.

        Raises:
            DeclarationError: ``role`` is no ARN of a role.
        """
        self.statements = statements
        self.role = role
        self._arn = Arn.parse(role, path="role")
        if not self._arn.is_role:
            raise DeclarationError([Fault("role", f'"{role}" is not the ARN of a role', "Give a role's ARN")])
        self._fixed = {"aws:resourceaccount": self._arn.account} if role_is_known else {}
        tied = any(takes_variables(test) for statement in statements for test in statement.conditions)
        self._lacking = _LACKING if tied else dict.fromkeys(_LACKING, frozenset[str]())
        self._parts: dict[frozenset[str], list[list[Option]]] = {}
        self._askers: dict[Standing, list[Option]] = {}

    def candidates(
        self, action: str, standing: Standing, hopeful: Callable[[int], bool]
    ) -> Iterator[Candidate]:
        """The smallest request for each set of statements that can apply together, with doubts and without.

        Args:
            action: the operation.
            standing: what kind of principal asks.
            hopeful: whether a set of statements is of interest; if not, no smaller set is.

        Raises:
            TooManyCombinationsError: of parts.
        """
        covering = sum(
            1 << number for number, statement in enumerate(self.statements) if statement.covers_action(action)
        )
        if not hopeful(covering):
            return
        table = {(covering, False): Candidate(covering, NO_SIZE, (), frozenset())}
        work = 0
        for part in (self._who(standing), *self._with(self._lacking[standing])):
            joined: dict[tuple[int, bool], Candidate] = {}
            work += len(table) * len(part)
            if work > MOST_COMBINATIONS:
                raise TooManyCombinationsError("parts of requests")
            for candidate in table.values():
                _join(joined, candidate, part, hopeful)
            table = joined
        yield from table.values()

    def _who(self, standing: Standing) -> list[Option]:
        """Who asks; found out once."""
        if standing not in self._askers:
            self._askers[standing] = asker_options(standing, self.statements, self._arn.partition)
        return self._askers[standing]

    def _with(self, lacking: frozenset[str]) -> list[list[Option]]:
        """What each condition key can be, where requests lack some keys; found out once."""
        if lacking not in self._parts:
            keys = dict.fromkeys(
                test.lookup_key
                for statement in self.statements
                for test in statement.conditions
                if test.lookup_key not in PRINCIPAL_KEYS
            )
            parts = [
                key_options(key, self.statements, fixed=self._fixed.get(key), lacking=lacking) for key in keys
            ]
            self._parts[lacking] = sorted(parts, key=len)
        return self._parts[lacking]


def _join(
    joined: dict[tuple[int, bool], Candidate],
    candidate: Candidate,
    part: Iterable[Option],
    hopeful: Callable[[int], bool],
) -> None:
    for option in part:
        applying = candidate.applying & option.applying
        index = applying, bool(candidate.doubts or option.doubts)
        known = joined.get(index)
        unusual, keys, characters = candidate.size
        size = (unusual + option.size[0], keys + option.size[1], characters + option.size[2])
        if hopeful(applying) and (known is None or size < known.size):
            joined[index] = Candidate(
                applying, size, (*candidate.options, option), candidate.doubts | option.doubts
            )


def scenes(statements: Sequence[Statement], *, beside: bool) -> Iterator[tuple[str, Standing]]:
    """Every operation with every kind of principal that can ask for it.

    Args:
        statements: whose actions count as well.
        beside: whether operations count by which nobody gets in.
    """
    for action, standings in ASSUMING.items():
        yield from ((action, standing) for standing in standings)
    if not beside:
        return
    known = {action.lower() for action in ASSUMING}
    named = (action for each in statements for action in (*each.actions, *each.not_actions))
    others = {
        action.lower(): action
        for action in (*named, *BESIDE)
        if not {"*", "?"} & set(action) and action.lower() not in known
    }
    for action in others.values():
        yield from ((action, standing) for standing in (*_BY_CREDENTIALS, Standing.FEDERATED))
