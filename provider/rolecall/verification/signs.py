"""Holds an answer of STS against the live policies: which of two different answers is going to stay."""

from collections.abc import Callable
from dataclasses import dataclass

from rolecall.policy import Answer

from .federated import PROVIDER_REFUSALS
from .model import Expectation
from .ports import Refused, Reply
from .waiting import Sign, is_allowed, is_refused


@dataclass(slots=True, kw_only=True)
class Signs:
    """Reads the answers to one probe while a change spreads.

    An answer that is as expected may still be the old policy's: a caller that a new trust policy refuses gets
    in for a while. So it is a sign only where the live policies don't say otherwise.

    Attributes:
        expectation: what the probe must meet.
        trust: what the live trust policy says to it.
        both_sides: reads the caller's own policies, and says what they and the trust policy together say.
    """

    expectation: Expectation
    trust: Answer
    both_sides: Callable[[], Answer]
    _read: Answer | None = None

    def __call__(self, reply: Reply) -> Sign:
        """What the answer says."""
        if is_allowed(reply):
            foretold = self.trust
        elif _by_provider(reply) and self.expectation is Expectation.DENIED:
            return Sign.RIGHT  # the token wasn't taken, so no policy was asked
        elif is_refused(reply):
            foretold = self._of_refusal()
        else:
            return Sign.NONE
        answer = Answer.ALLOWED if is_allowed(reply) else Answer.DENIED
        if (self.expectation is Expectation.ALLOWED) is is_allowed(reply):
            return Sign.RIGHT if foretold in {answer, Answer.UNKNOWN} else Sign.OPEN
        return Sign.FINAL if foretold is answer else Sign.OPEN

    def _of_refusal(self) -> Answer:
        """What the policies say of a caller that was refused, so perhaps by its own side."""
        if self.trust is not Answer.ALLOWED:
            return self.trust
        if self._read in {None, Answer.DENIED}:  # the caller's own policies may be about to come
            self._read = self.both_sides()
        return self._read or Answer.UNKNOWN


def _by_provider(reply: Reply) -> bool:
    return isinstance(reply, Refused) and reply.code in PROVIDER_REFUSALS
