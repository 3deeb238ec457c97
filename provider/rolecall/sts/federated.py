"""A caller for whom an identity provider vouches, over boto3: it has no credentials, and signs nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError

from rolecall.errors import ProbeError
from rolecall.policy import Arn, CallerSide
from rolecall.verification import Call, Identity, Refused, Unanswered

from .asking import Given, given
from .credentials import Keys
from .entering import EnteringCaller
from .errors import unanswered
from .pace import Pace

if TYPE_CHECKING:
    from types_boto3_sts import STSClient


class Proof(Protocol):
    """What an identity provider gave: a web identity token or a SAML assertion."""

    def identity(self) -> Identity:
        """For whom it vouches, read without verifying it; raises ProbeError where there is none."""
        ...

    def prepare(self, call: Call, *, policy: str | None) -> Callable[["STSClient"], Any]:
        """The STS call that shows it with a session policy, ready to be made.

        Raises:
            ProbeError: there is none.
        """
        ...


@dataclass(slots=True, kw_only=True)
class FederatedCaller(EnteringCaller):
    """One caller that shows a proof instead of signing.

    Attributes:
        name: what a person calls it.
        proof: what it shows.
        keys: a session without credentials; opened once, on first use.
        pace: spaces the calls; they count for the role's account.
    """

    name: str
    proof: Proof
    keys: Callable[[], Keys]
    pace: Pace = field(default_factory=Pace, repr=False)

    @property
    def has_mfa(self) -> bool:
        """Whether it can get credentials that carry MFA: identity providers hand none on."""
        return False

    def identity(self, *, region: str) -> Identity:  # noqa: ARG002 - STS can't be asked, whatever the region
        """For whom the proof vouches.

        Raises:
            ProbeError: there is none.
        """
        return self.proof.identity()

    def _given(self, call: Call, region: str, *, policy: str | None) -> Given | Refused | Unanswered:
        """One call that shows the proof, with a session policy."""
        try:
            show, sts = self.proof.prepare(call, policy=policy), self.keys().sts(region)
        except ProbeError as error:
            return Unanswered(cause=str(error))
        except BotoCoreError as error:
            return unanswered(error)
        self.pace.wait(Arn.parse(call.role_arn).account, region)
        return given(show, sts)

    def role_arn(self) -> None:
        """It is no session of a role."""

    def own_side(self) -> CallerSide:
        """Nothing on its own side limits it: no account has policies for it."""
        return CallerSide()
