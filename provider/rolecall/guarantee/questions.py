"""Asks the search for requests that get in and shouldn't, and has the evaluator confirm what it finds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy import Answer, Arn, Policy, Request, Statement, decide
from rolecall.policy.caller import Standing

from .answers import Answered, Broken, CouldNotTell, Difference, Holds
from .guarantees import Guarantee
from .limits import TooManyCombinationsError
from .search import Candidate, Search, scenes
from .settling import settled, without_needless

_MOST_TRIED: Final = 40
"""How many requests that hang on assumptions are tried out on the evaluator."""


class DisagreementError(RuntimeError):
    """The search and the evaluator disagree about a request: a defect of rolecall, never of a policy."""


@dataclass(frozen=True, slots=True)
class _Gate:
    """The statements of one policy among all of a question, as bits.

    Attributes:
        allows: its Allow statements.
        denies: its Deny statements.
    """

    allows: int
    denies: int

    @property
    def every(self) -> int:
        return self.allows | self.denies

    def lets_in(self, applying: int) -> bool:
        return bool(applying & self.allows) and not applying & self.denies


def check(policy: Policy, guarantee: Guarantee, *, role: str | None = None) -> Answered:
    """Say whether a guarantee holds for every request that the trust policy lets in.

    "Lets in" is the trust policy's say: the caller's own policies and guardrails, taken to allow everything,
    can only refuse more.

    Args:
        policy: a trust policy.
        guarantee: what shall hold of everyone who gets in.
        role: ARN of the role; ``None`` where it isn't known.

    Raises:
        DeclarationError: ``role`` is no ARN of a role.
        DisagreementError: the evaluator doesn't confirm a witness.
    """
    own, concerned, excused = _numbered(policy.statements, guarantee.concerned, guarantee.excused)

    def broken(applying: int) -> bool:
        who = not guarantee.concerned or bool(applying & concerned.every)
        return who and own.lets_in(applying) and not applying & excused.every

    def is_broken(request: Request) -> bool:
        if decide(request, policy).answer is not Answer.ALLOWED:
            return False
        who = not guarantee.concerned or _apply(guarantee.concerned, policy, request)
        return who and not _apply(guarantee.excused, policy, request)

    question = _Question(
        search=_search((*policy.statements, *guarantee.concerned, *guarantee.excused), role),
        policy=policy,
        gate=own,
        wanted=broken,
        confirms=is_broken,
        standings=guarantee.standings,
        beside=False,
    )
    found, doubts = question.ask()
    if found:
        return found[0]
    return CouldNotTell("; ".join(doubts)) if doubts else Holds()


def difference(old: Policy, new: Policy, *, role: str | None = None) -> Difference:
    """Say which requests two trust policies decide differently.

    Operations count by which nobody gets in, too, such as ``sts:TagSession``.

    Args:
        old: a trust policy.
        new: another one.
        role: ARN of the role; ``None`` where it isn't known.

    Raises:
        DeclarationError: ``role`` is no ARN of a role.
        DisagreementError: the evaluator doesn't confirm a witness.
    """
    before, after = _numbered(old.statements, new.statements)
    search = _search((*old.statements, *new.statements), role)
    added, doubts = _gained((old, before), (new, after), search)
    removed, more_doubts = _gained((new, after), (old, before), search)
    return Difference(added=added, removed=removed, doubts=tuple(dict.fromkeys((*doubts, *more_doubts))))


def _gained(
    one: tuple[Policy, _Gate], other: tuple[Policy, _Gate], search: Search
) -> tuple[tuple[Broken, ...], tuple[str, ...]]:
    """What the other policy lets in and this one doesn't."""
    (old, before), (new, after) = one, other

    def gets_in(request: Request) -> bool:
        answers = decide(request, old).answer, decide(request, new).answer
        return answers == (Answer.DENIED, Answer.ALLOWED)

    return _Question(
        search=search,
        policy=new,
        gate=after,
        wanted=lambda applying: after.lets_in(applying) and not before.lets_in(applying),
        confirms=gets_in,
        standings=frozenset(Standing),
        beside=True,
    ).ask()


