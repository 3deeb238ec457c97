"""What callers of all kinds do with the session that they got: show who it is, or make a call with it."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from rolecall.verification import Call, Refused, Reply, ServiceCall, Unanswered

from .asking import DENY_EVERYTHING, Given, entered, used
from .credentials import Keys, with_token
from .service_calls import done
from .session_identity import session_identity


class EnteringCaller(ABC):
    """A caller, but for how it asks for a session.

    Attributes:
        keys: opens what its calls are made with; called once, on first use.
    """

    __slots__ = ()

    keys: Callable[[], Keys]

    def assume(self, call: Call, *, region: str) -> Reply:
        """One call that gives a session which can do nothing; when let in, asks who it is then."""
        got = self._given(call, region, policy=DENY_EVERYTHING)
        return entered(got, lambda session: session_identity(self.keys(), session, region=region))

    def do(self, call: Call, what: ServiceCall, *, region: str) -> Reply:
        """One call to a service with a session of the role that only the call's own session policy limits."""
        got = self._given(call, region, policy=what.session_policy)
        return used(got, lambda session: done(with_token(self.keys(), session), what, region))

    @abstractmethod
    def _given(self, call: Call, region: str, *, policy: str | None) -> Given | Refused | Unanswered:
        """One call that asks for a session, with a session policy."""
