"""What is answered about every possible request: it holds, a request breaks it, or it could not be told."""

from dataclasses import dataclass

from rolecall.policy import Request


@dataclass(frozen=True, slots=True)
class Holds:
    """No request whatever breaks it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A request breaks it, and the evaluator confirms that.

    Attributes:
        witness: a smallest such request.
        statement: place, from 0, of an Allow statement that lets it in.
    """

    witness: Request
    statement: int


@dataclass(frozen=True, slots=True)
class CouldNotTell:
    """No request is known to break it, and yet one might.

    Attributes:
        reason: why that is open, for a person, without a full stop.
    """

    reason: str


Answered = Holds | Broken | CouldNotTell


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What two trust policies decide differently.

    Attributes:
        added: requests that the new policy lets in and the old one doesn't: a smallest one for each statement
            of the new policy that lets one in, the smallest of all first.
        removed: likewise the requests that the old policy lets in and the new one doesn't.
        doubts: why more differences can't be ruled out, for a person, without full stops.
    """

    added: tuple[Broken, ...]
    removed: tuple[Broken, ...]
    doubts: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether the two let the same requests in, for sure."""
        return not (self.added or self.removed or self.doubts)