def _numbered(*groups: Sequence[Statement]) -> list[_Gate]:
    gates = []
    first = 0
    for group in groups:
        bits = [1 << number for number in range(first, first + len(group))]
        denies = sum(bit for bit, each in zip(bits, group, strict=True) if each.effect == "Deny")
        gates.append(_Gate(sum(bits) - denies, denies))
        first += len(group)
    return gates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Which smallest requests are let in by a policy and are wanted besides.

    Attributes:
        search: what finds requests.
        policy: the one that lets in.
        gate: the policy's statements.
        wanted: whether requests are wanted to which these statements apply and no others.
        confirms: whether the evaluator says so, too.
        standings: the kinds of principal that count.
        beside: whether operations count by which nobody gets in.
    """

    search: Search
    policy: Policy
    gate: _Gate
    wanted: Callable[[int], bool]
    confirms: Callable[[Request], bool]
    standings: frozenset[Standing]
    beside: bool

    def ask(self) -> tuple[tuple[Broken, ...], tuple[str, ...]]:
        """A smallest request for each statement of the policy that lets one in, and why there may be more."""
        try:
            found = [
                (candidate, action)
                for action, standing in scenes(self.search.statements, beside=self.beside)
                if standing in self.standings
                for candidate in self.search.candidates(action, standing, self._hopeful)
                if self.wanted(candidate.applying)
            ]
        except TooManyCombinationsError as error:
            return (), (f"there are too many combinations: {error}",)
        found.sort(key=lambda each: each[0].size)
        sure = [each for each in found if not each[0].doubts]
        perhaps = [each for each in found if each[0].doubts]
        witnesses = self._smallest(sure)
        if witnesses or not perhaps:
            return witnesses, ()
        for candidate, action in perhaps[:_MOST_TRIED]:
            for request in settled(candidate.request(action, self.search.role), self.search.statements):
                if self.confirms(request):
                    return (self._broken(request),), ()
        return (), tuple(sorted(perhaps[0][0].doubts))

    def _hopeful(self, applying: int) -> bool:
        return bool(applying & self.gate.allows)

    def _smallest(self, found: Sequence[tuple[Candidate, str]]) -> tuple[Broken, ...]:
        """The smallest for each Allow statement that applies to none of those before."""
        witnesses: list[Broken] = []
        shown = 0
        for candidate, action in found:
            allowing = candidate.applying & self.gate.allows
            if allowing & ~shown:
                shown |= allowing
                request = candidate.request(action, self.search.role)
                if not self.confirms(request):
                    raise DisagreementError(_disputed(request))
                witnesses.append(self._broken(without_needless(request, self.confirms)))
        return tuple(witnesses)

    def _broken(self, request: Request) -> Broken:
        return Broken(request, decide(request, self.policy).settled_by[0].index)


def _disputed(request: Request) -> str:
    """The request without its values, which may be secret."""
    keys = ", ".join(request.context) or "no condition key"
    return f"the evaluator does not confirm {request.action} by {request.principal.value} with {keys}"


def _apply(statements: Sequence[Statement], policy: Policy, request: Request) -> bool:
    """Whether one of some Allow statements applies to a request."""
    return decide(request, replace(policy, statements=tuple(statements))).trust is Answer.ALLOWED


def _search(statements: Sequence[Statement], role: str | None) -> Search:
    return Search(statements, role or _some_role(statements), role_is_known=role is not None)


def _some_role(statements: Iterable[Statement]) -> str:
    """A role in the partition of the first whom statements name: nobody gets in from another one."""
    for statement in statements:
        for value in statement.principals.values if statement.principals else ():
            try:
                partition = Arn.parse(value).partition
            except DeclarationError:
                continue
            return f"arn:{partition}:iam::{'0' * 12}:role/any"
    return f"arn:aws:iam::{'0' * 12}:role/any"
